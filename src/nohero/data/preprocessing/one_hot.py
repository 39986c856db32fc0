"""Labels to a column of zeros and ones for each.

Legend: N items, K levels, C columns: the levels, then the rest and the gaps where train has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nohero.data.category_column import OTHER
from nohero.data.preprocessing.labels import Label, labels_of
from nohero.data.preprocessing.numbers import Array, table_of
from nohero.data.preprocessing.ordinal import Ordinal


@dataclass(frozen=True, kw_only=True)
class OneHot:
    """The levels, and whether train has rarer labels and gaps, which have a column then.

    Where they have none, a label that is no level and a gap are all zeros: no weight was ever trained on such a column.
    """

    codes: Ordinal
    other: bool
    missing: bool
    lost: ClassVar[str] = "which label it was, of those that are no level; gaps, where train has none"

    @classmethod
    def fit(cls, train: Any, *, min_count: int = 1, unseen: str = "other") -> OneHot:
        """Labels of train [N] with fewer than `min_count` items share a column; `unseen` refuse makes a label that is no level an error."""
        codes = Ordinal.fit(train, min_count=min_count, unseen=unseen)
        made = codes.apply(train)
        return cls(codes=codes, other=bool((made == len(codes.levels)).any()), missing=bool((made > len(codes.levels)).any()))

    @property
    def names(self) -> tuple[str, ...]:
        """One of each of the C columns."""
        return (*map(str, self.codes.levels), *((OTHER,) if self.other else ()), *(("(missing)",) if self.missing else ()))

    def apply(self, values: Any) -> Array:
        """float32 [N, C]."""
        made = np.zeros((len(codes := self.codes.apply(labels_of(values))), self.codes.num_codes), dtype=np.float32)
        made[np.arange(len(codes)), codes] = 1
        return made[:, self._kept()]

    def invert(self, made: Any) -> tuple[Label | None, ...]:
        """The labels [N], exactly, each that of the greatest number of its row; None where it was missing, "(other)" for the rest."""
        kept = np.flatnonzero(self._kept())
        table = table_of(made, width=len(kept), gaps=False)
        found = kept[table.argmax(axis=1)] if len(kept) else np.zeros(len(table), dtype=int)
        return self.codes.invert(np.where(table.max(axis=1, initial=0.0) > 0, found, len(self.codes.levels)))

    def _kept(self) -> Array:
        return np.array([*[True] * len(self.codes.levels), self.other, self.missing])
