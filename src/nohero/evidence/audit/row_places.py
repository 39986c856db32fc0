"""Rows whose cells do not stand under their own names: the header once more amid the rows, and rows that slipped by one column.

A row is asked whether it slipped where a cell is no number or date in a field of these. It did, where its cells fit the field beside theirs: a number or a date
within what the field holds, or one of its few words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
AGAIN = 0.5  # of the fields hold their own name in a header that comes again
WORDS, KNOWN = 1000, 0.9  # different words of a field that has its own, and how many of its cells are words that come thrice
THRICE = 3
ASKED = 5000  # rows at most
GAIN, FITTING = 2, 3  # cells more that fit beside than do in place, and that fit beside in all
ALL = 0.9  # of a slipped row's cells fit beside


@dataclass(frozen=True, kw_only=True)
class Slipped:
    """Rows whose cells stand one column off, from some field on."""

    rows: tuple[int, ...]
    by: int  # +1 where a field's own cell stands one column to its right
    field: str  # where it was seen first
    cell: str  # what stands there
    belongs: str  # the field to which that belongs, or "" where it would stand beside the table


@dataclass(frozen=True, kw_only=True)
class RowPlaces:
    """Both kinds."""

    headers: tuple[int, ...]
    slipped: tuple[Slipped, ...]
    fields: int
    items: Sequence[str]


def measure(collection: Collection) -> RowPlaces:
    """On the rows at hand, as they are written."""
    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or collection.cells is None:
        raise Unmeasurable("the items are no rows of a text table")
    collection = collection.plain
    names = [n for n in collection.frame.columns if n != collection.split]
    headers = _headers(collection, names)
    slipped = tuple(s for by in (1, -1) if (s := _slipped(collection, names, set(headers), by)) is not None)
    items = collection.items if collection.whole is None else [collection.item(i) for i in range(len(collection))]
    return RowPlaces(headers=headers, slipped=slipped, fields=len(names), items=items)


def _headers(collection: Collection, names: Sequence[str]) -> tuple[int, ...]:
    """Rows of which most cells are the names of their fields."""
    import numpy as np

    held = [n for n in names if n in collection.cells.columns]
    least = max(2, AGAIN * len(names))
    if len(held) < least:
        return ()
    same = np.zeros(len(collection), dtype=np.int64)
    for name in held:
        same += (collection.cells[name] == name).fill_null(value=False).to_numpy()
    return tuple(np.flatnonzero(same >= least).tolist())


def _slipped(collection: Collection, names: Sequence[str], headers: set[int], by: int) -> Slipped | None:
    """Rows that fit better where each field's cell is taken from the column beside it."""
    strays = _strays(collection, names)
    asked = [i for i in sorted(strays) if i not in headers][:ASKED]
    fits = [_fit(collection, n) for n in names] if asked else []
    if sum(f is not None for f in fits) < FITTING:
        return None
    rows = []
    cells = {n: collection.written(n).gather(asked).to_list() for n in names}
    for k, i in enumerate(asked):
        row = [cells[n][k] for n in names]
        if _fits_beside(row, fits, names.index(strays[i]), by):
            rows.append(i)
    if not rows:
        return None
    field = strays[rows[0]]
    place = names.index(field) - by
    return Slipped(rows=tuple(rows), by=by, field=field, cell=cells[field][asked.index(rows[0])], belongs=names[place] if 0 <= place < len(names) else "")


def _strays(collection: Collection, names: Sequence[str]) -> dict[int, str]:
    """The rows with a cell that is no number or date in a field of these, and the first such field."""
    found: dict[int, str] = {}
    for name in names:
        typed = collection.frame[name]
        if name in collection.cells.columns and (typed.dtype.is_numeric() or typed.dtype.is_temporal()):
            written = collection.cells[name].fill_null("")
            for i in (typed.is_null() & (written.str.len_bytes() > 0)).arg_true().to_list():
                found.setdefault(i, name)
    return found


def _fit(collection: Collection, name: str) -> Callable[[str], bool] | None:
    """Whether a cell may be one of this field; None of a field of texts or names, where anything may stand."""
    import polars as pl

    from nohero.sources.date_forms import read_date

    typed = collection.frame[name]
    if typed.dtype.is_temporal():
        return lambda cell: read_date(cell) is not None
    if typed.dtype.is_numeric():
        low, high = typed.cast(float).drop_nulls().quantile(0.0), typed.cast(float).drop_nulls().quantile(1.0)
        return None if low is None or high is None else lambda cell: (v := _number(cell)) is not None and low <= v <= high
    counted = collection.counted(name).drop_nulls("value") if typed.dtype == pl.String else None
    if counted is None or not 2 <= counted.height <= WORDS:
        return None
    common = counted.filter(pl.col("count") >= THRICE)
    words = set(common["value"].to_list())
    return words.__contains__ if common["count"].sum() >= KNOWN * counted["count"].sum() else None


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _fits_beside(row: Sequence[str], fits: Sequence[Any], stray: int, by: int) -> bool:
    """Whether from some field on, the stray among them, the cells fit when taken from the column beside, and hardly otherwise."""
    own = [None if f is None or not c else f(c) for c, f in zip(row, fits, strict=True)]
    beside = [None if f is None or not 0 <= j + by < len(row) or not row[j + by] else f(row[j + by]) for j, f in enumerate(fits)]
    for begin in range(stray + 1):
        here = [j for j in range(begin, len(row)) if beside[j] is not None]
        gain = sum(bool(beside[j]) - bool(own[j]) for j in here)
        fitting = sum(bool(beside[j]) for j in here)
        if gain >= GAIN and fitting >= max(FITTING, ALL * len(here)):
            return True
    return False
