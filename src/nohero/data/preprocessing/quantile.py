"""Values replaced by their place among those of train, from -1 to 1: any shape becomes an even one.

Legend: N rows, D columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nohero.data.preprocessing.numbers import Array, columns_of, shaped_like, table_of

KNOTS = 256  # between which places are drawn straight


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """For each column some values of train, rising, and their places; ties have the middle of theirs.

    Gaps (nan) stay gaps. Between the ends of train the way back is exact to 1e-9 of the gap between two knots.
    """

    values: tuple[tuple[float, ...], ...]
    places: tuple[tuple[float, ...], ...]  # from -1 to 1
    lost: ClassVar[str] = "how far values lie beyond the least and the greatest of train"

    @classmethod
    def fit(cls, train: Any, knots: int = KNOTS) -> Quantile:
        """At most `knots` values of each column are kept, its ends among them; train is [N, D]."""
        curves = [_curve(column, max(2, knots)) for column in columns_of(train)]
        return cls(values=tuple(tuple(v.tolist()) for v, _ in curves), places=tuple(tuple(p.tolist()) for _, p in curves))

    def apply(self, values: Any) -> Array:
        """float64 [N, D] from -1 to 1."""
        table = table_of(values, width=len(self.values))
        return shaped_like(
            np.stack([np.interp(c, v, p) for c, v, p in zip(table.T, self.values, self.places, strict=True)], axis=1), values
        )

    def invert(self, made: Any) -> Array:
        """float64 [N, D], in the columns' own units, never beyond train."""
        table = table_of(made, width=len(self.values))
        return shaped_like(np.stack([np.interp(c, p, v) for c, v, p in zip(table.T, self.values, self.places, strict=True)], axis=1), made)


def _curve(column: Array, knots: int) -> tuple[Array, Array]:
    values, counts = np.unique(column, return_counts=True)
    if len(values) == 1:
        return values, np.zeros(1)
    places = 2 * (np.cumsum(counts) - (counts + 1) / 2) / (len(column) - 1) - 1
    kept = np.unique(np.searchsorted(places, np.linspace(places[0], places[-1], knots)).clip(0, len(values) - 1))
    return values[kept], places[kept]
