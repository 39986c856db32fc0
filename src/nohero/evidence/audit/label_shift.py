"""A stretch of items whose labels are those of the items before or after them, by what a model says of each item that was left out.

Legend: N items in the order of the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LAGS = (1, -1, 2, -2)  # rows by which labels slip when a row is lost or comes twice
LEAST = 30  # items of the stretch, and outside it
SPREADS = 6.0  # times that a sum of chance steps wanders over all items: chance reaches 3


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
    neighbours_outside: float


def shift_of(said: Any, y: Any, names: Any) -> Shift | None:
    """`said` are the classes that the model gives, [N]; the stretch in which the neighbour's label fits most beyond the own one, or None."""
    import numpy as np

    found: list[tuple[float, int, int, int]] = []
    for lag in LAGS:
        step = _beyond(said, y, lag)
        sums = np.concatenate([[0.0], np.cumsum(step)])
        lowest = np.minimum.accumulate(sums)
        end = int((sums - lowest).argmax())
        begin = int(sums[: end + 1].argmin())
        spread = float(np.sqrt((step**2).sum()))
        if LEAST <= end - begin <= len(y) - LEAST and spread > 0 and sums[end] - sums[begin] >= SPREADS * spread:
            found.append((float(sums[end] - sums[begin]), lag, begin, end))
    if not found:
        return None
    _, lag, begin, end = max(found)
    inside = np.zeros(len(y), dtype=bool)
    inside[begin:end] = True
    own, other = said == y, said == np.roll(y, -lag)
    if own[~inside].mean() <= other[~inside].mean():  # a model that says the row before everywhere, as of days in a row, tells of no slip
        return None
    return Shift(
        first=str(names[begin]), last=str(names[end - 1]), items=end - begin, lag=lag, own=float(own[inside].mean()), neighbours=float(other[inside].mean()),
        own_outside=float(own[~inside].mean()), neighbours_outside=float(other[~inside].mean()),
    )  # fmt: skip


def _beyond(said: Any, y: Any, lag: int) -> Any:
    """[N]: 1 where the neighbour's label fits and the own does not, -1 the other way round, else 0."""
    import numpy as np

    fits: Any = (said == np.roll(y, -lag)).astype(float) - (said == y)
    edge = slice(len(y) - lag, None) if lag > 0 else slice(0, -lag)
    fits[edge] = 0.0
    return fits
