"""What it asks: has every box a class that the annotations declare?

Why it matters: an undeclared number stops the loader, or becomes a class of its own that nobody counts.

How it is measured: each box's category against the list of categories; in xml, boxes without a name.

When it is right to fail: one such box is enough.

What it cannot see: a declared class that is the wrong one.

Mend: declare the class, or mend the number.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_classes import MarkClasses
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(classes: MarkClasses) -> Finding:
    """Declared, or not."""
    if classes.unit != "boxes":
        return skipped("masks declare no classes")
    count = len(classes.unknown_boxes)
    if not count:
        return passed(f"all {classes.marks:,} {classes.unit} are of known classes")
    names = ", ".join(f"`{name}` ({n:,})" for name, n in classes.unknown[:5])
    return failed(
        f"{count:,} of {classes.marks:,} boxes are of classes that are not declared: {names}",
        expected=f"one of {', '.join(classes.declared[:8])}" if classes.declared else "a list of classes",
        observed=Observed(value=float(count), unit="boxes", n=classes.marks),
        component="data",
        where=classes.unknown_boxes[:5],
        items=classes.unknown_boxes,
        effect="a loader that stops, or a class that nobody counts",
        remedies=("declare these classes, or mend the numbers of these boxes",),
    )


def an_unknown_number(collection: Collection) -> Collection:
    """Three boxes of category 7."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][::80]:
            mark["category_id"] = 7

    return reannotated(collection, change)


def no_list_of_classes(collection: Collection) -> Collection:
    """The list of categories is empty."""
    return reannotated(collection, lambda told: told["categories"].clear())


def a_class_that_is_not_used(collection: Collection) -> Collection:
    """A third class is declared, and no box has it."""
    return reannotated(collection, lambda told: told["categories"].append({"id": 3, "name": "broken"}))


CHECK = Check(
    code="DAT807", name="undeclared-box-classes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=an_unknown_number), Case(toy="cells", plant=no_list_of_classes)),
    lookalikes=(Case(toy="cells", plant=a_class_that_is_not_used),),
)  # fmt: skip
