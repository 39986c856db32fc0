"""A stretch of items whose labels are those of the items before or after them, by what a model says of each item that was left out.

Legend: N items in the order of the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LAGS = (1, -1, 2, -2)  # rows by which labels slip when a row is lost or comes twice
LEAST = 30  # items of the stretch, and outside it
CHANCE = 1e-6  # of a stretch that fits its neighbours so far beyond itself among items whose own labels fit better, were steps independent; labels in order are not quite
GAIN = 0.1  # of an item, on average over the stretch, by which the neighbour's label fits better: in sorted sets own and neighbour's are one
HIGHEST = 64.0  # of that t: steps that never rise have none


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Shares of the items whose label, or whose neighbour's label, the model says."""

    first: str
    last: str
    items: int
    lag: int  # the label of item i fits item i - lag: 1 where labels slipped downwards
    own: float
    neighbours: float
    own_outside: float


def shift_of(said: Any, y: Any, names: Any) -> Shift | None:
    """`said` are the classes that the model gives, [N]; the stretch in which the neighbour's label fits most beyond the own one, or None."""
    import numpy as np

    found = stretch_of({lag: _beyond(said, y, lag) for lag in LAGS})
    if found is None:
        return None
    lag, begin, end = found
    inside = np.zeros(len(y), dtype=bool)
    inside[begin:end] = True
    own, other = said == y, said == np.roll(y, -lag)
    if own[~inside].mean() <= other[~inside].mean():  # a model that says the row before everywhere, as of days in a row, tells of no slip
        return None
    return Shift(
        first=str(names[begin]), last=str(names[end - 1]), items=end - begin, lag=lag, own=float(own[inside].mean()), neighbours=float(other[inside].mean()),
        own_outside=float(own[~inside].mean()),
    )  # fmt: skip


def stretch_of(steps: dict[int, Any]) -> tuple[int, int, int] | None:
    """(lag, first place, place after the last) of the stretch in which the neighbour's label fits most beyond the own one; `steps` say by how much at each item [N], of each lag."""
    import numpy as np

    found: list[tuple[float, int, int, int]] = []
    for lag, step in steps.items():
        sums = np.concatenate([[0.0], np.cumsum(step)])
        lowest = np.minimum.accumulate(sums)
        end = int((sums - lowest).argmax())
        begin = int(sums[: end + 1].argmin())
        outside = np.concatenate([step[:begin], step[end:], [np.abs(step).max()]])  # one more that rises: what was not seen may come
        if sums[end] - sums[begin] >= GAIN * (end - begin) and LEAST <= end - begin <= len(step) - LEAST and len(step) * np.exp(-_fall(outside) * (sums[end] - sums[begin])) <= CHANCE:
            found.append((float(sums[end] - sums[begin]), lag, begin, end))
    return max(found)[1:] if found else None


def _fall(steps: Any) -> float:
    """The t at which the mean of exp(t step) is 1: a sum of such steps, which fall on the whole, rises by s anywhere among n with a chance of n exp(-t s) at most; 0 where they do not fall.

    Source: Wald 1947, Sequential analysis; Karlin and Altschul 1990 (maximal segments).
    """
    import numpy as np

    if steps.mean() >= 0:
        return 0.0
    low, high = 0.0, 1.0
    while np.exp(high * steps).mean() < 1 and high < HIGHEST:
        low, high = high, 2 * high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if np.exp(middle * steps).mean() < 1 else (low, middle)
    return low


def _beyond(said: Any, y: Any, lag: int) -> Any:
    """[N]: 1 where the neighbour's label fits and the own does not, -1 the other way round, else 0."""
    import numpy as np

    return without_edge((said == np.roll(y, -lag)).astype(float) - (said == y), lag)


def without_edge(steps: Any, lag: int) -> Any:
    """Zero at the items that have no such neighbour."""
    steps[slice(len(steps) - lag, None) if lag > 0 else slice(0, -lag)] = 0.0
    return steps
