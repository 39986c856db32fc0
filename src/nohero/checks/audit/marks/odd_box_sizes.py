"""What it asks: are there boxes of a size that no other of their class has?

Why it matters: a slip of the mouse leaves a box of two pixels or one of the whole picture; it is a wrong target with a large loss.

How it is measured: the logarithm of the area against the median of its class: six robust standard deviations and sixteen times away; sides below two pixels; and boxes of a whole picture, four times the usual area, where hardly any of the class are.

When it is right to fail: it warns of boxes thinner than two pixels; of other sizes it is unsure, as things can be far and near.

What it cannot see: wrong boxes of a usual size; classes of fewer than twenty boxes.

Mend: look at these boxes, and draw them anew or leave them out.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_sizes import BoxSizes
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(sizes: BoxSizes) -> Finding:
    """Thin first, then far from the usual."""
    odd = (*sizes.tiny, *(n for n in (*sizes.small, *sizes.large) if n not in set(sizes.tiny)))
    if not odd:
        return passed(f"the sizes of {sizes.n:,} boxes are usual for their classes")
    kinds = [
        f"{len(names):,} {what}"
        for names, what in (
            (sizes.tiny, "thinner than two pixels"), (sizes.small, f"far below the usual area of their class (down to 1/{1 / max(sizes.least, 1e-9):.0f} of it)"),
            (sizes.large, f"far above it (up to {sizes.most:.0f} times)"),
        ) if names
    ]  # fmt: skip
    return (warned if sizes.tiny else unsure)(
        f"{len(odd):,} of {sizes.n:,} boxes are of an odd size: {'; '.join(kinds)}",
        expected="boxes of the sizes that their class has",
        observed=Observed(value=float(len(odd)), unit="boxes", n=sizes.n),
        component="data",
        where=odd[:5],
        items=odd,
        level=Level.HEURISTIC,
        effect="single boxes with a large loss that mark nothing",
        remedies=("look at these boxes in their pictures: draw them anew, or leave them as they are where the thing is so small or so large",),
    )


def slips_of_the_mouse(collection: Collection) -> Collection:
    """Three boxes of one pixel's width."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][::90]:
            mark["bbox"][2:] = [1, 2]

    return reannotated(collection, change)


def cells_of_three_sizes(collection: Collection) -> Collection:
    """Some boxes a third, some three times as large."""

    def change(told: dict[str, Any]) -> None:
        for number, mark in enumerate(told["annotations"]):
            scale = (0.6, 1.0, 1.7)[number % 3]
            mark["bbox"][2:] = [value * scale for value in mark["bbox"][2:]]
            mark["bbox"][:2] = [min(a, 112 - b) if i == 0 else min(a, 96 - b) for i, (a, b) in enumerate(zip(mark["bbox"][:2], mark["bbox"][2:], strict=True))]

    return reannotated(collection, change)


CHECK = Check(
    code="DAT804", name="odd-box-sizes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=slips_of_the_mouse),),
    lookalikes=(Case(toy="cells", plant=cells_of_three_sizes),),
    under=("DAT802", "DAT803"),
)  # fmt: skip
