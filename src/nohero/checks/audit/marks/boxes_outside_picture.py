"""What it asks: do boxes lie inside their pictures?

Why it matters: a loader that cuts boxes at the edge makes others of them; one that does not trains on places that no network can see.

How it is measured: each box's edges against its picture's width and height, with one pixel of grace for corners that are counted from 1.

When it is right to fail: a box that has no pixel in common with its picture fails; boxes that reach over the edge warn, as some sets mark hidden parts on purpose.

What it cannot see: boxes inside a wrong picture.

Mend: cut boxes at the edge, and look up the pictures of those that are outside altogether.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_places import BoxPlaces
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(places: BoxPlaces) -> Finding:
    """Over the edge, or away."""
    if not places.outside:
        return passed(f"all {places.n:,} boxes with an area lie inside their pictures")
    gone = f", {len(places.away):,} of them have no pixel in common with it" if places.away else ""
    return (failed if places.away else warned)(
        f"{len(places.outside):,} of {places.n:,} boxes reach over the edge of their picture, by up to {places.farthest:,.0f} pixels{gone}",
        expected="boxes inside their pictures",
        observed=Observed(value=float(len(places.outside)), unit="boxes", n=places.n),
        component="data",
        where=(places.away or places.outside)[:5],
        items=places.outside,
        effect="places that no network can see are trained on, or boxes are cut silently to others",
        remedies=("cut boxes at the edge of their picture", "look up the pictures of boxes that lie outside altogether: they belong to others or to another size"),
    )


def boxes_beside_the_picture(collection: Collection) -> Collection:
    """Four boxes lie where no picture is."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][::60]:
            mark["bbox"][0] += 400

    return reannotated(collection, change)


def boxes_over_the_edge(collection: Collection) -> Collection:
    """Twelve boxes reach some pixels over the right edge."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][::20]:
            mark["bbox"][0] = 112 - mark["bbox"][2] + 5

    return reannotated(collection, change)


def boxes_that_touch_the_edge(collection: Collection) -> Collection:
    """Boxes that end where the picture ends."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][::20]:
            mark["bbox"][0] = 112 - mark["bbox"][2]

    return reannotated(collection, change)


def corners_from_one(collection: Collection) -> Collection:
    """Everything one pixel further, as in sets that count from 1."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"]:
            mark["bbox"] = [mark["bbox"][0] + 1, mark["bbox"][1] + 1, *mark["bbox"][2:]]

    return reannotated(collection, change)


CHECK = Check(
    code="DAT800", name="boxes-outside-picture", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=boxes_beside_the_picture), Case(toy="cells", plant=boxes_over_the_edge)),
    lookalikes=(Case(toy="cells", plant=boxes_that_touch_the_edge), Case(toy="cells", plant=corners_from_one)),
    under=("DAT802", "DAT803"),
)  # fmt: skip
