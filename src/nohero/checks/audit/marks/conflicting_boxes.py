"""What it asks: is one place marked as two classes?

Why it matters: whatever the network says there, it is told that it is wrong.

How it is measured: pairs of boxes of one picture and of different classes that overlap by nine tenths (intersection over union), or of small ones that lie within two pixels of each other.

When it is right to fail: it warns; where half of all boxes of a class lie on another class, classes may be meant to contain each other, and it is unsure.

What it cannot see: contradictions between pictures that look alike.

Mend: decide for one class, or say that a thing may have several.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_twins import BoxTwins
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MEANT = 0.5  # of the rarer class's boxes on another class: more than slips, a hierarchy such as person and player


def judge(twins: BoxTwins) -> Finding:
    """Pairs, and whether they are the rule."""
    if not twins.conflicts:
        return passed(f"no place is marked as two classes by {twins.n:,} boxes")
    pairs: dict[tuple[str, str], int] = {}
    for *_, a, b in twins.conflicts:
        key = (a, b) if a <= b else (b, a)
        pairs[key] = pairs.get(key, 0) + 1
    counts = dict(twins.counts)
    meant = all(count >= MEANT * min(counts[a], counts[b]) for (a, b), count in pairs.items())
    (first, second), most = max(pairs.items(), key=lambda pair: pair[1])
    return (unsure if meant else warned)(
        f"{len(twins.conflicts):,} places are marked as two classes, most often `{first}` and `{second}` ({most:,})",
        expected="one class for one place",
        observed=Observed(value=float(len(twins.conflicts)), unit="pairs of boxes", n=twins.n),
        component="data",
        where=tuple(f"{c[0]} ({c[2]}) and {c[1].rsplit(' ', 2)[-1]} ({c[3]})" for c in twins.conflicts[:5]),
        items=tuple(dict.fromkeys(name for c in twins.conflicts for name in c[:2])),
        effect="whatever is answered there counts as wrong",
        remedies=("look at the pairs and keep the right class", "where classes contain each other, train with several labels a box"),
        figure=Table(title="Places of two classes", columns=("class", "and class", "pairs"), rows=tuple((a, b, n) for (a, b), n in sorted(pairs.items(), key=lambda p: -p[1])[:12])),
    )


def two_opinions(collection: Collection) -> Collection:
    """Six boxes stand a second time, as the other class."""

    def change(told: dict[str, Any]) -> None:
        told["annotations"] += [{**mark, "id": mark["id"] + 1000, "category_id": 3 - mark["category_id"]} for mark in told["annotations"][::40]]

    return reannotated(collection, change)


def touching_boxes_of_two_classes(collection: Collection) -> Collection:
    """Boxes of the other class beside, half overlapping."""

    def change(told: dict[str, Any]) -> None:
        for mark in list(told["annotations"][::9]):
            left, top, width, height = mark["bbox"]
            beside = [left - width / 2 if left >= width / 2 else left + width / 2, top, width, height]
            told["annotations"].append({**mark, "id": mark["id"] + 1000, "category_id": 3 - mark["category_id"], "bbox": beside})

    return reannotated(collection, change)


CHECK = Check(
    code="DAT806", name="conflicting-boxes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=two_opinions),),
    lookalikes=(Case(toy="cells", plant=touching_boxes_of_two_classes),),
)  # fmt: skip
