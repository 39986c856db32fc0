"""Dates to numbers: the day, and where in the year, the week and the day it lies, as points on circles; fitted on train only.

Legend: N rows, K columns made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from nohero.data.numeric_column import CLIP
from nohero.data.table_types import find_date_form, retype
from nohero.run.errors import DataError

DAY = 86_400e6  # microseconds
YEAR = 365.2425  # days
CALENDAR = (-719_162.0, 2_932_896.0)  # days since 1970 of the years 1 to 9999
CYCLES = {"year": YEAR, "week": 7.0, "day": 1.0}  # days


@dataclass(frozen=True, kw_only=True)
class DateColumn:
    """How one column of dates is prepared."""

    name: str
    center: float  # days since 1970
    scale: float  # days
    cycles: tuple[str, ...]  # of CYCLES, those that train goes through
    missing: bool
    how: str

    @property
    def names(self) -> tuple[str, ...]:
        """One name per column made."""
        rounds = tuple(f"{self.name} {part} in the {cycle}" for cycle in self.cycles for part in ("sine", "cosine"))
        return (f"{self.name} as days", *rounds, *((f"{self.name} is missing",) if self.missing else ()))

    def apply(self, series: pl.Series, where: Any) -> np.ndarray[Any, Any]:
        """float32 [N, K]; a gap is the middle of train, off every circle."""
        days = as_days(series, where)
        gaps = np.isnan(days)
        made = [np.clip((np.where(gaps, self.center, days) - self.center) / self.scale, -CLIP, CLIP)]
        for cycle in self.cycles:
            angle = 2 * np.pi * np.where(gaps, 0.0, days) / CYCLES[cycle]
            made += [np.where(gaps, 0.0, np.sin(angle)), np.where(gaps, 0.0, np.cos(angle))]
        if self.missing:
            made.append(gaps.astype(np.float64))
        return np.stack(made, axis=1).astype(np.float32)

    def invert(self, block_NK: np.ndarray[Any, Any]) -> pl.Series:
        """The times, gaps as null: exact to what float32 holds of the span (a minute in thirty years), and to the day where train has no hours."""
        days = np.asarray(block_NK[:, 0], dtype=np.float64) * self.scale + self.center
        gaps = np.isnan(days) | (self.missing and block_NK[:, -1] > 0.5)
        days = np.where(gaps, 0.0, days).clip(*CALENDAR)
        stamps = np.rint((days if "day" in self.cycles else np.rint(days)) * DAY).astype(np.int64)
        told = [None if gap else stamp for gap, stamp in zip(gaps.tolist(), stamps.tolist(), strict=True)]
        return pl.Series(self.name, told, dtype=pl.Int64).cast(pl.Datetime("us"))


def fit_date(series: pl.Series) -> DateColumn:
    """The plan for one column of train; a cycle counts when its parts differ and train sees it at least twice."""
    days = as_days(series, None)
    known = days[~np.isnan(days)]
    span = float(np.ptp(known))
    whole = np.floor(known)
    differs = {
        "year": len(np.unique(series.drop_nulls().dt.month().to_numpy())) > 1,
        "week": len(np.unique(whole % 7)) > 1 and not _only_firsts(series),
        "day": bool((known != whole).any()),
    }
    cycles = tuple(cycle for cycle, length in CYCLES.items() if differs[cycle] and span >= 2 * length)
    return DateColumn(
        name=series.name,
        center=float(known.mean()),
        scale=float(known.std()) or 1.0,
        cycles=cycles,
        missing=len(known) < len(days),
        how="days" + (f", with the place in the {', '.join(cycles)}" if cycles else ""),
    )


def _only_firsts(series: pl.Series) -> bool:
    """Monthly data: the day of the week of each first says nothing."""
    return bool((series.drop_nulls().dt.day() == 1).all())


def as_days(series: pl.Series, where: Any) -> np.ndarray[Any, Any]:
    """float64 [N] days since 1970, missing as nan; text that is no date is an error that names the row."""
    if series.dtype == pl.String:
        dates = retype(series, find_date_form(series) or "date %Y-%m-%d")
        spoilt = (dates.is_null() & series.is_not_null()).arg_true()
        if spoilt.len():
            first = int(spoilt[0])
            raise DataError(
                f"column `{series.name}`, {where[first]}: `{series[first]}` is not a date",
                expected="dates such as 2024-01-31 or 2024-01-31 12:00:00, as in training",
                mend="correct or empty these cells",
            )
        series = dates
    if not series.dtype.is_temporal() and series.dtype != pl.Null:
        raise DataError(f"column `{series.name}` holds {series.dtype}", expected="dates, as in training", mend="write it as dates")
    stamps = series.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64) / DAY
    return stamps.fill_null(float("nan")).to_numpy()
