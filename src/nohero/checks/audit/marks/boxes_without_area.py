"""What it asks: has every box a width and a height?

Why it matters: a box of no area has no overlap with anything: its loss is not a number or is dropped, and many loaders stop at it.

How it is measured: width and height of each box; a negative side means that two corners are exchanged.

When it is right to fail: one such box is enough: it marks nothing.

What it cannot see: boxes that are merely too small.

Mend: leave empty boxes out, put exchanged corners in order.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_places import BoxPlaces
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(places: BoxPlaces) -> Finding:
    """None or less."""
    found = (*places.negative, *places.empty)
    if not found:
        return passed(f"all {places.n:,} boxes have an area")
    kinds = [f"{len(names):,} with {what}" for names, what in ((places.empty, "a side of 0"), (places.negative, "a negative side: their corners are exchanged")) if names]
    return failed(
        f"{len(found):,} of {places.n:,} boxes have no area ({', '.join(kinds)})",
        expected="a width and a height above 0",
        observed=Observed(value=float(len(found)), unit="boxes without area", n=places.n),
        component="data",
        where=found[:5],
        items=found,
        effect="no overlap with anything: a loss that is not a number, or a loader that stops",
        remedies=("leave empty boxes out by name, or draw them anew", *(("put the corners in order: left below right, top below bottom",) if places.negative else ())),
    )


def boxes_of_no_width(collection: Collection) -> Collection:
    """Two boxes without width."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][10:200:150]:
            mark["bbox"][2] = 0

    return reannotated(collection, change)


def exchanged_corners(collection: Collection) -> Collection:
    """Six boxes told from their lower right corner."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][::40]:
            left, top, width, height = mark["bbox"]
            mark["bbox"] = [left + width, top + height, -width, -height]

    return reannotated(collection, change)


def boxes_of_one_pixel(collection: Collection) -> Collection:
    """A box of one pixel is small, and a box."""

    def change(told: dict[str, Any]) -> None:
        told["annotations"][10]["bbox"][2:] = [1, 1]

    return reannotated(collection, change)


CHECK = Check(
    code="DAT801", name="boxes-without-area", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=boxes_of_no_width), Case(toy="cells", plant=exchanged_corners)),
    lookalikes=(Case(toy="cells", plant=boxes_of_one_pixel),),
    under=("DAT802",),
)  # fmt: skip
