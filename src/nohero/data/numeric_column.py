"""A column of numbers to one or two of float32: gaps filled, long tails drawn in, scaled; fitted on train only.

Legend: N rows, K columns made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from nohero.run.errors import DataError

CLIP = 10.0  # scaled units; what lies beyond says "far out" and no more
SKEW = 2.0  # above which the logarithm is tried
HELPS = 0.5  # the logarithm must at least halve the skew
IQR_TO_STD = 1.349  # interquartile range of a standard normal


@dataclass(frozen=True, kw_only=True)
class NumericColumn:
    """How one column of numbers is prepared."""

    name: str
    fill: float  # median of train, for missing and non-finite values
    indicator: bool  # whether a second column marks the gaps
    log: bool  # sign(v) * log(1 + |v|) first
    center: float
    scale: float
    how: str  # in words
    constant: bool = False  # only the gaps tell anything

    @property
    def names(self) -> tuple[str, ...]:
        """One name per column made."""
        marks = (f"{self.name} is missing",) if self.indicator else ()
        return marks if self.constant else (self.name, *marks)

    def apply(self, series: pl.Series, where: Any) -> np.ndarray[Any, Any]:
        """float32 [N, K]; `where` names the rows for an error."""
        values = as_numbers(series, where)
        missing = ~np.isfinite(values)
        made = [] if self.constant else [self._scaled(np.where(missing, self.fill, values))]
        if self.indicator:
            made.append(missing.astype(np.float32))
        return np.stack(made, axis=1)

    def invert(self, block_NK: np.ndarray[Any, Any]) -> pl.Series:
        """The numbers, gaps as null: exact to what float32 holds of them, but for values that lay beyond CLIP and came out as far as that."""
        block = np.asarray(block_NK, dtype=np.float64)
        with np.errstate(over="ignore"):  # rounding may carry the greatest floats over the edge
            values = np.full(len(block), self.fill) if self.constant else block[:, 0] * self.scale + self.center
            if self.log and not self.constant:
                values = np.copysign(np.expm1(np.abs(values)), values)
        gaps = block[:, -1] > 0.5 if self.indicator else np.zeros(len(block), dtype=bool)
        return pl.Series(self.name, np.where(gaps, np.nan, values)).fill_nan(None)

    def _scaled(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        if self.log:
            values = signed_log(values)
        with np.errstate(over="ignore"):
            scaled = (values - self.center) / self.scale
        return scaled.clip(-CLIP, CLIP).astype(np.float32)


def signed_log(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """sign(v) * log(1 + |v|)."""
    return np.asarray(np.copysign(np.log1p(np.abs(values)), values))


def fit_numeric(series: pl.Series) -> NumericColumn:
    """The plan for one column of train; non-finite values count as missing."""
    values = series.cast(pl.Float64).to_numpy()
    finite = values[np.isfinite(values)]
    indicator = len(finite) < len(values)
    fill = float(np.median(finite))
    if finite.min() == finite.max():
        how = "the same number or missing: only the gaps are kept"
        return NumericColumn(name=series.name, fill=fill, indicator=indicator, log=False, center=fill, scale=1.0, how=how, constant=True)
    skew = skewness(finite)
    logged = signed_log(finite)
    log = abs(skew) > SKEW and abs(skewness(logged)) < HELPS * abs(skew)
    center, scale, robust = _center_and_scale(logged if log else finite)
    said = [f"signed log (skew {skew:.1f} to {skewness(logged):.1f})"] if log else []
    said.append("median and quartiles" if robust else "mean and standard deviation")
    if indicator:
        said.append("gaps filled with the median and marked")
    return NumericColumn(name=series.name, fill=fill, indicator=indicator, log=log, center=center, scale=scale, how=", ".join(said))


def _center_and_scale(values: np.ndarray[Any, Any]) -> tuple[float, float, bool]:
    """Mean and deviation, or median and quartiles where a few values far out would squeeze all others together."""
    unit = float(np.abs(values).max())  # squares of 1e300 have no float
    scaled = values / unit
    mean, std = float(scaled.mean()), float(scaled.std())
    low, middle, high = np.quantile(scaled, (0.25, 0.5, 0.75))
    wide = float(high - low) / IQR_TO_STD
    far = float(np.abs(scaled - mean).max()) > CLIP * std
    if far and wide > 0:
        return float(middle) * unit, wide * unit, True
    if not std > 0:  # differences below what squares can hold
        return mean * unit, float(np.ptp(values)), False
    return mean * unit, max(std * unit, np.finfo(np.float64).tiny), False


def skewness(values: np.ndarray[Any, Any]) -> float:
    """The mean cube of the standardised values; 0 where they are all the same."""
    scaled = values / max(float(np.abs(values).max()), np.finfo(np.float64).tiny)
    away = scaled - scaled.mean()
    std = float(away.std())
    return float(((away / std) ** 3).mean()) if std > 0 else 0.0


def as_numbers(series: pl.Series, where: Any) -> np.ndarray[Any, Any]:
    """float64 [N], missing as nan; text that is no number is an error that names the row."""
    if series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null):
        return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if series.dtype != pl.String:
        raise DataError(f"column `{series.name}` holds {series.dtype}", expected="numbers, as in training", mend="write it as numbers")
    numbers = series.cast(pl.Float64, strict=False)
    spoilt = (numbers.is_null() & series.is_not_null()).arg_true()
    if spoilt.len():
        first = int(spoilt[0])
        more = f" (and {spoilt.len() - 1} more)" if spoilt.len() > 1 else ""
        raise DataError(
            f"column `{series.name}`, {where[first]}: `{series[first]}` is not a number{more}",
            expected="numbers, as in training; an empty cell where the value is unknown",
            mend="correct or empty these cells",
        )
    return numbers.fill_null(float("nan")).to_numpy()
