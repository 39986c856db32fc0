"""What it asks: does the polygon of an annotation lie in its own box?

Why it matters: box and region are told of one thing. Where they part, one of them was scaled, turned or dealt otherwise, and a network
that learns both learns two things for one.

How it is measured: the extent of the polygons against the box; apart is what lies for the greater part beside it, by more than
rounding. A region smaller than its box is none: a hidden part may belong to the box.

When it is right to fail: one annotation in a hundred; it warns from the first on.

What it cannot see: regions told by run lengths; polygons that are turned inside their box.

Mend: look at these annotations; write box and region from one source.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_pairs import MarkPairs
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

MUCH = 0.01  # of the annotations: fewer are slips of the hand, more come from how the file was written


def judge(pairs: MarkPairs) -> Finding:
    """Count those that are apart."""
    if not pairs.regions:
        return skipped("no annotation has both a polygon and a box")
    count = len(pairs.apart)
    if not count:
        return passed(f"the polygons of all {pairs.regions:,} annotations lie in their boxes")
    return (failed if count >= MUCH * pairs.regions else warned)(
        f"{count:,} of {pairs.regions:,} annotations have a polygon that lies beside its box, such as {pairs.apart[0]}",
        expected="a box around its region",
        observed=Observed(value=count / pairs.regions, unit="of the annotations", n=pairs.regions),
        component="data",
        where=pairs.apart[:5],
        items=pairs.apart,
        effect="box and region of one thing teach two places",
        remedies=("look whether x and y, or the scales of the two, were exchanged", "write both anew from one source"),
    )


def _regions(collection: Collection, polygon: Callable[[list[float], int], list[float]]) -> Collection:
    """Every annotation with the polygon `polygon(box, number)`."""

    def change(told: dict[str, Any]) -> None:
        for number, mark in enumerate(told["annotations"]):
            mark["segmentation"] = [polygon(mark["bbox"], number)]

    return reannotated(collection, change)


def _diamond(box: list[float]) -> list[float]:
    left, top, width, height = box
    return [left + width / 2, top, left + width, top + height / 2, left + width / 2, top + height, left, top + height / 2]


def axes_exchanged(collection: Collection) -> Collection:
    """Polygons with y before x."""
    return _regions(collection, lambda box, _: [v for x, y in zip(_diamond(box)[::2], _diamond(box)[1::2], strict=True) for v in (y, x)])


def scaled_once_more(collection: Collection) -> Collection:
    """Each tenth polygon at twice its scale, as of a picture that was halved."""
    return _regions(collection, lambda box, number: [v * (2 if number % 10 == 0 else 1) for v in _diamond(box)])


def half_hidden(collection: Collection) -> Collection:
    """Boxes of whole things, regions of what is seen of them."""
    return _regions(collection, lambda box, _: _diamond([box[0], box[1], box[2] / 3, box[3]]))


CHECK = Check(
    code="DAT825", name="parted-regions", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="cells", plant=axes_exchanged), Case(toy="cells", plant=scaled_once_more)),
    lookalikes=(Case(toy="cells", plant=half_hidden),),
)  # fmt: skip
