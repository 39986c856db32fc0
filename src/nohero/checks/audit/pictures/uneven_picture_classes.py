"""What it asks: are some classes far more common than others?

Why it matters: with twenty pictures of one class for each of another, accuracy praises a network that never names the rare one.

How it is measured: the commonest class against the rarest that has more than four pictures.

When it is right to fail: it warns from twenty to one. That is a property of the set, to be met by the score and the loss.

What it cannot see: whether the shares are those that the network will meet in use.

Mend: score by class (balanced accuracy, recall of each), weight the loss or the sampler, or collect more.

Source: the recipe, the data ("imbalance").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_classes import PictureClasses
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

UNEVEN = 20.0  # to one: always naming the common one of two such classes is right in 95 of 100
VERY_FEW = 4  # pictures: sparser classes are another check's


def judge(classes: PictureClasses) -> Finding:
    """The ratio decides."""
    counts = [(name, n) for name, n in classes.counts if n > VERY_FEW]
    if len(counts) < 2:
        return skipped("fewer than two classes have more than four pictures")
    (common, most), (rare, least) = counts[0], counts[-1]
    ratio = most / least
    if ratio < UNEVEN:
        return passed(f"the commonest class has {ratio:.1f} times the pictures of the rarest")
    return warned(
        f"`{common}` has {most:,} pictures, `{rare}` {least:,}: {ratio:.0f} to one",
        expected=f"less than {UNEVEN:.0f} to one, or a score that minds it",
        observed=Observed(value=ratio, unit="to one", n=sum(n for _, n in counts)),
        component="data",
        where=tuple(name for name, n in counts[::-1] if most / n >= UNEVEN)[:5],
        items=tuple(name for name, n in counts if most / n >= UNEVEN),
        effect="accuracy praises a network that never names the rare class",
        remedies=("score by class: balanced accuracy, or the recall of each", "weight the loss or the sampler by class, or collect more of the rare ones"),
        figure=classes.bars("Pictures of each class"),
    )


def few_of_one(collection: Collection) -> Collection:
    """Of one class six pictures are left, of another 144."""

    def change(root: Path) -> None:
        import shutil

        for number, path in enumerate(sorted((root / "train" / "circle").iterdir())):
            shutil.copy(path, root / "test" / "circle" / f"more-{number}.png")
        for path in sorted((root / "train" / "cross").iterdir())[6:]:
            path.unlink()
        shutil.rmtree(root / "test" / "cross")

    return repictured(collection, change)


def three_to_one(collection: Collection) -> Collection:
    """One class is a third of the others."""

    def change(root: Path) -> None:
        for path in [p for part in ("train", "test") for i, p in enumerate(sorted((root / part / "cross").iterdir())) if i % 3]:
            path.unlink()

    return repictured(collection, change)


CHECK = Check(
    code="DAT672", name="uneven-picture-classes", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=few_of_one),), lookalikes=(Case(toy="shapes", plant=three_to_one),),
)  # fmt: skip
