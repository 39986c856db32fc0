"""Codes that were given out in each part by itself: 0, 1, 2 and on in both, but one part lacks a class, and all that follow are one less there."""

from __future__ import annotations

from typing import Any

FEWEST, MOST = 5, 60  # codes of a part
LACKS = 0.25  # of the codes that a part may lack
AFAR, NEAR = 0.15, 0.1  # distance of the shares as the codes stand, at least, and with the lacking ones left out, at most
TIMES = 3.0  # as far


def recoded(one: Any, other: Any) -> bool:
    """Whether the shares of two polars.Series of whole numbers agree once codes are left out of the one that has more."""
    import numpy as np

    first, second = _dense(one), _dense(other)
    if first is None or second is None or first[1] != second[1]:
        return False
    few, many = sorted((c / c.sum() for c in (first[0], second[0])), key=len)
    if not 0 < len(many) - len(few) <= LACKS * len(many):
        return False
    padded = np.concatenate([few, np.zeros(len(many) - len(few))])
    plain, aligned = float(np.abs(padded - many).sum() / 2), _aligned(few, many)
    return plain >= AFAR and aligned <= NEAR and plain >= TIMES * aligned


def _dense(series: Any) -> tuple[Any, int] | None:
    """(how often each code comes, the first one) of codes without gaps that start at 0 or 1."""
    import numpy as np

    full = series.drop_nulls()
    if not full.dtype.is_integer() or not FEWEST <= full.n_unique() <= MOST or full.min() not in (0, 1) or full.max() - full.min() + 1 != full.n_unique():
        return None
    return np.bincount(full.to_numpy() - full.min()).astype(float), int(full.min())


def _aligned(few: Any, many: Any) -> float:
    """The least distance of the shares where those of `many` that match none are left out, in order: what is left out counts in full."""
    import numpy as np

    cost = np.concatenate([[0.0], np.cumsum(many)])  # of the first codes of `many`, none of `few` taken
    for share in few:
        taken = np.concatenate([[np.inf], cost[:-1] + np.abs(many - share)])
        for k in range(1, len(taken)):
            taken[k] = min(taken[k], taken[k - 1] + many[k - 1])
        cost = taken
    return float(cost[-1] / 2)
