"""Intervals for scores: Wilson for proportions, bootstrap for everything else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Z = 1.959963984540054  # the 97.5 % point of the normal distribution
RESAMPLES = 400  # bootstrap draws: the interval's edges then wander by about a tenth of its width


def wilson(hits: float, n: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927); (0, 1) where nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    p = hits / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap(measure: Callable[[npt.NDArray[np.intp]], float], n: int, seed: int = 0) -> tuple[float, float]:
    """95 % percentile interval of `measure(index)` over resampled items."""
    rng = np.random.default_rng(seed)
    draws = [measure(rng.integers(0, n, n)) for _ in range(RESAMPLES)] if n else []
    finite = [d for d in draws if math.isfinite(d)]
    if not finite:
        return float("nan"), float("nan")
    low, high = np.quantile(finite, [0.025, 0.975])
    return float(low), float(high)


def mean(values: Floats) -> float:
    """The mean; nan of nothing, without numpy's warning."""
    return float(np.mean(values)) if len(values) else float("nan")


def mean_interval(values: Floats) -> tuple[float, float, float]:
    """Mean and its 95 % interval by Student's t; the interval is infinite for one value."""
    from scipy import stats  # a slow import, needed by few

    n = len(values)
    middle = mean(values)
    if n < 2:  # one value says nothing of its spread
        return middle, -math.inf, math.inf
    half = float(stats.t.ppf(0.975, n - 1)) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return middle, middle - half, middle + half
