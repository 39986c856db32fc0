"""Labels to whole numbers in their order, as an embedding takes them.

Legend: N items, K levels.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nohero.data.category_column import OTHER
from nohero.data.preprocessing.labels import Label, labels_of
from nohero.data.preprocessing.numbers import Array, one_of
from nohero.run.errors import DataError, UsageError, did_you_mean

UNSEEN = ("other", "refuse")


@dataclass(frozen=True, kw_only=True)
class Ordinal:
    """Level k has the code k; a label that is none of them has K, a missing one K + 1. `unseen` refuse makes the former an error."""

    levels: tuple[Label, ...]
    unseen: str = "other"
    lost: ClassVar[str] = "which label it was, of those that are no level"

    @classmethod
    def fit(cls, train: Any, *, order: tuple[Label, ...] = (), min_count: int = 1, unseen: str = "other") -> Ordinal:
        """Levels are the labels of train [N] in their order by value, or as `order` has them; those with fewer than `min_count` items are none."""
        one_of(unseen, UNSEEN, "way with unseen labels")
        if unseen == "refuse" and min_count > 1:
            raise UsageError(f"min_count={min_count} with unseen='refuse'", expected="one of the two: train's own rare labels would be refused", mend='take unseen="other", or min_count=1')
        counts = Counter(label for label in labels_of(train) if label is not None)
        common = [label for label, count in counts.items() if count >= min_count]
        absent = [label for label in common if order and label not in order]
        if absent:
            raise DataError(
                f"`{absent[0]}` stands in train and not in the order",
                expected="every label of train in the order",
                mend="add it where it belongs",
            )
        return cls(levels=tuple(order or sorted(common)), unseen=unseen)

    @property
    def num_codes(self) -> int:
        """K + 2: rows of an embedding."""
        return len(self.levels) + 2

    def apply(self, values: Any) -> Array:
        """int64 [N]."""
        labels = labels_of(values)
        codes: dict[Label | None, int] = {level: k for k, level in enumerate(self.levels)}
        codes[None] = len(self.levels) + 1
        made = np.array([codes.get(label, len(self.levels)) for label in labels], dtype=np.int64)
        if self.unseen == "refuse" and (made == len(self.levels)).any():
            row = int((made == len(self.levels)).argmax())
            raise DataError(
                f"item {row}: `{labels[row]}` is a label that train does not have",
                expected=f"one of the {len(self.levels):,} labels of train",
                mend=did_you_mean(str(labels[row]), map(str, self.levels)),
            )
        return made

    def invert(self, codes: Any) -> tuple[Label | None, ...]:
        """The labels [N], exactly; None where one was missing, "(other)" where it is no level."""
        known = (*self.levels, OTHER, None)
        return tuple(known[code] for code in _codes_of(codes, len(known)))


def _codes_of(codes: Any, count: int) -> list[int]:
    made = np.asarray(codes)
    bad = np.flatnonzero((made < 0) | (made >= count) | (made % 1 != 0)) if made.ndim == 1 else np.zeros(1, dtype=int)
    if len(bad):
        shown = f"item {bad[0]} has the code {made[bad[0]]}" if made.ndim == 1 else f"the codes have the shape {list(made.shape)}"
        raise DataError(shown, expected=f"whole numbers [N] from 0 to {count - 1}", mend="give what `apply` made")
    return [int(code) for code in made]
