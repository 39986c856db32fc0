"""Objects that hold their items as columns: data frames, dicts of columns, arrays, and inputs beside labels, as arrays or as lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nohero.run.errors import UsageError
from nohero.sources.picture_arrays import role_of

WIDEST = 1000  # numbers of a vector that become fields
LEAST_PAIRED = 10  # entries from which two lists of one length are inputs and labels, and no two items
ONE_HOT = 0.8  # of the rows of 0 and 1 that name one class alone: fewer name several on purpose
FEW_LABELS, MOSTLY_OTHER = 0.2, 0.5  # different values of labels, and of texts, for each entry
LABEL, INPUT = "label", "x"
FINER = ("ns", "ps", "fs", "as")  # than a microsecond
Columns = dict[str, Any]


def columns_of(thing: Any) -> tuple[Columns | None, tuple[str, ...]]:
    """(the columns of a data frame, a dict of arrays, an array, or (x, y), notes); None where it comes as items."""
    if is_frame(thing):
        levels, notes = _index_of(thing)
        return {**levels, **{str(c): thing[c].to_list() for c in thing.columns}}, notes
    if isinstance(thing, dict):
        return _of_dict(thing), ()
    if isinstance(thing, tuple) and 1 <= len(thing) <= 2 and all(is_array(v) and len(v.shape) for v in thing):
        return _spread({k: np.asarray(as_numpy(v)) for k, v in zip((INPUT, LABEL), thing, strict=False)})
    if _is_pair(thing):
        return _paired(*thing)
    _refuse_several(thing)
    if is_array(thing) and len(thing.shape):
        return _spread({INPUT: np.asarray(as_numpy(thing))})
    return None, ()


def _of_dict(columns: dict[Any, Any]) -> Columns:
    if not columns:
        raise UsageError("the dict is empty", expected="columns by name, or parts by name", mend='hand over nohero.audit({"x": x, "label": y})')
    singles = [str(k) for k, v in columns.items() if isinstance(v, str | bytes) or not hasattr(v, "__iter__") or getattr(v, "shape", None) == ()]
    if singles:
        raise UsageError(f"`{singles[0]}` of the dict is a single value", expected="a list or an array in each column, with an entry an item", mend=f'hand over lists: {{"{singles[0]}": [...]}}')
    return {str(k): _listed(v) for k, v in columns.items()}


def is_frame(thing: Any) -> bool:
    """A data frame, of any library."""
    return hasattr(thing, "columns") and hasattr(thing, "shape") and len(thing.shape) == 2


def is_array(value: Any) -> bool:
    """An array or a tensor."""
    return hasattr(value, "shape") and hasattr(value, "dtype")


def as_numpy(value: Any) -> Any:
    """A tensor as an array, wherever it lies; anything else as it is."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def by_part(given: dict[Any, Any]) -> dict[Any, Any]:
    """Of `X_train`, `y_train`, `X_test`, `y_test`: the columns of each part; any other dict as it is."""
    roles = {key: role_of(str(key)) for key in given}
    if not given or not all(part and what and _has_length(given[key]) for key, (part, what) in roles.items()):
        return given
    parts: dict[str, dict[str, Any]] = {}
    for key, (part, what) in roles.items():
        mine = parts.setdefault(part, {})
        if (name := INPUT if what == "pictures" else LABEL) in mine:
            return given
        mine[name] = given[key]
    if not any(len(mine) > 1 for mine in parts.values()):
        return given
    if lacking := next((part for part, mine in parts.items() if INPUT not in mine), ""):
        raise UsageError(f"{', '.join(map(str, given))}: there are labels of {lacking} and no inputs", expected="both of each part", mend='hand over {"train": (x_train, y_train), "test": (x_test, y_test)}')
    return {part: (mine[INPUT], mine[LABEL]) if len(mine) > 1 else (mine[INPUT],) for part, mine in parts.items()}


def refuse_pair_as_parts(given: Sequence[Any]) -> None:
    """Inputs and their labels, handed over as if they were the training part and the test part."""
    if len(given) == 2 and all(map(_is_listing, given)) and _is_pair(tuple(given)) and len(given[0]) == len(given[1]) and (_entry(given[0]) != _entry(given[1]) or _are_texts_and_labels(*given)):
        raise UsageError("inputs and labels were handed over as two objects, which are train and test", expected="one object a part", mend="hand over both as one: nohero.audit((x, y))")


def _has_length(value: Any) -> bool:
    return is_array(value) or isinstance(value, list | tuple) or is_frame(value)


def _is_listing(value: Any) -> bool:
    """A list, a tuple or an array of entries."""
    return isinstance(value, list | tuple) or (is_array(value) and not is_frame(value) and len(value.shape) > 0)


def _entry(values: Any) -> str:
    """What the first entry is: a number, a text, or something with entries of its own."""
    first = next((v for v in as_numpy(values) if v is not None), None)
    if isinstance(first, str | bytes):
        return "text"
    return "plain" if first is None or isinstance(first, bool | int | float | np.generic) or getattr(first, "shape", None) == () else "several"


def _are_texts_and_labels(x: Any, y: Any) -> bool:
    """Different texts, then a few values again and again."""
    return _entry(x) == "text" and len(set(y)) <= FEW_LABELS * len(y) and len(set(x)) >= MOSTLY_OTHER * len(x)


def _is_pair(thing: Any) -> bool:
    """Two lists or arrays with an entry an item each: inputs of one kind, then labels that are plain values."""
    if not isinstance(thing, tuple | list) or len(thing) != 2 or not all(map(_is_listing, thing)):
        return False
    x, y = thing
    if min(len(x), len(y)) < LEAST_PAIRED or _entry(y) == "several":
        return False
    kinds = [{type(v) for v in side if v is not None} for side in (x, y) if isinstance(side, list | tuple)]
    return all(_are_alike(k) for k in kinds) and (isinstance(thing, tuple) or len(x) == len(y))


def _are_alike(kinds: set[type]) -> bool:
    return len(kinds) <= 1 or all(issubclass(k, bool | int | float | np.number | np.bool_) for k in kinds)


def _paired(x: Any, y: Any) -> tuple[Columns, tuple[str, ...]]:
    """Inputs and labels as columns."""
    sides = {INPUT: as_numpy(x), LABEL: as_numpy(y)}
    found: Columns = {}
    for name, side in sides.items():
        entries = [as_numpy(v) for v in side]
        shapes = {v.shape for v in entries if isinstance(v, np.ndarray)}
        if isinstance(side, np.ndarray) or (len(shapes) == 1 and all(isinstance(v, np.ndarray) for v in entries)):
            found.update(_spread({name: side if isinstance(side, np.ndarray) else np.stack(entries)})[0])
        else:
            rows = entries and all(isinstance(v, list | tuple) and len(v) == len(entries[0]) for v in entries) and 0 < len(entries[0]) <= WIDEST
            found.update({f"{name}{j}": list(column) for j, column in enumerate(zip(*entries, strict=True))} if rows else {name: entries})
    return found, ()


def _refuse_several(thing: Any) -> None:
    """Three arrays and more, or those of a divided set, are no items."""
    if isinstance(thing, tuple) and len(thing) > 2 and all(map(_is_listing, thing)) and min(map(len, thing)) >= LEAST_PAIRED:
        raise UsageError(
            f"{len(thing)} lists or arrays were handed over as one object",
            expected="(x, y), or a dict of columns by name",
            mend='hand over nohero.audit({"x": x, "y": y, "group": g}), or of a divided set nohero.audit((x_train, y_train), (x_test, y_test))',
        )


def _index_of(frame: Any) -> tuple[Columns, tuple[str, ...]]:
    """Times that index the rows of a pandas frame, and the levels of an index of several, as columns; an index of names alone is told of."""
    index = getattr(frame, "index", None)
    if index is None or not hasattr(index, "get_level_values"):
        return {}, ()
    levels: Columns = {}
    for k in range(index.nlevels):
        level = index.get_level_values(k)
        name = str(level.name) if level.name is not None else "index" if index.nlevels == 1 else f"index {k}"
        level = level.to_timestamp() if hasattr(level, "to_timestamp") and not hasattr(level, "tz") else level
        if name not in map(str, frame.columns) and (index.nlevels > 1 or "datetime" in str(level.dtype)):
            levels[name] = level.to_list()
    if levels:
        return levels, (f"the index is taken as {'a field' if len(levels) == 1 else 'fields'}: {', '.join(f'`{n}`' for n in levels)}",)
    named = index.name is not None and str(index.name) not in map(str, frame.columns)
    return {}, (f"the index `{index.name}` is left out: `frame.reset_index()` makes it a field",) if named else ()


def _spread(arrays: dict[str, Any]) -> tuple[Columns, tuple[str, ...]]:
    """A table of numbers as a field a column; pictures and labels as they are, one-hot labels as classes."""
    found: Columns = {}
    notes: list[str] = []
    for name, array in arrays.items():
        if array.dtype.kind == "O":
            raise UsageError("an array of objects says nothing of what it holds", expected="numbers or strings", mend="hand over columns of one kind, or a data frame")
        if array.ndim == 2 and array.shape[1] == 1:
            found[name] = _values(array[:, 0])
        elif name == LABEL and (classes := _one_hot(array)) is not None:
            found[name] = classes
            lost, several = sum(c is None for c in classes), sum("+" in c for c in classes if c)
            notes.append(f"the labels are one-hot, of {array.shape[1]} classes" + (f": {lost:,} rows name none and {several:,} several" if lost or several else ""))
        elif array.ndim == 2 and array.shape[1] <= WIDEST:
            found.update({f"{name}{j}": _values(array[:, j]) for j in range(array.shape[1])})
        else:
            found[name] = _values(array) if array.ndim == 1 else list(array)
    return found, tuple(notes)


def _one_hot(array: Any) -> list[str | None] | None:
    """The class of each row of zeros with a one, `0+3` where two are named, None where none is; None of any other array."""
    if array.ndim != 2 or array.dtype.kind not in "uifb" or len(array) < LEAST_PAIRED or not np.isin(array, (0, 1)).all():
        return None
    if (array.sum(axis=1) == 1).mean() < ONE_HOT:
        return None
    return ["+".join(map(str, np.flatnonzero(row).tolist())) or None for row in array]


def _listed(value: Any) -> list[Any]:
    array = as_numpy(value)
    return list(array) if isinstance(array, np.ndarray) and array.ndim > 1 else _values(array) if hasattr(array, "tolist") else list(array)


def _values(array: Any) -> list[Any]:
    """One value an entry; times and times between to the microsecond, for finer ones would become whole numbers."""
    if isinstance(array, np.ndarray) and array.dtype.kind in "mM" and np.datetime_data(array.dtype)[0] in FINER:
        array = array.astype(f"{array.dtype.kind}8[us]")
    return list(array.tolist())
