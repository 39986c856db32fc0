"""Data that a program holds already: torch and Hugging Face data sets, data frames and arrays, as a collection."""

from __future__ import annotations

import json
import time as clock
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.raw import Unusable
from nohero.data.table_choice import find_column
from nohero.run.errors import DataError, UsageError
from nohero.sources.collection import ROW, Collection
from nohero.sources.object_items import Part, labelled_by, parts_of, read_part
from nohero.sources.object_pictures import pictured
from nohero.sources.picture_arrays import is_picture_shape
from nohero.sources.series_fields import TOLD, described, is_series, time_first
from nohero.sources.table import PART, part_of
from nohero.sources.tables import label_among
from nohero.sources.text_column import with_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

NARROW = 16  # channels: lines of writing, which share a height, are higher
KNOWN = "a torch Dataset or a Hugging Face Dataset (map-style or iterable), a dict of such parts, a data frame, arrays, (x, y), or a list of items"


def open_objects(
    *given: Any, target: str | None = None, split: str | None = None, group: str | None = None, time: str | None = None, seed: int = 0, budget: float | None = None,
) -> Collection:  # fmt: skip
    """One object, or several that are the parts of one set, the training part first. Raises UsageError and DataError with what to mend."""
    deadline = None if budget is None else clock.monotonic() + budget
    parts = [read_part(name, thing, seed=seed, alone=len(named) == 1) for named in (parts_of(given),) for name, thing in named]
    frame, columns, notes = _framed(parts)
    if not sum(len(p) for p in parts):
        lost = next((u for p in parts for u in p.unusable), None)
        raise DataError(f"no item could be read from {_shown(given)}" + (f": {lost.where}: {lost.reason}" if lost else ""), expected=KNOWN, mend="look at its first item")
    items = tuple(f"{p.name} {n}" if len(parts) > 1 else n for p in parts for n in p.items)
    pictures = [name for name, values in columns.items() if name not in frame.columns and _is_picture(values)]
    series = [name for name, values in columns.items() if name not in frame.columns and name not in pictures and is_series(values)]
    arrays: dict[str, Sequence[Any]] = {name: time_first(columns[name]) for name in series}
    derived: dict[str, tuple[str, str]] = {}
    for name, values in arrays.items():
        told = {f"{of} {what}": ((what, of), entries) for (what, of), entries in described(name, values).items() if f"{of} {what}" not in frame.columns}
        numbers = pl.DataFrame([pl.Series(field, entries, dtype=pl.Float64, strict=False).fill_nan(None) for field, (_, entries) in told.items()])
        derived |= {field: key for field, (key, _) in told.items()}
        frame = frame.hstack(numbers) if frame.width else numbers
    left = [f"`{n}` is left out: it holds {_kind(_first(v))}, neither a number, a text nor a picture" for n, v in columns.items() if n not in frame.columns and n not in pictures and n not in series]
    taken = [f"`{n}` is taken for pictures: arrays of shape {list(_first(columns[n]).shape)}" for n in pictures[:1] if isinstance(_first(columns[n]), np.ndarray)]
    taken += [f"`{n}` holds series of shape {list(_first(columns[n]).shape)}: each is told by {TOLD} of its channels" for n in series]
    collection = Collection(
        name=_shown(given), source=_shown(given), kind=ROW, frame=frame, items=items, seed=seed, deadline=deadline, series=arrays, derived=derived, split=PART if PART in frame.columns and len(parts) > 1 else "",
        readings=tuple(p.reading for p in parts if p.reading is not None),
        unusable=tuple(Unusable(where=f"{p.name} {u.where}" if len(parts) > 1 else u.where, reason=u.reason) for p in parts for u in p.unusable),
        notes=(*notes, *dict.fromkeys(n for p in parts for n in p.notes), *taken, *left, *(f"`{n}` is left out: pictures are those of `{pictures[0]}`" for n in pictures[1:])),
    )  # fmt: skip
    asked = {k: find_column(v, frame.columns, k, collection.source) if v else "" for k, v in (("target", target), ("split", split), ("group", group), ("time", time))}
    label = asked["target"] or label_among(frame.columns)
    collection = collection.with_(label=label, split=asked["split"] or collection.split, group=asked["group"], time=asked["time"])
    if pictures:
        return pictured(collection, columns[pictures[0]])
    if not frame.width or frame.columns == [PART]:
        raise UsageError(f"nothing in {_shown(given)} can be audited: {'; '.join(left)}", expected=KNOWN, mend="let an item be a dict or a tuple of numbers, texts or pictures")
    return with_texts(collection)


def _framed(parts: Sequence[Part]) -> tuple[pl.DataFrame, dict[str, list[Any]], tuple[str, ...]]:
    """(the plain fields, all fields as lists, notes); labels by their classes' names."""
    names = list(dict.fromkeys(name for p in parts for name in p.columns))
    columns = {name: [v for p in parts for v in p.columns.get(name, [None] * len(p))] for name in names}
    notes = []
    series = []
    for name, values in columns.items():
        if classes := next((c for p in parts if (c := labelled_by(p.thing, name))), None):
            values = [classes[int(v)] if isinstance(v, int | float) and 0 <= int(v) < len(classes) else None if v is None else str(v) for v in values]  # noqa: PLW2901
            notes.append(f"`{name}` is told by the names of its {len(classes)} classes")
        if (plain := _plain(name, values)) is not None:
            series.append(plain)
    frame = pl.DataFrame(series)
    if len(parts) > 1:
        frame = frame.with_columns(pl.Series(PART, [part_of(p.name) or p.name for p in parts for _ in range(len(p))], dtype=pl.String))
    return frame, columns, tuple(notes)


def _plain(name: str, values: list[Any]) -> pl.Series | None:
    """A column of one plain value an item, or None."""
    if isinstance(values, pl.Series):
        return values.rename(name)
    kinds = {type(v) for v in values if v is not None}
    if kinds <= {bool}:
        return pl.Series(name, values, dtype=pl.Boolean) if kinds else pl.Series(name, values, dtype=pl.String)
    if kinds <= {bool, int} and all(v is None or abs(v) < 2**63 for v in values):
        return pl.Series(name, [None if v is None else int(v) for v in values], dtype=pl.Int64)
    if kinds <= {bool, int, float}:
        return pl.Series(name, [None if v is None else float(v) for v in values], dtype=pl.Float64).fill_nan(None)
    if kinds <= {str, bytes, bool, int, float}:
        return pl.Series(name, [None if v is None else v.decode(errors="replace") if isinstance(v, bytes) else str(v) for v in values], dtype=pl.String)
    if kinds == {list} and all(v is None or not v or isinstance(v[0], dict) for v in values):  # conversations, as JSON has them
        return pl.Series(name, [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in values], dtype=pl.String)
    try:
        found = pl.Series(name, values)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        return None
    return found if found.dtype.is_temporal() else None


def _first(values: Sequence[Any]) -> Any:
    return next((v for v in values if v is not None), None)


def _kind(value: Any) -> str:
    return f"arrays of shape {list(value.shape)}" if isinstance(value, np.ndarray) else type(value).__name__


def _is_picture(values: Sequence[Any]) -> bool:
    """PIL's pictures, and arrays with the sides of pictures."""
    first = _first(values)
    if not isinstance(first, np.ndarray):
        return hasattr(first, "convert") and hasattr(first, "size")
    if first.ndim not in (2, 3) or first.dtype.kind not in "uifb":
        return False
    return is_picture_shape(first.shape) and not _is_track(values, first)


def _is_track(values: Sequence[Any], first: Any) -> bool:
    """Fractions with one narrow side that all share and another that differs from item to item: steps of a series by channels. Pictures of several sizes differ in both, or are higher."""
    if first.ndim != 2 or first.dtype.kind != "f":
        return False
    sides = [{v.shape[k] for v in values if isinstance(v, np.ndarray) and v.ndim == 2} for k in (0, 1)]
    return any(len(one) == 1 and max(one) <= NARROW and len(other) > 1 for one, other in (sides, sides[::-1]))


def _shown(given: Sequence[Any]) -> str:
    return ", ".join(f"a {type(g).__name__}" for g in given)[:120]
