"""The values of a field as numbers."""

from __future__ import annotations

from typing import Any


def numbered(series: Any) -> Any:
    """int64 [N]: from 0 on, a number for each different value of a polars.Series; what is missing is a value too."""
    import numpy as np

    return np.unique(series.hash(seed=1).to_numpy(), return_inverse=True)[1]
