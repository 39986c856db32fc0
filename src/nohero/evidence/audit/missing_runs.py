"""The stretch of rows in which a field is missing, from one row on, up to one, or between two, while it hardly ever is elsewhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.value_breaks import Change, longest

if TYPE_CHECKING:
    import polars as pl

SHORTEST, PART = 60, 0.02  # rows of the stretch, and of all rows
ELSEWHERE = 0.1  # of the other rows that lack it, at most
HARDLY = 10.0  # per cent of them, up to which a field that ends was recorded before
TIMES = 10.0  # the stretch against the next longest
CHANCE = math.log(1e-12)
KNOWN = 60  # rows that have it
SORTED = 0.98  # of the steps that go one way: a sort puts what is missing to one end
FIRST = 0.1  # of all rows: a stretch at the start that is shorter may be what a mean over past days lacks


def missing_run(series: pl.Series) -> Change | None:
    """In the order of the rows; `before` says which share of the others lacks it."""
    lacking = series.null_count()
    n = len(series)
    if not max(SHORTEST, PART * n) <= lacking <= n - KNOWN:
        return None
    gone = series.is_null().to_numpy()
    start, length, next_longest = longest(gone)
    others = (lacking - length) / (n - length)
    if length < max(SHORTEST, PART * n) or length < TIMES * next_longest or others > ELSEWHERE or length * math.log(max(others, 1 / n)) + math.log(n) > CHANCE:
        return None
    if (start == 0 and length < FIRST * n) or (start + length in (n, length) and _is_sorted(series.drop_nulls())):
        return None
    return Change(first=start, last=start + length - 1, before=f"{others:.1%}", after="all")


def _is_sorted(known: Any) -> bool:
    """Whether its values stand in order."""
    import numpy as np

    if not (known.dtype.is_numeric() or known.dtype.is_temporal()) or known.n_unique() < 2:
        return False
    ways = np.sign(np.diff(known.to_physical().cast(float).to_numpy()))
    return max(int((ways > 0).sum()), int((ways < 0).sum())) >= SORTED * max(1, int((ways != 0).sum()))
