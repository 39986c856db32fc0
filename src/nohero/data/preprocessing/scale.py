"""Columns brought to one size: mean 0 and deviation 1, median and quartiles, or the range from -1 to 1.

Legend: N rows, D columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nohero.data.numeric_column import IQR_TO_STD
from nohero.data.preprocessing.numbers import Array, columns_of, one_of, shaped_like, table_of

NARROW = 1e-12  # of the greatest size: quartiles that lie so close are rounding, and the deviation is taken
WAYS = ("standard", "robust", "range")


@dataclass(frozen=True, kw_only=True)
class Scale:
    """(value - center) / scale of each column. A column that never varies in train is moved to 0 and not stretched.

    Gaps (nan) are passed over in fitting and stay gaps. Values beyond those of train lie beyond theirs: nothing is clipped, so that
    the way back is exact to the rounding of the larger of |value| and |center|.
    """

    center: tuple[float, ...]
    scale: tuple[float, ...]
    lost: ClassVar[str] = ""

    @classmethod
    def fit(cls, train: Any, by: str = "standard") -> Scale:
        """`by` is standard (mean, deviation), robust (median, quartiles) or range (least and greatest at -1 and 1); train is [N, D]."""
        one_of(by, WAYS, "way of scaling")
        pairs = [_center_and_scale(column, by) for column in columns_of(train)]
        return cls(center=tuple(c for c, _ in pairs), scale=tuple(s for _, s in pairs))

    def apply(self, values: Any) -> Array:
        """float64 [N, D], without unit."""
        table = table_of(values, width=len(self.center))
        return shaped_like((table - np.asarray(self.center)) / np.asarray(self.scale), values)

    def invert(self, made: Any) -> Array:
        """float64 [N, D], in the columns' own units."""
        table = table_of(made, width=len(self.center))
        return shaped_like(table * np.asarray(self.scale) + np.asarray(self.center), made)


def _center_and_scale(column: Array, by: str) -> tuple[float, float]:
    unit = float(np.abs(column).max()) or 1.0  # squares of 1e300 have no float
    column = column / unit
    least, low, middle, high, most = np.quantile(column, (0, 0.25, 0.5, 0.75, 1))
    if by == "range":
        center, scale = (least + most) / 2, (most - least) / 2
    elif by == "robust" and high - low > NARROW:
        center, scale = middle, (high - low) / IQR_TO_STD
    else:
        center, scale = column.mean(), column.std()
    if most == least or not scale * unit > 0:
        return float(middle) * unit, 1.0
    return float(center) * unit, float(scale) * unit
