"""The test of Kolmogorov and Smirnov whether two samples come from one source: a large library takes longer to be loaded than this to be run.

Source: Stephens 1970, Use of the Kolmogorov-Smirnov and related statistics without extensive tables (the correction of the statistic for few values).
"""

from __future__ import annotations

import math
from typing import Any

TERMS = 100  # of the series, which ends far sooner


def distance(one: Any, other: Any) -> float:
    """The greatest difference between the two shares below a value, 0 to 1."""
    import numpy as np

    one, other = np.sort(one), np.sort(other)
    both = np.concatenate([one, other])
    return float(np.abs(np.searchsorted(one, both, side="right") / len(one) - np.searchsorted(other, both, side="right") / len(other)).max())


def chance(one: Any, other: Any) -> float:
    """How often two samples of one source lie as far apart; the asymptotic law."""
    size = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    far = (size + 0.12 + 0.11 / size) * distance(one, other)
    if far < 0.2:  # the series does not settle, and the chance is 1
        return 1.0
    total = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * far) ** 2) for k in range(1, TERMS))
    return float(min(1.0, max(0.0, total)))
