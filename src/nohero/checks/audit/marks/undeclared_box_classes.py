"""What it asks: has every box, and every number in a mask, a class that the annotations declare?

Why it matters: an undeclared number stops the loader, or becomes a class of its own that nobody counts.

How it is measured: each box's category against the list of categories; in xml, boxes without a name; the numbers in masks against a classes.txt beside them, where most masks keep to it.

When it is right to fail: one such box or mask is enough.

What it cannot see: a declared class that is the wrong one.

Mend: declare the class, or mend the number.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated, refiled, remasked
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_classes import MarkClasses
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection


def judge(classes: MarkClasses) -> Finding:
    """Declared, or not."""
    boxes = classes.unit == "boxes"
    if not boxes and not classes.declared:
        return skipped("no list says which classes the numbers of the masks are")
    count = len(classes.unknown_marks)
    if not count:
        return passed(f"all {classes.marks:,} {classes.unit} are of known classes")
    names = ", ".join(f"`{name}` ({n:,})" for name, n in classes.unknown[:5])
    what = f"{count:,} of {classes.marks:,} boxes are of classes" if boxes else f"{count:,} masks hold numbers"
    return failed(
        f"{what} that are not declared: {names}{_shifted(classes) if boxes else ''}",
        expected=f"one of {', '.join(classes.declared[:8])}" if classes.declared else "a list of classes",
        observed=Observed(value=float(count), unit=classes.unit if boxes else "masks", n=classes.marks if boxes else None),
        component="data",
        where=classes.unknown_marks[:5],
        items=classes.unknown_marks,
        effect="a loader that stops, or a class that nobody counts",
        remedies=("declare these classes, or mend the numbers of these marks",),
    )


def _shifted(classes: MarkClasses) -> str:
    """What to suspect where one number alone is undeclared, that of 0, and the last declared class has no box: all may be counted from 0."""
    last = classes.declared[-1:]
    if [name for name, _ in classes.unknown] == ["category 0"] and last and last[0] not in {c.name for c in classes.classes}:
        return f"; no box is `{last[0]}`, the last one declared: the numbers may count from 0 where the list counts from 1, and every box bears the name before its own"
    return ""


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


def masks_beyond_the_list(collection: Collection) -> Collection:
    """Four masks count from another list."""

    def change(folder: Path) -> None:
        (folder / "annotations.json").unlink()
        (folder / "classes.txt").write_text("background\npale\ndark\n", encoding="utf-8")

    return remasked(refiled(collection, change), lambda mask, number: mask + 5 * (mask > 0) if number % 15 == 0 else mask)


def counted_from_0(collection: Collection) -> Collection:
    """Categories of boxes are one less than those of the list."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"]:
            mark["category_id"] -= 1

    return reannotated(collection, change)


CHECK = Check(
    code="DAT807", name="undeclared-box-classes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=an_unknown_number), Case(toy="cells", plant=no_list_of_classes), Case(toy="cells", plant=masks_beyond_the_list), Case(toy="cells", plant=counted_from_0)),
    lookalikes=(Case(toy="cells", plant=a_class_that_is_not_used),),
)  # fmt: skip
