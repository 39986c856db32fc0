"""What it asks: is the same thing marked twice?

Why it matters: two boxes on one thing count it twice in training, and in the evaluation one of them is always missed.

How it is measured: pairs of boxes of one picture and class: equal numbers, or an overlap (intersection over union) of nine
tenths; of small boxes, of which two pixels are more than that, all four edges within two pixels and half the area.

When it is right to fail: it warns; two things may lie on each other, and then the pair is right.

What it cannot see: doubled boxes that overlap less.

Mend: keep one box of each pair.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_twins import BoxTwins
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(twins: BoxTwins) -> Finding:
    """Equal, and nearly equal."""
    pairs = (*twins.exact, *twins.near)
    if not pairs:
        return passed(f"no two of {twins.n:,} boxes mark the same thing")
    names = tuple(dict.fromkeys(second for _, second in pairs))
    return warned(
        f"{len(names):,} of {twins.n:,} boxes mark a thing that another box of the same class marks too ({len(twins.exact):,} pairs with equal numbers, {len(twins.near):,} nearly so)",
        expected="one box for each thing",
        observed=Observed(value=len(names) / twins.n, unit="of the boxes", n=twins.n),
        component="data",
        where=tuple(f"{first} and {second.rsplit(' ', 2)[-1]}" for first, second in pairs[:5]),
        items=names,
        effect="things are counted twice, and one of the two is always missed in the evaluation",
        remedies=("keep one box of each pair; where two things really lie on each other, keep both",),
    )


def a_file_read_twice(collection: Collection) -> Collection:
    """All boxes of six pictures stand twice."""

    def change(told: dict[str, Any]) -> None:
        told["annotations"] += [{**mark, "id": mark["id"] + 1000} for mark in told["annotations"] if mark["image_id"] % 10 == 0]

    return reannotated(collection, change)


def drawn_twice(collection: Collection) -> Collection:
    """Five boxes drawn anew half a pixel beside."""

    def change(told: dict[str, Any]) -> None:
        told["annotations"] += [{**mark, "id": mark["id"] + 1000, "bbox": [v + 0.25 for v in mark["bbox"]]} for mark in told["annotations"][::50]]

    return reannotated(collection, change)


def boxes_within_boxes(collection: Collection) -> Collection:
    """Each cell's kernel is marked as well, in half its size."""

    def change(told: dict[str, Any]) -> None:
        for mark in list(told["annotations"][::3]):
            left, top, width, height = mark["bbox"]
            told["annotations"].append({**mark, "id": mark["id"] + 1000, "bbox": [left + width / 4, top + height / 4, width / 2, height / 2]})

    return reannotated(collection, change)


CHECK = Check(
    code="DAT805", name="repeated-boxes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=a_file_read_twice), Case(toy="cells", plant=drawn_twice)),
    lookalikes=(Case(toy="cells", plant=boxes_within_boxes),),
)  # fmt: skip
