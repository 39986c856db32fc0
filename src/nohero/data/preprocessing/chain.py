"""Transforms one after the other: each is fitted on what those before it make of train.

Legend: N rows, D columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from nohero.data.preprocessing.bucketise import Bucketise
from nohero.data.preprocessing.impute import Impute
from nohero.data.preprocessing.log import Log
from nohero.data.preprocessing.quantile import Quantile
from nohero.data.preprocessing.scale import Scale
from nohero.data.preprocessing.whiten import Whiten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Numbers: TypeAlias = Impute | Scale | Whiten | Log | Quantile | Bucketise


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Transforms of columns of numbers, in their order."""

    steps: tuple[Numbers, ...]

    @classmethod
    def fit(cls, train: Any, steps: Sequence[Callable[[Any], Numbers]]) -> Chain:
        """`steps` are `fit`s, such as `[Impute.fit, Log.fit, partial(Scale.fit, by="robust")]`; train is [N, D]."""
        fitted: list[Numbers] = []
        for fit in steps:
            fitted.append(fit(train))
            train = fitted[-1].apply(train)
        return cls(steps=tuple(fitted))

    @property
    def lost(self) -> str:
        """What a round trip loses, of all of them."""
        return "; ".join(dict.fromkeys(step.lost for step in self.steps if step.lost))

    def apply(self, values: Any) -> Any:
        """What the last of them makes, numpy [N, D']."""
        for step in self.steps:
            values = step.apply(values)
        return values

    def invert(self, made: Any) -> Any:
        """The values, numpy [N, D], from the last step to the first."""
        for step in reversed(self.steps):
            made = step.invert(made)
        return made
