"""Months, quarters and weeks as tables of time series write them: 1991 Jul, 2001M07, 07/2001, 1970 Q1, 2001-W05; each is read as its first day, and 2001-W05-3 as the day it tells."""

from __future__ import annotations

import polars as pl

YEAR = r"((?:1[5-9]|20|21)\d\d)"  # of four figures, so that 12/2001 is no 12 of 20 and 01
SIGN = r"[-/. _:]?"
WORD = r"([A-Za-z]{3,9})\.?"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "sept")
NUMBER_OF = {m: i + 1 for i, m in enumerate(MONTHS)} | {m: (i if i < 12 else 8) + 1 for i, m in enumerate(FULL)}
FORMS = {  # how it looks -> (pattern, what its groups are)
    "2021 Q2": (rf"^{YEAR}{SIGN}[Qq]([1-4])$", "year quarter"),
    "Q2 2021": (rf"^(?:[Qq]([1-4])|([1-4])[Qq]){SIGN}{YEAR}$", "quarter quarter year"),
    "2021 Apr": (rf"^{YEAR}{SIGN}{WORD}$", "year word"),
    "Apr 2021": (rf"^{WORD}{SIGN}{YEAR}$", "word year"),
    "Apr-21": (rf"^{WORD}[-' ]{{1,2}}(\d\d)$", "word short"),
    "2021M04": (rf"^{YEAR}{SIGN}[Mm](\d\d?)$", "year month"),
    "04/2021": (rf"^(\d\d?)[-/.]{YEAR}$", "month year"),
    "2021/04": (rf"^{YEAR}[/.](\d\d?)$", "year month"),
    "2021-W14": (rf"^{YEAR}{SIGN}[Ww](\d\d?)(?:-?([1-7]))?$", "year week day"),
}


def form_of_period(values: pl.Series) -> str:
    """The first form that each of `values` (strings) is written in, or ""."""
    known = values.drop_nulls()
    return next((form for form in FORMS if known.len() and read_period(known, form).is_not_null().all()), "")


def read_period(values: pl.Series, form: str) -> pl.Series:
    """Datetime of microseconds [N]: the first day of each period; null where a cell is not of that form, or there is no such month or week."""
    pattern, kinds = FORMS[form]
    found = values.str.strip_chars().str.extract_groups(pattern).struct.unnest()
    parts: dict[str, pl.Series] = {}
    for column, kind in zip(found.columns, kinds.split(), strict=True):
        parts[kind] = found[column] if kind not in parts else parts[kind].zip_with(parts[kind].is_not_null(), found[column])
    if "short" in parts:
        short = _number(parts["short"])
        years = short.to_frame().select(pl.when(short > 68).then(short + 1900).otherwise(short + 2000)).to_series()  # as POSIX reads them
    else:
        years = _number(parts["year"])
    if "week" in parts:
        return _weeks(years, _number(parts["week"]), _number(parts["day"]).fill_null(1))
    if "word" in parts:
        months = parts["word"].str.to_lowercase().replace_strict(NUMBER_OF, default=None, return_dtype=pl.Int64)
    else:
        months = _number(parts["month"]) if "month" in parts else _number(parts["quarter"]) * 3 - 2
    return _firsts(years, months)


def _number(digits: pl.Series) -> pl.Series:
    return digits.cast(pl.Int64, strict=False)


def _firsts(years: pl.Series, months: pl.Series) -> pl.Series:
    """The first day of each month."""
    frame = pl.DataFrame({"year": years, "month": months})
    right = pl.col("month").is_between(1, 12)
    return frame.select(pl.datetime(pl.when(right).then(pl.col("year")), pl.when(right).then(pl.col("month")), 1, time_unit="us")).to_series()


def _weeks(years: pl.Series, weeks: pl.Series, days: pl.Series) -> pl.Series:
    """The days, from Monday on, of each week of ISO 8601: the fourth of January lies in the first; null where the year has no such week."""
    frame = pl.DataFrame({"year": years, "week": weeks, "day": days}).with_columns(fourth=pl.datetime(pl.col("year"), 1, 4, time_unit="us"))
    monday = pl.col("fourth") - pl.duration(days=pl.col("fourth").dt.weekday() - 1) + pl.duration(days=7 * (pl.col("week") - 1))
    told = pl.when(monday.dt.iso_year() == pl.col("year")).then(monday + pl.duration(days=pl.col("day") - 1))
    return frame.select(pl.when(pl.col("week").is_between(1, 53)).then(told).cast(pl.Datetime("us"))).to_series()
