"""Numbers to the buckets they fall into, as many of train in each or each as wide; a gap has a bucket of its own.

Legend: N rows, D columns, B buckets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nohero.data.preprocessing.numbers import Array, columns_of, one_of, shaped_like, table_of
from nohero.run.errors import DataError

WAYS = ("quantile", "width")
BUCKETS = 16


@dataclass(frozen=True, kw_only=True)
class Bucketise:
    """The lower edges of each column's buckets but the first, and the median of train in each; no bucket is empty in train.

    What lies beyond train falls into the first or the last bucket; a gap (nan) into one more, numbered B.
    """

    edges: tuple[tuple[float, ...], ...]
    medians: tuple[tuple[float, ...], ...]
    lost: ClassVar[str] = "where in its bucket a value lies"

    @classmethod
    def fit(cls, train: Any, buckets: int = BUCKETS, by: str = "quantile") -> Bucketise:
        """At most `buckets` a column, `by` quantile (as many values in each) or width; train is [N, D]."""
        one_of(by, WAYS, "way of making buckets")
        made = [_buckets(column, max(1, buckets), by) for column in columns_of(train)]
        return cls(edges=tuple(e for e, _ in made), medians=tuple(m for _, m in made))

    @property
    def num_codes(self) -> tuple[int, ...]:
        """B + 1 of each column: what an embedding or a one-hot code needs."""
        return tuple(len(m) + 1 for m in self.medians)

    def apply(self, values: Any) -> Array:
        """int64 [N, D], the number of each value's bucket."""
        table = table_of(values, width=len(self.edges))
        codes = [np.where(np.isnan(c), len(e) + 1, np.searchsorted(e, c, side="right")) for c, e in zip(table.T, self.edges, strict=True)]
        return shaped_like(np.stack(codes, axis=1).astype(np.int64), values)

    def invert(self, made: Any) -> Array:
        """float64 [N, D]: the median of train in each bucket, which falls into that bucket again."""
        codes = table_of(made, width=len(self.edges), gaps=False)
        most = np.asarray(self.num_codes) - 1
        bad = (codes < 0) | (codes > most) | (codes % 1 != 0)
        if bad.any():
            row, column = (int(k) for k in np.argwhere(bad)[0])
            raise DataError(
                f"{codes[row, column]:g} is no bucket of column {column}",
                expected=f"a whole number from 0 to {most[column]}",
                mend="give what `apply` made",
            )
        return shaped_like(
            np.stack([np.array([*m, np.nan])[c.astype(np.int64)] for c, m in zip(codes.T, self.medians, strict=True)], axis=1), made
        )


def _buckets(column: Array, buckets: int, by: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    inner = np.linspace(0, 1, buckets + 1)[1:-1]
    least, most = column.min(), column.max()
    wanted = np.quantile(column, inner, method="lower") if by == "quantile" else least + (most - least) * inner
    edges = np.unique(wanted)
    codes = np.searchsorted(edges, column, side="right")
    full = np.unique(codes)
    medians = [float(np.quantile(column[codes == k], 0.5, method="lower")) for k in full]
    return tuple(edges[full[1:] - 1].tolist()), tuple(medians)
