"""Columns made uncorrelated, each with deviation 1, by the correlations of train.

Legend: N rows, D columns. Source: Kessy, Lewin and Strimmer 2018, Optimal whitening and decorrelation (arXiv:1512.00809), PCA-cor and
ZCA-cor, which do not hang on the units of the columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nohero.data.preprocessing.numbers import Array, columns_of, one_of, table_of
from nohero.data.preprocessing.scale import Scale

WAYS = ("pca", "zca")
FLAT = 1e-10  # of the widest deviation: a direction with less is rounding, and is turned but not stretched


@dataclass(frozen=True, kw_only=True)
class Whiten:
    """Each column's own scale, then directions (rows, orthonormal, the widest first) and the deviation along each; zca turns back to the columns.

    The way back is exact to rounding times the square root of `condition`. A gap is refused: a row with one has no place.
    """

    scale: Scale
    directions: tuple[tuple[float, ...], ...]  # [D, D]
    deviations: tuple[float, ...]
    condition: float  # widest over narrowest variance, of scaled columns; infinite where a column follows from others
    zca: bool
    lost: ClassVar[str] = ""

    @classmethod
    def fit(cls, train: Any, by: str = "pca") -> Whiten:
        """`by` is pca (the directions are the new columns) or zca (each column stays nearest to itself); train is [N, D] without gaps."""
        one_of(by, WAYS, "way of whitening")
        table = np.stack(columns_of(train, gaps=False), axis=1)
        scale = Scale.fit(table)
        upper = np.linalg.qr(scale.apply(table), mode="r")
        square = np.pad(upper, ((0, table.shape[1] - len(upper)), (0, 0)))  # fewer rows than columns leave directions without any
        _, sizes, directions = np.linalg.svd(square)
        flat = sizes <= FLAT * sizes[0]
        return cls(
            scale=scale,
            directions=tuple(tuple(row) for row in directions.tolist()),
            deviations=tuple(np.where(flat, 1.0, sizes / math.sqrt(len(table))).tolist()),
            condition=math.inf if flat.any() else float((sizes[0] / sizes[-1]) ** 2),
            zca=by == "zca",
        )

    def apply(self, values: Any) -> Array:
        """float64 [N, D]; over train the covariance is the identity, but for directions in which train does not vary."""
        turn = np.asarray(self.directions)
        table = self.scale.apply(table_of(values, width=len(self.deviations), gaps=False))
        made = table @ turn.T / np.asarray(self.deviations)
        return np.asarray(made @ turn if self.zca else made)

    def invert(self, made: Any) -> Array:
        """float64 [N, D], in the columns' own units."""
        turn, table = np.asarray(self.directions), table_of(made, width=len(self.deviations), gaps=False)
        return self.scale.invert((table @ turn.T if self.zca else table) * np.asarray(self.deviations) @ turn)
