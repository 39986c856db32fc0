"""Fields that hold the label of a later row, in the order of time and within each group: a shift in the wrong direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
LAGS = 10  # rows ahead, and back, that are looked at
LEAST = 30  # rows whose label is another than that of the later row
AGREE = 0.95  # of them
CLOSE = 1e-6  # of a number


@dataclass(frozen=True, kw_only=True)
class ToCome:
    """`field` is the label `lag` rows on in `agree` of `n` rows whose own label is another."""

    field: str
    lag: int
    agree: float
    n: int


@dataclass(frozen=True, kw_only=True)
class LabelsToCome:
    """Those of later rows, and the fields that hold the label of an earlier one, as they may."""

    found: tuple[ToCome, ...]
    past: tuple[str, ...]
    time: str
    label: str
    items: Sequence[str]


def measure(collection: Collection) -> LabelsToCome:
    """Of fields of the label's own type."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.moments import moments, time_field

    time = time_field(collection)
    if collection.kind != "row" or collection.whole is not None or not collection.label or not time:
        raise Unmeasurable("no rows in an order of time, with a label")
    frame, labels = collection.frame, collection.frame[collection.label]
    if labels.dtype.is_temporal() or labels.dtype.is_nested():
        raise Unmeasurable("the label is neither a number nor a class")
    times = moments(collection, time).cast(float).to_numpy()
    group = np.unique(frame[collection.group].cast(str).fill_null("").to_numpy().astype(str), return_inverse=True)[1] if collection.group else np.zeros(frame.height, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(times))
    order = known[np.lexsort((known, times[known], group[known]))]
    group = group[order]
    found, past = [], []
    for series in frame:
        if series.name in (collection.label, time, collection.group, collection.split) or series.dtype.is_nested() or series.dtype.is_numeric() != labels.dtype.is_numeric() or series.dtype.is_temporal():
            continue
        mine, theirs = _both(series, labels)
        told = _told(mine[order], theirs[order], group, 1)
        if told is not None:
            found.append(ToCome(field=series.name, lag=told[0], agree=told[1], n=told[2]))
        elif _told(mine[order], theirs[order], group, -1) is not None:
            past.append(series.name)
    return LabelsToCome(found=tuple(found), past=tuple(past), time=time, label=collection.label, items=collection.items)


def _both(series: Any, labels: Any) -> tuple[Any, Any]:
    """A field and the label as numbers that can be compared, float [N], missing ones not a number."""
    import numpy as np
    import polars as pl

    if series.dtype.is_numeric():
        return series.cast(float).fill_null(float("nan")).to_numpy(), labels.cast(float).fill_null(float("nan")).to_numpy()
    both = pl.concat([series.cast(pl.String).alias("both"), labels.cast(pl.String).alias("both")])
    codes = both.rank("dense").cast(float).fill_null(float("nan")).to_numpy()
    return np.split(codes, 2)[0], np.split(codes, 2)[1]


def _told(field: Any, label: Any, group: Any, way: int) -> tuple[int, float, int] | None:
    """(rows, share, of how many) of the first lag at which the field is the label that many rows on; `way` -1: back."""
    import numpy as np

    for lag in range(1, min(LAGS, len(label) - LEAST) + 1):
        here, there = (slice(None, -lag), slice(lag, None)) if way > 0 else (slice(lag, None), slice(None, -lag))
        known = (group[here] == group[there]) & np.isfinite(field[here]) & np.isfinite(label[there])
        asked = known & (np.abs(label[there] - label[here]) > CLOSE * np.abs(label[there]))
        if asked.sum() < LEAST:
            continue
        equal = np.abs(field[here] - label[there]) <= CLOSE * np.abs(label[there])
        agree = float(equal[asked].mean())
        if agree >= AGREE and equal[known].mean() >= AGREE:  # the contrary of one of two classes is the next one wherever that is another
            return lag, agree, int(asked.sum())
    return None
