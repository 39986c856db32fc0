"""Gaps filled by what train has in their place, and marked, so that nothing is lost.

Legend: N rows, D columns, G columns of train that have gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nohero.data.preprocessing.numbers import Array, columns_of, one_of, table_of

WAYS = ("median", "mean", "commonest")


@dataclass(frozen=True, kw_only=True)
class Impute:
    """The fill of each column, and which columns had gaps in train: each of those gets a column of marks.

    A gap in a column that had none in train is filled and not marked: no weight was ever trained on such a mark.
    """

    fills: tuple[float, ...]
    marked: tuple[bool, ...]
    lost: ClassVar[str] = "which cells were missing, in columns that have no gap in train"

    @classmethod
    def fit(cls, train: Any, by: str = "median") -> Impute:
        """`by` is median, mean or commonest; train is [N, D] with nan for missing."""
        one_of(by, WAYS, "way of filling gaps")
        columns = columns_of(train)
        return cls(
            fills=tuple(_fill(column, by) for column in columns), marked=tuple(bool(np.isnan(column).any()) for column in table_of(train).T)
        )

    def apply(self, values: Any) -> Array:
        """float64 [N, D + G]: the columns without gaps, then a 1 for each gap in the G marked ones."""
        table = table_of(values, width=len(self.fills))
        gaps = np.isnan(table)
        return np.concatenate([np.where(gaps, np.asarray(self.fills), table), gaps[:, list(self.marked)].astype(np.float64)], axis=1)

    def invert(self, made: Any) -> Array:
        """float64 [N, D], exactly, with nan where a mark stands."""
        marked = np.flatnonzero(self.marked)
        table = table_of(made, width=len(self.fills) + len(marked), gaps=False)
        values = table[:, : len(self.fills)].copy()
        values[:, marked] = np.where(table[:, len(self.fills) :] > 0.5, np.nan, values[:, marked])
        return values


def _fill(column: Array, by: str) -> float:
    if by == "commonest":
        values, counts = np.unique(column, return_counts=True)
        return float(values[counts.argmax()])
    return float(np.median(column) if by == "median" else column.mean())
