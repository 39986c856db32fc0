"""How often each class is marked: boxes or pixels, pictures, and parts of a divided collection."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.run.figure import Bars
    from nohero.sources.collection import Collection

PRICE = 0.02  # seconds
IGNORED = 255  # in masks: what is not to be learnt
GROUND = re.compile(r"_*(back)?ground_*|_*void_*|nothing|none|unlabell?ed", re.IGNORECASE)  # names of the class 0 in a list that counts from it
MOST_CLASSES = 60  # mask values beyond that are no classes
THINGS, COUNTS, NUMBERED = 5, 3, 0.95  # values of the middle mask, different numbers of them, and of the masks, that hold 1, 2, 3 and on without a gap: so things are numbered, and not classes


@dataclass(frozen=True, kw_only=True)
class MarkClass:
    """One class."""

    name: str
    marks: int  # boxes, or pixels of masks
    share: float  # of all marks
    pictures: int
    of_part: tuple[tuple[str, int], ...]  # pictures with it, a part
    items: tuple[str, ...]  # first pictures with it


@dataclass(frozen=True, kw_only=True)
class MarkClasses:
    """Boxes are counted where there are boxes, pixels otherwise."""

    unit: str  # "boxes" or "pixels"
    marks: int
    pictures: int  # with a mark
    classes: tuple[MarkClass, ...]  # commonest first
    parts: tuple[tuple[str, int], ...]  # pictures with a mark, a part
    declared: tuple[str, ...]  # by the source
    unknown: tuple[tuple[str, int], ...]  # label, boxes or masks: not declared
    unknown_marks: tuple[str, ...]  # boxes, or masks
    lists: int = 1  # annotation files that declare classes
    renumbered: tuple[tuple[str, str, str, str, str], ...] = ()  # number, file, its name there, other file, its name there

    def figures(self) -> tuple[Bars, ...]:
        """Bars of classes."""
        from nohero.run.figure import Bar, Bars

        bars = tuple(Bar(label=c.name, value=c.marks, note=f"{c.share:.1%}, in {c.pictures:,} pictures") for c in self.classes[:30])
        return (Bars(title=f"{self.unit} a class", value_label=self.unit, bars=bars),)


def measure(collection: Collection) -> MarkClasses:
    """Counts alone."""
    from nohero.setup.refusal import Unmeasurable

    if collection.boxes is not None:
        pairs = [(item, label, 1) for item, label in zip(collection.boxes["item"].to_list(), collection.boxes["label"].to_list(), strict=True)]
    elif collection.marking is not None and collection.marking.masks:
        pairs = [(i, str(value), count) for i, read in enumerate(collection.marking.masks) if read is not None for value, count in read.counts.items()]
        if len({label for _, label, _ in pairs}) > MOST_CLASSES:
            raise Unmeasurable(f"the masks hold more than {MOST_CLASSES} values: they are no numbers of classes")
        if _number_things(collection.marking):
            raise Unmeasurable("nearly each mask holds 1, 2, 3 and on without a gap, one more and another fewer: they number things, not classes")
    else:
        raise Unmeasurable("the collection has neither boxes nor masks")
    if not pairs:
        raise Unmeasurable("nothing is marked")
    return _counted(collection, pairs)


def _number_things(marking: Any) -> bool:
    """Whether the masks count their things from 1; never those with names of classes."""
    held = [values for read in marking.masks if read is not None and (values := set(read.counts) - {0, IGNORED})]
    gapless = [len(values) for values in held if max(values) == len(values)]
    return bool(gapless) and not marking.classes and len(gapless) >= NUMBERED * len(held) and sorted(gapless)[len(gapless) // 2] >= THINGS and len(set(gapless)) >= COUNTS


def _counted(collection: Collection, pairs: list[tuple[int, str, int]]) -> MarkClasses:
    from nohero.evidence.audit.box_places import box_names

    marks: Counter[str] = Counter()
    pictures: dict[str, set[int]] = {}
    for item, label, count in pairs:
        marks[label] += count
        pictures.setdefault(label, set()).add(item)
    part_of = collection.frame[collection.split].to_list() if collection.split else []
    total = sum(marks.values())
    marked = {item for item, _, _ in pairs}
    classes = []
    for label, count in marks.most_common():
        of_part = tuple((part, sum(part_of[i] == part for i in pictures[label])) for part in collection.parts)
        first = tuple(collection.items[i] for i in sorted(pictures[label])[:5])
        classes.append(MarkClass(name=label, marks=count, share=count / total, pictures=len(pictures[label]), of_part=of_part, items=first))
    boxes = collection.boxes
    odd = [] if boxes is None or "known" not in boxes.columns else [i for i, known in enumerate(boxes["known"].to_list()) if not known]
    names = box_names(collection) if odd else []
    values, masks = _undeclared(collection) if boxes is None else ((), ())
    return MarkClasses(
        unit="boxes" if boxes is not None else "pixels", marks=total, pictures=len(marked), classes=tuple(classes),
        parts=tuple((part, sum(part_of[i] == part for i in marked)) for part in collection.parts),
        declared=() if collection.marking is None else collection.marking.classes,
        lists=1 if collection.marking is None else collection.marking.lists, renumbered=() if collection.marking is None else collection.marking.renumbered,
        unknown=values or tuple(Counter(boxes["label"][i] or "no name" for i in odd).most_common()), unknown_marks=masks or tuple(names[i] for i in odd),
    )  # fmt: skip


def _undeclared(collection: Collection) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """((value beyond the list of classes, masks with it), the masks); nothing where most masks hold such values, as theirs are no numbers of the list."""
    declared, reads = collection.marking.classes, collection.marking.masks
    last = len(declared) - bool(declared and GROUND.fullmatch(declared[0]))  # a list without the ground may count its classes from 1
    odd = {i: beyond for i, read in enumerate(reads) if read is not None and not read.colours and (beyond := [v for v in read.counts if last < v != IGNORED])}
    if not declared or collection.marking.drawn or len(odd) >= sum(r is not None for r in reads) / 2:
        return (), ()
    counts = Counter(v for beyond in odd.values() for v in beyond)
    return tuple((str(v), n) for v, n in counts.most_common()), tuple(collection.masks[i] for i in odd)
