"""What it asks: does the same picture bear two labels?

Why it matters: one of the two is wrong, whichever it is; a network can only learn such a pair by heart.

How it is measured: copies by bytes and pixels, and near copies that are neither mirrored nor turned, whose labels differ.

When it is right to fail: exact copies with two labels fail. Near copies alone warn, as a small difference may be what the label
is about; pairs that are the same but for a region are left open.

What it cannot see: wrong labels of pictures that are there once.

Mend: look at each pair and correct one label; where a picture may be of several classes, give it all of them.

Source: the recipe, the data ("labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.repictured import rearrayed, repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_copies import Copy, PictureCopies
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nohero.sources.collection import Collection

SEVERAL = 3  # labels of one picture: two are a mistake of one, three a picture that shows none of them


def judge(found: PictureCopies) -> Finding:
    """Exact copies decide; near ones are added."""
    if not found.labels:
        return skipped("there is no label")
    copies = sorted((c for c in found.copies if c.labels and not c.moved), key=lambda c: c.region)
    if not copies:
        return passed("copies bear the same label" if found.copies else "there are no copies that could contradict each other")
    exact, (most, shown) = sum(c.exact for c in copies), _most_labels(found, copies)
    first, open_ = copies[0], all(c.region for c in copies)
    return (failed if exact else unsure if open_ else warned)(
        f"{len(copies):,} pairs of {'the same' if exact else 'nearly the same'} picture{', which differ in a region,' if open_ else ''} bear two labels: {found.named(first)} is `{found.labels[first.first]}` and `{found.labels[first.second]}`"
        + (f"; {found.items[shown]} stands under {most:,} labels, as the stand-in for pictures that could not be had does" if most >= SEVERAL else ""),
        expected="one label for one picture",
        observed=Observed(value=float(len(copies)), unit="pairs", n=len(found.items)),
        component="data",
        where=tuple(f"{found.named(c)}: {found.labels[c.first]}, {found.labels[c.second]}" for c in copies),
        items=tuple(dict.fromkeys(found.items[i] for c in copies for i in (c.first, c.second))),
        level=Level.MEASURED if exact else Level.HEURISTIC,
        effect="one of the labels is wrong, or the picture does not tell them apart: either can only be learnt by heart",
        remedies=(
            *(("look at the picture that stands under many labels: leave its items out if it is a placeholder",) if most >= SEVERAL else ()),
            "look at each pair and correct one label", "where a picture may rightly be of several classes, give it all of them",
        ),
        figure=found.sheet("One picture, two labels", copies),
    )


def _most_labels(found: PictureCopies, copies: Sequence[Copy]) -> tuple[int, int]:
    """How many labels the picture bears that bears the most, and which one it is; copies of copies are one picture."""
    of: dict[int, int] = {}

    def top(i: int) -> int:
        while of.setdefault(i, i) != i:
            i = of[i]
        return i

    for copy in copies:
        of[top(copy.second)] = top(copy.first)
    borne: dict[int, set[str]] = {}
    for i in of:
        borne.setdefault(top(i), set()).add(found.labels[i])
    shown = max(borne, key=lambda i: (len(borne[i]), -i))
    return len(borne[shown]), shown


def in_two_folders(collection: Collection) -> Collection:
    """Three circles lie in the squares' folder too."""

    def change(root: Path) -> None:
        for path in spread(root, "train")[:9:3]:
            (root / "train" / "square" / f"x{path.name}").write_bytes(path.read_bytes())

    return repictured(collection, change)


def a_row_with_two_labels(collection: Collection) -> Collection:
    """A picture of an array takes the place of one with another label."""

    def change(pictures: Any) -> Any:
        labels = collection.labels.to_list()
        pictures[labels.index("1")] = pictures[labels.index("0")]
        return pictures

    return rearrayed(collection, change)


def a_turned_stroke(collection: Collection) -> Collection:
    """A stroke turned by a quarter has another label, and rightly so."""

    def change(pictures: Any) -> Any:
        labels = collection.labels.to_list()
        pictures[labels.index("2")] = pictures[labels.index("0")].T
        return pictures

    return rearrayed(collection, change)


CHECK = Check(
    code="DAT663", name="contradictory-pictures", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=in_two_folders), Case(toy="small-arrays", plant=a_row_with_two_labels)),
    lookalikes=(Case(toy="small-arrays", plant=a_turned_stroke),),
    under=("DAT140",),
)  # fmt: skip
