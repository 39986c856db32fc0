"""What it asks: has every class enough pictures to be learnt and examined?

Why it matters: a class folder with one or two pictures is mostly a slip (a misspelt name, a stray file), and else a class that
can neither be learnt nor scored.

How it is measured: the pictures of each class in all parts, against the class in the middle.

When it is right to fail: it warns for classes of at most four pictures where the class in the middle has twenty or more.

What it cannot see: a class with pictures enough that are all alike.

Mend: move stray files, merge misspelt names, collect more, or leave the class out of the task.

Source: the recipe, the data ("distributions").
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_classes import PictureClasses
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

VERY_FEW = 4  # pictures: fewer than five cannot be divided into training and examination
USUAL = 20  # pictures of the class in the middle, for the few to be odd


def judge(classes: PictureClasses) -> Finding:
    """Few where others are many."""
    usual = median(n for _, n in classes.counts)
    few = [(name, n) for name, n in classes.counts if n <= VERY_FEW]
    if not few or usual < USUAL:
        return passed(f"{len(classes.counts):,} classes of {classes.counts[-1][1]:,} to {classes.counts[0][1]:,} pictures")
    told = ", ".join(f"`{name}` {n}" for name, n in few[:5])
    numbers = all(name.replace(".", "", 1).lstrip("-").isdigit() for name, _ in classes.counts)
    return warned(
        f"{len(few):,} of {len(classes.counts):,} classes have at most {VERY_FEW} pictures where {usual:,.0f} are usual: {told}",
        expected=f"more than {VERY_FEW} pictures of each class",
        observed=Observed(value=float(few[-1][1]), unit="pictures of the rarest class", n=sum(n for _, n in classes.counts)),
        component="data",
        where=tuple(name for name, _ in few[:5]),
        items=tuple(name for name, _ in few),
        effect="these classes can neither be learnt nor examined",
        remedies=(*(() if numbers else ("look whether the name is misspelt or the file strayed: move it",)), "collect more pictures of the class, or leave it out of the task", *(("if the label is a count or a measure, predict it as a number",) if numbers else ())),
        figure=classes.bars("Pictures of each class"),
    )


def a_misspelt_folder(collection: Collection) -> Collection:
    """Two circles lie in a folder called `circel`."""

    def change(root: Path) -> None:
        (root / "train" / "circel").mkdir()
        for path in sorted((root / "train" / "circle").iterdir())[:2]:
            path.rename(root / "train" / "circel" / path.name)

    return repictured(collection, change)


def a_small_class(collection: Collection) -> Collection:
    """One class has a quarter of the others' pictures."""

    def change(root: Path) -> None:
        for path in [p for part in ("train", "test") for p in sorted((root / part / "cross").iterdir())[::4]]:
            path.rename(path.with_name(f"kept-{path.name}"))
        for path in [p for part in ("train", "test") for p in (root / part / "cross").iterdir() if not p.name.startswith("kept")]:
            path.unlink()

    return repictured(collection, change)


CHECK = Check(
    code="DAT670", name="sparse-picture-classes", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=a_misspelt_folder),), lookalikes=(Case(toy="shapes", plant=a_small_class),),
    said_by=("DAT130",),
)  # fmt: skip
