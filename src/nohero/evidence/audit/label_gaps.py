"""Items whose label is not there: how it is written where it is read as missing, and whether there is more than one label at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
VOID = (-1, -100, 255, 65535)  # numbers that stand for "not known" beside classes that are numbered: -100 is what torch passes over, 255 what masks do
CLASSES, RARE, RARER = 3, 0.05, 5  # classes that are numbered without a gap; share of the items, and times rarer than the middle class, that such a number is


@dataclass(frozen=True, kw_only=True)
class LabelGaps:
    """Of the parts that are labelled at all."""

    label: str
    n: int  # items
    marks: tuple[tuple[str, int], ...]  # (what is written, items), commonest first; "" for nothing
    items: tuple[str, ...]  # names of those without a label
    constant: str  # the one label that all have; "" where there are several
    bare: tuple[str, ...]  # parts without any label
    void: tuple[tuple[int, int], ...] = ()  # (number that is no class, items)
    void_items: tuple[str, ...] = ()


def measure(collection: Collection) -> LabelGaps:
    """The label's cells as they are written, where the source is a text."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if not collection.label:
        raise Unmeasurable("no field is named as the label")
    typed = collection.frame[collection.label]
    gone = typed.is_null().to_numpy() | (typed.is_nan().fill_null(value=False).to_numpy() if typed.dtype.is_float() else False)
    bare = () if gone.all() else tuple(p for p in collection.parts if gone[collection.part(p)].all())
    asked = np.ones(len(gone), dtype=bool)
    for part in bare:
        asked &= ~collection.part(part)
    rows = np.flatnonzero(gone & asked)
    cells = collection.cells
    written = cells[collection.label][rows].fill_null("").str.strip_chars().to_list() if cells is not None and collection.label in cells.columns else [""] * len(rows)
    known = typed.filter(asked & ~gone).unique()
    numbers = _numbers(typed)
    void = _void(numbers.filter(asked & ~gone)) if numbers is not None else ()
    void_rows = np.flatnonzero(numbers.is_in([v for v, _ in void]).fill_null(value=False).to_numpy()) if void else rows[:0]
    return LabelGaps(
        label=collection.label, n=int(asked.sum()), marks=tuple(Counter(written).most_common()), items=tuple(collection.items[i] for i in rows.tolist()),
        constant=str(known[0]) if len(known) == 1 else "", bare=bare, void=void, void_items=tuple(collection.items[i] for i in void_rows.tolist()),
    )  # fmt: skip


def _numbers(labels: Any) -> Any:
    """Labels that are whole numbers, also where they are written as names; None where they are not."""
    import polars as pl

    if labels.dtype.is_integer():
        return labels
    cast = labels.cast(pl.Int64, strict=False) if labels.dtype == pl.String else None
    return cast if cast is not None and cast.null_count() == labels.null_count() else None


def _void(labels: Any) -> tuple[tuple[int, int], ...]:
    """Rare numbers that are known to stand for nothing, beside classes from 0 or 1 on without a gap."""
    counts = dict(labels.alias("value").value_counts(name="times of it").iter_rows())  # a label may itself be called count
    void = {v: n for v, n in counts.items() if v in VOID}
    classes = sorted(v for v in counts if v not in void)
    if not void or len(classes) < CLASSES or classes[0] not in (0, 1) or classes != list(range(classes[0], classes[0] + len(classes))):
        return ()
    middle = sorted(counts[v] for v in classes)[len(classes) // 2]
    return tuple(sorted((v, n) for v, n in void.items() if n * RARER <= middle and n <= RARE * len(labels) and v != len(classes)))
