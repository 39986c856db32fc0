"""The series of a collection as tables of steps: arrays that an item holds, and columns that are numbered under one name.

Legend: N items, T steps.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from nohero.sources.series_fields import channel_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

LEAST = 12  # steps, or columns of one name
MOST = 20_000_000  # numbers that are looked at
ROWS = 20_000  # items of a table of columns


def steps_of(collection: Collection) -> Iterator[tuple[str, Any, Any]]:
    """(name, places [M] of the items, float64 [M, T] with nan behind the end of each): channels of series one by one, and vectors of columns."""
    import numpy as np

    for name, arrays in collection.series.items():
        if len(arrays) != len(collection):
            continue
        places = np.array([i for i, a in enumerate(arrays) if a is not None and len(a) >= LEAST], dtype=np.int64)
        size = sum(arrays[i].size for i in places)
        places = places[:: -(-size // MOST)] if size > MOST else places
        for c, channel in enumerate(channel_names(name, next(a for a in arrays if a is not None)) if len(places) else ()):
            wide = [i for i in places if arrays[i].ndim == 1 or arrays[i].reshape(len(arrays[i]), -1).shape[1] > c]
            most = max(LEAST, MOST // max(1, len(wide)))  # steps of each: of longer ones the last, that one of a million costs no table as wide
            yield channel, np.array(wide, dtype=np.int64), _padded([(arrays[i] if arrays[i].ndim == 1 else arrays[i].reshape(len(arrays[i]), -1)[:, c])[-most:] for i in wide])
    for name, fields in _vectors(collection).items():
        frame = collection.frame.select(fields)
        places = np.arange(len(collection))[:: max(1, -(-len(collection) // ROWS))]
        yield name or fields[0], places, frame[places].cast(float).fill_null(float("nan")).to_numpy().astype(np.float64)


def _vectors(collection: Collection) -> dict[str, list[str]]:
    """Columns of numbers that are called by one name and numbers in a row, in that order."""
    stems: dict[str, dict[int, str]] = defaultdict(dict)
    for column in collection.plain.features:
        found = re.fullmatch(r"(.*?)[ _.\[]?(\d+)\]?", column)
        if found and collection.frame[column].dtype.is_numeric():
            stems[found.group(1)][int(found.group(2))] = column
    return {stem: [of[k] for k in sorted(of)] for stem, of in stems.items() if len(of) >= LEAST and max(of) - min(of) == len(of) - 1}


def _padded(arrays: list[Any]) -> Any:
    """float64 [M, T]; nan behind the shorter ones."""
    import numpy as np

    whole = np.full((len(arrays), max((len(a) for a in arrays), default=0)), np.nan)
    for row, array in zip(whole, arrays, strict=True):
        row[: len(array)] = array
    return whole


def end_runs(steps: Any) -> Any:
    """int64 [M]: how many of each item's last steps, gaps behind it aside, are of its last value."""
    import numpy as np

    ends = last_steps(steps)
    value = steps[np.arange(len(steps)), ends]
    behind = np.arange(steps.shape[1]) > ends[:, None]
    same = (steps == value[:, None]) | behind
    return np.where(np.isnan(value), 0, np.argmin(np.concatenate([same[:, ::-1], np.zeros((len(same), 1), dtype=bool)], axis=1), axis=1) - (steps.shape[1] - 1 - ends))


def last_steps(steps: Any) -> Any:
    """int64 [M]: the place of the last number of each item; 0 where there is none."""
    import numpy as np

    known = ~np.isnan(steps)
    return np.where(known.any(axis=1), steps.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1), 0)
