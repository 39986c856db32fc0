"""Long tails drawn in by the logarithm, for values of either sign and zero.

Legend: N rows, D columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nohero.data.preprocessing.numbers import Array, columns_of, shaped_like, table_of

LOW = 0.1  # quantile of the sizes of train that are not zero: what is larger is on a logarithmic scale, what is smaller on an even one


@dataclass(frozen=True, kw_only=True)
class Log:
    """sign(v) * log(1 + |v| / unit), with a unit of its own for each column, so that it is all one in grams or tons.

    Gaps (nan) stay gaps. The way back is exact to 1e-12 of the value (and 1e-290 of the unit, below which floats thin out).
    """

    units: tuple[float, ...]
    lost: ClassVar[str] = ""

    @classmethod
    def fit(cls, train: Any) -> Log:
        """The unit is the least decile of the sizes in train that are not zero; train is [N, D]."""
        sizes = [np.abs(column[column != 0]) for column in columns_of(train)]
        return cls(units=tuple(float(np.quantile(size, LOW, method="lower")) if len(size) else 1.0 for size in sizes))

    def apply(self, values: Any) -> Array:
        """float64 [N, D], without unit."""
        table = table_of(values, width=len(self.units))
        with np.errstate(divide="ignore", invalid="ignore"):  # the logarithm of zero, of which nothing is left in the sum; gaps
            made = np.logaddexp(0.0, np.log(np.abs(table)) - np.log(self.units))
        return shaped_like(np.copysign(made, table), values)

    def invert(self, made: Any) -> Array:
        """float64 [N, D], in the columns' own units."""
        table = table_of(made, width=len(self.units))
        size = np.abs(table)
        with np.errstate(divide="ignore"):
            values = np.exp(size + np.log(-np.expm1(-size)) + np.log(self.units))
        return shaped_like(np.copysign(values, table), made)
