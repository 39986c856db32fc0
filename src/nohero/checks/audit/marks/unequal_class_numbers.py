"""What it asks: do the annotation files of one set mean the same class by the same number?

Why it matters: loaders go by the number. Where two lists were numbered apart, a network learns one meaning and is scored by the other.

How it is measured: the lists of categories of all annotation files, number by number.

When it is right to fail: it warns for one number that bears two names. A file that declares fewer or more classes is no fault.

What it cannot see: lists that agree while the boxes were written by another list.

Mend: write all files by one list of classes.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import refiled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_classes import MarkClasses
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nohero.sources.collection import Collection


def judge(classes: MarkClasses) -> Finding:
    """A fact."""
    if classes.lists < 2:
        return skipped("no two annotation files declare classes")
    if not classes.renumbered:
        return passed(f"the {classes.lists} annotation files mean the same classes by the same numbers")
    code, one, name, other, called = classes.renumbered[0]
    count = len({x[0] for x in classes.renumbered})
    return warned(
        f"class {code} is `{name}` in {one} and `{called}` in {other}" + (f"; {count:,} numbers mean two classes" if count > 1 else "") + "; boxes are told by the names here, and a loader that goes by the numbers mixes them up",
        expected="one list of classes for all files",
        observed=Observed(value=float(count), unit="numbers with two names"),
        component="data",
        where=tuple(f"class {x[0]}: `{x[2]}` in {x[1]}, `{x[4]}` in {x[3]}" for x in classes.renumbered[:5]),
        effect="what is learnt by one list is scored by the other",
        remedies=("write all files by one list of classes", "or look the names up in each file's own list while loading"),
    )


def _divided(collection: Collection, change: Callable[[list[dict[str, Any]]], None]) -> Collection:
    """Every third picture moves to a second file, whose list of categories is changed."""

    def rewrite(folder: Path) -> None:
        path = folder / "annotations.json"
        told = json.loads(path.read_text(encoding="utf-8"))
        (folder / "annotations").mkdir()
        for k, part in enumerate(("train", "val")):
            images = [image for i, image in enumerate(told["images"]) if (i % 3 == 2) == bool(k)]
            ids = {image["id"] for image in images}
            made = {**told, "images": images, "annotations": [mark for mark in told["annotations"] if mark["image_id"] in ids], "categories": [dict(c) for c in told["categories"]]}
            if k:
                change(made["categories"])
            (folder / "annotations" / f"instances_{part}.json").write_text(json.dumps(made), encoding="utf-8")
        path.unlink()

    return refiled(collection, rewrite)


def exchanged_in_one_file(collection: Collection) -> Collection:
    """The second file's list has the first two classes the other way round."""

    def change(categories: list[dict[str, Any]]) -> None:
        categories[0]["name"], categories[1]["name"] = categories[1]["name"], categories[0]["name"]

    return _divided(collection, change)


def one_list_in_another_order(collection: Collection) -> Collection:
    """The second file lists the same numbers and names the other way round."""
    return _divided(collection, lambda categories: categories.reverse())


def one_class_more(collection: Collection) -> Collection:
    """The second file declares a further class."""
    return _divided(collection, lambda categories: categories.append({"id": 9, "name": "broken"}))


CHECK = Check(
    code="DAT813", name="unequal-class-numbers", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=exchanged_in_one_file),),
    lookalikes=(Case(toy="cells", plant=one_list_in_another_order), Case(toy="cells", plant=one_class_more)),
)  # fmt: skip
