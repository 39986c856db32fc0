"""Values that a tail does not explain: how far beyond it they lie, measured by how fast the tail itself thins out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.data.tally import Tally

BEYOND = 4.0  # quartile ranges beyond the quartile, where the gap to the rest is a range as well
APART, GROSS = 4.5, 6.0  # mean excesses of the tail's logarithm: a tail that follows a power passes by chance once in 90, and once in 400; measured: tests/audit/test_gross_outliers.py
TAIL, LEAST, MOST = 0.05, 15, 200  # share of the values that are the tail, and its least and greatest number of values
THIN = 0.15  # least mean excess that is believed: the normal tail's at three standard deviations is 0.11
RARE = 0.01  # of the values: more are no outliers


def apart(tally: Tally, *, logarithms: bool) -> list[tuple[Any, float]]:
    """(which of the different values bool [U], by how many mean excesses they are apart) for either side that has values apart.

    `tally` is on the scale on which the bulk is even: the values themselves, or their logarithms, in rising order.

    The logarithm of what lies beyond the k-th farthest of a tail that follows a power is exponential, and so is the gap between its two farthest (Renyi's
    representation; Hill 1975, A simple general approach to inference about the tail of a distribution, Annals of Statistics 3, equation 2.1). Lighter
    tails have smaller gaps than that. So a heavy tail needs a wider gap, and a light one less.
    """
    import numpy as np

    low, middle, high = tally.quantiles((0.25, 0.5, 0.75))
    if not high > low:
        return []
    found = []
    for side in (1, -1):
        limit = BEYOND + side * ((high if side > 0 else low) - middle) / (high - low)
        from_inside, counts = (side * (tally.values - middle) / (high - low))[::side], tally.counts[::side]
        begins = int(np.searchsorted(from_inside, limit, side="right"))  # the first beyond; the middle is not
        gaps = begins + np.flatnonzero(np.diff(from_inside[begins - 1 :]) >= 1)
        if not len(gaps):
            continue
        log = from_inside if logarithms and side > 0 else np.log(np.maximum(from_inside, 1e-9))  # of small amounts the logarithm may have any tail: they are measured to a unit
        for first in gaps.tolist():
            strength = _strength(log[first], log[:first], counts[:first], tally.n)
            if strength >= APART and counts[first:].sum() <= max(2, RARE * tally.n):
                places = np.zeros(len(tally.values), dtype=bool)
                places[first:] = True
                found.append((places[::side], strength))
                break
    return found


def _strength(nearest: float, away: Any, counts: Any, n: int) -> float:
    """How far the nearest of those apart lies beyond the rest, in mean excesses of the rest's tail; all are logarithms of distances, the rest's in rising order."""
    import numpy as np

    size = int(np.clip(TAIL * n, LEAST, MOST))
    last = len(away) - int(np.searchsorted(np.cumsum(counts[::-1]), size + 1)) - 1
    if last < 0:
        return 0.0
    tail, times = away[last + 1 :] - away[last], counts[last + 1 :]
    excess = float((tail * times).sum() / times.sum()) if times.sum() else 0.0
    return float(nearest - away[-1]) / max(excess, THIN)
