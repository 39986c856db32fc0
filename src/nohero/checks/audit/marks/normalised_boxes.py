"""What it asks: are all boxes told in pixels?

Why it matters: a box of 0.4 by 0.3 pixels is a speck in the corner; where shares and pixels are mixed, part of the set teaches the corner.

How it is measured: boxes whose four numbers all lie between 0 and 1, in pictures of more than four pixels.

When it is right to fail: from three such boxes on; one or two may be real specks.

What it cannot see: shares of another size, such as numbers of 0 to 100.

Mend: multiply by the picture's width and height.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_places import BoxPlaces
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEWEST = 3  # boxes; one or two may be specks in the corner


def judge(places: BoxPlaces) -> Finding:
    """Between 0 and 1."""
    count = len(places.shares)
    if not count:
        return passed(f"all {places.n:,} boxes are told in pixels")
    mixed = f"; the other {places.n - count:,} are in pixels" if count < places.n else ""
    return (failed if count >= FEWEST else unsure)(
        f"{count:,} of {places.n:,} boxes have four numbers between 0 and 1: they are told in shares of the picture{mixed}",
        expected="pixels",
        observed=Observed(value=count / places.n, unit="of the boxes", n=places.n),
        component="data",
        where=places.shares[:5],
        items=places.shares,
        level=Level.MEASURED,
        effect="as pixels these boxes are specks in the upper left corner",
        remedies=("multiply these boxes by the width and height of their pictures",),
    )


def all_in_shares(collection: Collection) -> Collection:
    """Every box in shares."""
    return _shared(collection, 1)


def some_in_shares(collection: Collection) -> Collection:
    """Every tenth picture's boxes in shares."""
    return _shared(collection, 10)


def _shared(collection: Collection, every: int) -> Collection:
    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"]:
            if mark["image_id"] % every == 0:
                left, top, width, height = mark["bbox"]
                mark["bbox"] = [left / 112, top / 96, width / 112, height / 96]

    return reannotated(collection, change)


def boxes_in_halves_of_pixels(collection: Collection) -> Collection:
    """Numbers with a fraction are pixels all the same."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"]:
            mark["bbox"] = [value + 0.25 for value in mark["bbox"]]

    return reannotated(collection, change)


CHECK = Check(
    code="DAT803", name="normalised-boxes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=all_in_shares), Case(toy="cells", plant=some_in_shares)),
    lookalikes=(Case(toy="cells", plant=boxes_in_halves_of_pixels),),
)  # fmt: skip
