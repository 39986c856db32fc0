"""Items whose numbers are all one value: rows of a long vector, and series that never move.

Legend: N items, F fields of one vector.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
WIDE = 8  # fields: fewer may all be zero by chance
CHUNK = 50_000


@dataclass(frozen=True, kw_only=True, eq=False)
class EmptyVectors:
    """One vector, or one series, of the items."""

    name: str
    width: int  # fields of a vector; channels of a series
    series: bool
    value: float  # that the empty ones hold
    rows: tuple[int, ...]
    least: int  # fields that are another value in the others' emptiest; of a series 0
    n: int
    items: Any


def measure(collection: Collection) -> EmptyVectors:
    """The widest vector; fields of one are called by one name and a number. A series is told by the deviation and mean of each channel."""
    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or collection.whole is not None:
        raise Unmeasurable("the items are no rows of a table that is at hand")
    numeric = [c for c in collection.features if collection.frame[c].dtype.is_numeric()]
    spreads = [c for c in numeric if c.endswith(" deviation") and c.removesuffix("deviation") + "mean" in numeric]
    if spreads:
        return _series(collection, spreads)
    stems: dict[str, list[str]] = defaultdict(list)
    for column in numeric:
        if found := re.fullmatch(r"(.*?)[ _.\[]?\d+\]?", column):
            stems[found.group(1)].append(column)
    name, fields = max(stems.items(), key=lambda s: len(s[1]), default=("", []))
    if len(fields) < WIDE:
        raise Unmeasurable(f"no {WIDE} fields of numbers belong to one vector")
    frame = collection.frame.select(fields)
    count = len(frame)
    differing, value = np.zeros(count, dtype=np.int64), _commonest(frame)
    for start in range(0, count, CHUNK):
        differing[start : start + CHUNK] = (frame[start : start + CHUNK].to_numpy() != value).sum(axis=1)
    rows = np.flatnonzero(differing == 0)
    rest = differing[differing > 0]
    return EmptyVectors(
        name=name or fields[0], width=len(fields), series=False, value=value, rows=tuple(rows.tolist()), least=int(rest.min()) if len(rest) else 0, n=count, items=collection.items,
    )  # fmt: skip


def _commonest(frame: Any) -> float:
    """The value that the most fields hold most often: that of padding."""
    some = frame if len(frame) <= CHUNK else frame.gather_every(-(-len(frame) // CHUNK))
    tops = [some[c].drop_nulls().mode() for c in frame.columns[:: max(1, frame.width // 16)]]
    values, counts = np.unique([float(t.min()) for t in tops if len(t)] or [0.0], return_counts=True)
    return float(values[counts.argmax()])


def _series(collection: Collection, spreads: list[str]) -> EmptyVectors:
    """The series with most items that are zero throughout."""
    stems: dict[str, list[str]] = defaultdict(list)
    for column in spreads:
        stems[re.sub(r"\d* deviation$", "", column)].append(column)
    found: list[tuple[str, int, Any]] = []
    for name, columns in stems.items():
        still = np.ones(len(collection), dtype=bool)
        for column in columns:
            for told in (column, column.removesuffix("deviation") + "mean"):
                still &= collection.frame[told].fill_null(float("nan")).to_numpy() == 0
        found.append((name, len(columns), np.flatnonzero(still)))
    name, width, rows = max(found, key=lambda f: len(f[2]))
    return EmptyVectors(name=name, width=width, series=True, value=0.0, rows=tuple(rows.tolist()), least=0, n=len(collection), items=collection.items)
