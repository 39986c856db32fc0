"""What it asks: are the four numbers of a box what the format says they are?

Why it matters: corners read as width and height make boxes that begin rightly and end anywhere; training runs, and detects nothing.

How it is measured: all boxes are read both ways, as sizes and as corners, and those that fit into their pictures are counted.

When it is right to fail: when at least five boxes fit the other way only, and these are nine in ten of those that do not fit as given.

What it cannot see: corners near the upper left, where both readings fit.

Mend: turn corners into sizes (width = right - left), or name the format rightly.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_places import BoxPlaces
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEWEST = 5  # boxes that fit the other way only; boxes over an edge seldom do, as their second corner would have to lie beyond the first
FORMS = {"COCO": "left, top, width, height", "VOC": "xmin, ymin, xmax, ymax", "YOLO": "centre x, centre y, width, height, in shares of the picture"}
MOST = 0.9  # of the boxes that do not fit as given


def judge(places: BoxPlaces) -> Finding:
    """Both readings, counted."""
    wrong, only = places.n - places.fit, len(places.only_otherwise)
    ways = ("corners", "sizes") if places.form == "VOC" else ("sizes", "corners")
    if only < FEWEST or only < MOST * wrong:
        return passed(f"read as {ways[0]}, {places.fit:,} of {places.n:,} boxes fit into their pictures; read as {ways[1]}, {places.fit_otherwise:,}")
    all_ = places.fit_otherwise >= max(places.fit, MOST * places.n)
    return failed(
        f"{only:,} of {places.n:,} boxes fit into their pictures only when their numbers are read as {ways[1]}: {places.fit:,} fit as {ways[0]}, {places.fit_otherwise:,} as {ways[1]}",
        expected=FORMS.get(places.form, FORMS["COCO"]),
        observed=Observed(value=only / places.n, unit="of the boxes", n=places.n),
        component="data",
        where=places.only_otherwise[:5],
        items=places.only_otherwise,
        level=Level.VERIFIED,
        effect="boxes that begin where the thing begins and end anywhere",
        remedies=(Remedy(text=f"read {'all' if all_ else 'these'} boxes as {ways[1]}", tried=True, result=f"{places.fit_otherwise if all_ else places.fit + only:,} of {places.n:,} fit"),),
    )


def corners_for_sizes(collection: Collection) -> Collection:
    """All boxes told by their corners."""
    return _cornered(collection, 1)


def one_annotator_in_four(collection: Collection) -> Collection:
    """Each fourth picture told by corners."""
    return _cornered(collection, 4)


def _cornered(collection: Collection, every: int) -> Collection:
    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"]:
            if mark["image_id"] % every == 0:
                left, top, width, height = mark["bbox"]
                mark["bbox"] = [left, top, left + width, top + height]

    return reannotated(collection, change)


def large_boxes(collection: Collection) -> Collection:
    """Some boxes of the whole picture: both readings fit."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][::10]:
            mark["bbox"] = [0, 0, 112, 96]

    return reannotated(collection, change)


CHECK = Check(
    code="DAT802", name="misread-box-numbers", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=corners_for_sizes), Case(toy="cells", plant=one_annotator_in_four)),
    lookalikes=(Case(toy="cells", plant=large_boxes),),
)  # fmt: skip
