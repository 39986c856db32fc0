"""Labels, and true or false, to columns of zeros and ones; fitted on train only.

Legend: N rows, K columns made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

MAX_LEVELS = 50  # the commonest keep a column of their own
MIN_COUNT = 5  # rows of train a level must have, at least
MIN_SHARE = 0.001  # of the rows of train
OTHER = "(other)"  # the rest, for whom no column is kept
TRUE = ("true", "1", "yes", "t", "y", "1.0")
FALSE = ("false", "0", "no", "f", "n", "0.0")


@dataclass(frozen=True, kw_only=True)
class CategoryColumn:
    """How one column of labels is prepared: a column for each level, one for the rest, one for gaps."""

    name: str
    levels: tuple[str, ...]
    other: bool  # whether rarer levels were seen; where none was, an unseen level is all zeros
    missing: bool
    how: str

    @property
    def names(self) -> tuple[str, ...]:
        """One name per column made."""
        marks = (f"{self.name} is missing",) if self.missing else ()
        rest = (f"{self.name}={OTHER}",) if self.other else ()
        return (*(f"{self.name}={level}" for level in self.levels), *rest, *marks)

    def apply(self, series: pl.Series, _where: object) -> np.ndarray[Any, Any]:
        """float32 [N, K]."""
        text = as_text(series)
        codes = text.replace_strict(
            list(self.levels), list(range(len(self.levels))), default=len(self.levels), return_dtype=pl.Int64
        ).to_numpy()
        gaps = text.is_null().to_numpy()
        made = np.zeros((len(text), len(self.levels) + self.other + self.missing), dtype=np.float32)
        shown = ~gaps & ((codes < len(self.levels)) | self.other)
        rows = np.flatnonzero(shown)
        made[rows, codes[rows]] = 1
        if self.missing:
            made[gaps, -1] = 1
        return made

    def invert(self, block_NK: np.ndarray[Any, Any]) -> pl.Series:
        """The labels, gaps as null; what has no column of its own comes back as "(other)", and so do gaps where train has none."""
        known = [*self.levels, *([OTHER] if self.other else []), *([None] if self.missing else [])]
        place = np.where(block_NK.max(axis=1, initial=0.0) > 0, block_NK.argmax(axis=1) if block_NK.shape[1] else 0, len(known))
        return pl.Series(self.name, [(*known, OTHER)[k] for k in place], dtype=pl.String)


def fit_category(series: pl.Series) -> CategoryColumn | None:
    """The plan for one column of train; None when no level is common enough to learn from and there are no gaps."""
    text = as_text(series)
    full = text.drop_nulls()
    counts = full.alias("level").value_counts(name="count").sort(["count", "level"], descending=[True, False])
    least = max(MIN_COUNT, int(np.ceil(MIN_SHARE * series.len())))
    common = counts.filter(pl.col("count") >= least).head(MAX_LEVELS)["level"].to_list()
    missing = full.len() < text.len()
    rest = counts.height - len(common)
    if not common and not missing:
        return None
    how = f"{len(common)} levels" if common else "no level is common enough: only the gaps are kept"
    if rest and common:
        how += f", {rest} rarer (under {least} rows or beyond the first {MAX_LEVELS}) together"
    return CategoryColumn(
        name=series.name,
        levels=tuple(sorted(common)),
        other=rest > 0 and bool(common),
        missing=missing,
        how=how + (", gaps a level of their own" if missing and common else ""),
    )


@dataclass(frozen=True, kw_only=True)
class BooleanColumn:
    """How a column of true and false is prepared: one column, and one for gaps."""

    name: str
    missing: bool
    how: str = "0 or 1"

    @property
    def names(self) -> tuple[str, ...]:
        """One name per column made."""
        return (self.name, f"{self.name} is missing") if self.missing else (self.name,)

    def apply(self, series: pl.Series, _where: object) -> np.ndarray[Any, Any]:
        """float32 [N, K]; a gap is halfway."""
        if series.dtype == pl.Boolean:
            truth = series
        else:
            lowered = as_text(series).str.to_lowercase()
            truth = pl.select(pl.when(lowered.is_in(TRUE)).then(True).when(lowered.is_in(FALSE)).then(False)).to_series()
        values = truth.cast(pl.Float32).fill_null(0.5).to_numpy()
        gaps = truth.is_null().to_numpy().astype(np.float32)
        return np.stack([values, gaps], axis=1) if self.missing else values[:, None]

    def invert(self, block_NK: np.ndarray[Any, Any]) -> pl.Series:
        """True and false, exactly; halfway is null."""
        return pl.Series(self.name, [None if v == 0.5 else v > 0.5 for v in block_NK[:, 0].tolist()], dtype=pl.Boolean)


def fit_boolean(series: pl.Series) -> BooleanColumn:
    """The plan for one column of train."""
    return BooleanColumn(name=series.name, missing=series.null_count() > 0)


def as_text(series: pl.Series) -> pl.Series:
    """Labels as strings: whole floats without their point, so that 3.0 and 3 are one level."""
    if series.dtype == pl.String:
        return series
    if series.dtype.is_float() and bool((series.drop_nulls() == series.drop_nulls().round()).all()):
        return series.cast(pl.Int64, strict=False).cast(pl.String)
    return series.cast(pl.String)
