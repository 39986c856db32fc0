"""A column of numbers as its different values and how often each comes: sorted once, it answers what is asked of ranks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl


@dataclass(frozen=True, eq=False)
class Tally:
    """The different finite values [U] in their order and their counts int64 [U]."""

    values: Any
    counts: Any

    @cached_property
    def below(self) -> Any:
        """int64 [U]: how many are at most as large as each value."""
        return np.cumsum(self.counts)

    @property
    def n(self) -> int:
        """Numbers in all."""
        return int(self.below[-1]) if len(self.counts) else 0

    def chosen(self, which: Any) -> Tally:
        """Of some of the different values alone; `which` is bool [U]."""
        return self if which.all() else Tally(self.values[which], self.counts[which])

    def quantiles(self, levels: Sequence[float]) -> Any:
        """float64 [levels]; between two numbers in proportion, as numpy's default has it."""
        places = np.asarray(levels) * (self.n - 1)
        low, high = (self.values[np.searchsorted(self.below, rank, side="right")].astype(np.float64) for rank in (np.floor(places), np.ceil(places)))
        with np.errstate(over="ignore", invalid="ignore"):  # of numbers at the end of what 64 bits hold
            return low + (high - low) * (places - np.floor(places))

    @property
    def median(self) -> float:
        """The middle."""
        return float(self.quantiles((0.5,))[0])


def tally_of(series: pl.Series) -> Tally:
    """Of a numeric column; what is missing or not finite is left out."""
    full = finite(series)
    ordered = (full.cast(float) if full.dtype.is_decimal() else full).sort().to_numpy()
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.zeros(0, dtype=np.int64)
    return Tally(ordered[starts].astype(np.float64), np.diff(np.append(starts, len(ordered))))


def finite(series: pl.Series) -> pl.Series:
    """The numbers of a column; of other columns, what is not missing."""
    full = series.drop_nulls() if series.null_count() else series
    return full.filter(full.is_finite()) if full.dtype.is_float() and not full.is_finite().all() else full
