"""Pairs of fields of which one is never above the other but in a few rows: least and most, start and end.

Of numbers, only those pairs are told whose broken rows look as if the two had changed places. Others are often in order by custom alone: a basement is as large as the ground floor but where it is
not, and a flight lands at a later hour than it left but by night.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.two_samples import chance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
FIELDS = 60  # compared with one another
SCREENED = 20_000  # rows in which pairs are looked for
LEAST = 100  # rows that have both
VALUES = 10  # different ones, below which a field is a class or a mark on a scale
BROKEN = 0.03  # of the rows in which the two differ: more are no rule
FEWEST = 3  # broken rows, that it may be said whether they lie at the border
BY_CHANCE = 0.1  # of the rows that would be broken if the two had nothing to do with each other: where they hardly meet, the order says nothing
AT_BORDER = 0.1  # of the broken rows that lie as near to the border as so many rows on its other side; a half or more of them where nothing but a thin end crosses it
MIRRORED = 0.01  # p below which the broken rows' differences are not the others' with the sign changed

OUTER, NORMAL = (0.1, 0.5, 0.9), 1.2816  # shares of the rows that tell a spread; how many standard deviations of a normal law the outer ones lie from its middle


@dataclass(frozen=True, kw_only=True)
class OrderRule:
    """`low` is at most `high`, but in `rows`."""

    low: str
    high: str
    n: int  # rows that have both
    rows: tuple[int, ...]
    swapped: bool  # their differences are as large as the others'
    shown: tuple[tuple[str, str], ...]  # values of the first rows


def order_rules(collection: Collection) -> tuple[OrderRule, ...]:
    """Of numbers among themselves, and of times among themselves."""
    import numpy as np

    frame = collection.frame
    found = []
    for names in _comparable(collection):
        some = frame.select(names).gather_every(max(1, frame.height // SCREENED))
        pairs = _screened(np.column_stack([numbers_of(series) for series in some]))
        found += [rule for i, j in pairs if (rule := _rule(collection, names[i], names[j], numbers_of(frame[names[i]]), numbers_of(frame[names[j]]))) is not None]
    return tuple(sorted(found, key=lambda r: -len(r.rows)))


def _comparable(collection: Collection) -> Iterator[list[str]]:
    import polars as pl

    aside = {collection.split, collection.group}
    fields = [s for s in collection.frame if s.name not in aside]
    numbers = [s.name for s in fields if s.dtype.is_numeric() and s.head(SCREENED).n_unique() > VALUES][:FIELDS]
    times = [s.name for s in fields if s.dtype in (pl.Date, pl.Datetime)][:FIELDS]
    yield from (names for names in (numbers, times) if len(names) > 1)


def numbers_of(series: Any) -> Any:
    """float64 [N], not a number where nothing finite stands; of times microseconds."""
    import numpy as np
    import polars as pl

    plain = series.cast(pl.Datetime("us")).to_physical() if series.dtype.is_temporal() else series
    values = plain.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return np.where(np.isfinite(values), values, np.nan)


def _screened(values: Any) -> Iterator[tuple[int, int]]:
    """(low, high): pairs that are in order in nearly all rows, and would not be if shuffled."""
    import numpy as np

    ordered = [np.sort(column[np.isfinite(column)]) for column in values.T]
    for i in range(values.shape[1]):
        both = np.isfinite(values) & np.isfinite(values[:, i : i + 1])
        n = both.sum(0)
        above = (values[:, i : i + 1] > values).sum(0)  # comparisons with what is no number are false
        for j in np.flatnonzero((n >= LEAST) & (above <= BROKEN * n)):
            if i != j and np.searchsorted(ordered[j], ordered[i], side="left").mean() / len(ordered[j]) >= BY_CHANCE:
                yield i, int(j)


def _mirrored_ratios(a: Any, b: Any) -> bool:
    """Whether, of positive numbers, the broken rows' ratios too are the others' turned round: of wide ones the differences alone say little."""
    import numpy as np

    positive = (a > 0) & (b > 0)
    logs = np.log(a[positive] / b[positive])
    broken, held = logs[logs > 0], -logs[logs < 0]
    return min(len(broken), len(held)) < FEWEST or chance(broken, held) >= MIRRORED


def _crosses_by_spread(a: Any, b: Any, broken: int) -> bool:
    """Whether, of numbers that are nowhere negative and whose ratios are more evenly spread than their differences, the spread of the ratios alone would bring so many rows across: two quantities of which one is mostly the smaller."""
    import numpy as np

    if min(a.min(), b.min()) < 0:
        return False
    a, b = a[(a > 0) & (b > 0)], b[(a > 0) & (b > 0)]  # a zero is the lesser of any two
    if len(a) < LEAST:
        return False
    logs = np.log(b / a)
    (low, middle, high), (near, half, far) = (np.quantile(v, OUTER) for v in (logs, b - a))
    if not (high > low and far > near) or abs(low + high - 2 * middle) / (high - low) >= abs(near + far - 2 * half) / (far - near):
        return False
    return bool(0.5 * math.erfc(float(middle) * (2 * NORMAL) / float(high - low) / math.sqrt(2)) * len(a) >= broken)


def _rule(collection: Collection, low: str, high: str, a: Any, b: Any) -> OrderRule | None:
    """The rule over all rows, where the broken ones are no thin end of what lies in order."""
    import numpy as np

    apart = b - a
    known = np.isfinite(apart)
    broken = np.flatnonzero(apart < 0)
    held, beyond = apart[known & (apart > 0)], -apart[broken]
    if not FEWEST <= len(broken) <= BROKEN * (len(broken) + len(held)):  # rows in which both are equal say nothing of an order
        return None
    near = np.partition(held, len(broken))[len(broken)]
    if (beyond <= near).sum() > AT_BORDER * len(broken):
        return None
    if _crosses_by_spread(a[known], b[known], len(broken)):
        return None
    swapped = chance(beyond, held) >= MIRRORED and _mirrored_ratios(a, b)
    if not swapped and not collection.frame[low].dtype.is_temporal():
        return None
    shown = tuple((str(collection.frame[low][int(i)]), str(collection.frame[high][int(i)])) for i in broken[:12])
    return OrderRule(low=low, high=high, n=int(known.sum()), rows=tuple(broken.tolist()), swapped=swapped, shown=shown)
