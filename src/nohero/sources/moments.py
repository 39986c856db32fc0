"""When the rows of a table were taken: which field says so, and its cells as numbers that can be compared and subtracted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.table_types import DATES, STAMPS, find_date_form, retype
from nohero.sources.period_forms import FORMS, form_of_period, read_period

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SECOND, DAY = 1_000_000, 86_400_000_000  # microseconds
PROBE = 200  # cells that tell whether stamps carry a zone
ZONE = r":\d\d(?:[.,]\d+)?\s*([+-]\d\d):?(\d\d)$"
TOLD_ZONE = r":\d\d(?:[.,]\d+)?\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$"
LEAST = 50  # rows with a time: fewer have no order worth speaking of
MOMENTS = 20  # different ones
IN_ORDER = 0.9  # of the steps from row to row that go one way, from which on a source stands in order of a field; 0.5 where it is shuffled


def time_field(collection: Collection) -> str:
    """The field that was named, or the only one of dates in whose order the rows stand; else ""."""
    return collection.shared("time field", lambda: collection.time or _found(collection))  # type: ignore[no-any-return]


def _found(collection: Collection) -> str:
    aside = {collection.label, collection.split, collection.group}
    dated = [n for n, t in collection.frame.schema.items() if n not in aside and (t == pl.Date or isinstance(t, pl.Datetime) or (t == pl.String and _has_periods(collection.frame[n])))]
    ordered = [n for n in dated if _ordered(moments(collection, n))]
    return ordered[0] if len(ordered) == 1 else ""


def _has_periods(series: pl.Series) -> bool:
    """Whether words are months, quarters or weeks, of which a few different ones are looked at."""
    some = series.head(PROBE).drop_nulls().unique(maintain_order=True)
    return some.len() >= MOMENTS and bool(form_of_period(some.head(1))) and bool(form_of_period(some))


def _ordered(times: pl.Series) -> bool:
    known = times.drop_nulls()
    if known.len() < LEAST or known.n_unique() < MOMENTS:
        return False
    steps = np.diff(known.to_numpy())
    return max(float((steps >= 0).mean()), float((steps <= 0).mean())) >= IN_ORDER


def moments(collection: Collection, name: str) -> pl.Series:
    """Int64 [N]: microseconds in the zone that is told, else on the clock; of numbers the numbers themselves, float where they are not whole. Null where no time stands."""
    return collection.shared(f"moments of {name}", lambda: _moments(collection, name))  # type: ignore[no-any-return]


def _moments(collection: Collection, name: str) -> pl.Series:
    series: pl.Series = collection.frame[name]
    if series.dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    if series.dtype.is_integer():
        return series.cast(pl.Int64, strict=False)
    if series.dtype.is_numeric():
        number = series.cast(pl.Float64)
        return number.to_frame().select(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name)).to_series()
    if series.dtype == pl.String:
        values = series.drop_nulls().unique()
        known: pl.Series = series.replace_strict(values, read(values).dt.epoch("us") - _zones(values), return_dtype=pl.Int64, default=None)
        return known
    if not series.dtype.is_temporal() or series.dtype in (pl.Time, pl.Duration):
        return pl.Series(name, [None] * series.len(), dtype=pl.Int64)
    stamps: pl.Series = series.dt.epoch("us")
    here = collection.cells is not None and name in collection.cells.columns
    return stamps - _zones(collection.cells[name]) if here and series.dtype != pl.Date else stamps


def read(values: pl.Series) -> pl.Series:
    """Strings as stamps, each in the first form that fits it, the commonest first; null where none does."""
    usual = find_date_form(values)
    forms = dict.fromkeys(([usual] if usual else []) + [f"date {f}" for f in (*STAMPS, *DATES)])
    told = pl.Series(values.name, [None] * values.len(), dtype=pl.Datetime("us"))
    for form in forms:
        open_ = told.is_null()
        if not open_.any():
            break
        told = told.scatter(open_.arg_true(), retype(values.filter(open_), form).cast(pl.Datetime("us")))
    for form in FORMS:
        open_ = told.is_null() & values.is_not_null()
        if not open_.any():
            break
        told = told.scatter(open_.arg_true(), read_period(values.filter(open_), form))
    return told


def _zones(cells: pl.Series) -> pl.Series:
    """Int64 [N], microseconds that the clock of each stamp is ahead of UTC; 0 where it does not say."""
    some = pl.concat([cells.head(PROBE), cells.gather_every(max(1, cells.len() // PROBE))])
    if not some.str.contains(ZONE).any():
        return pl.Series(cells.name, np.zeros(cells.len(), dtype=np.int64))
    found = cells.str.extract_groups(ZONE).struct.unnest()
    hours, minutes = (found.to_series(i).cast(pl.Int64, strict=False).fill_null(0) for i in (0, 1))
    behind = found.to_series(0).str.starts_with("-").fill_null(value=False)
    ahead: pl.Series = hours * 3600 * SECOND + minutes * 60 * SECOND * (1 - 2 * behind.cast(pl.Int64))
    return ahead


def said(value: Any, *, dated: bool) -> str:
    """A moment as a person writes it; of numbers the number."""
    if not dated:
        return f"{value:g}" if isinstance(value, float) else str(value)
    text = str(np.datetime64(int(value), "us")).replace("T", " ").removesuffix(".000000")
    return text.removesuffix(" 00:00:00")


def lasting(step: float, *, dated: bool) -> str:
    """A length of time in words: "hour", "30 minutes"."""
    if not dated:
        return f"{step:,g}"
    for unit, name in ((DAY, "day"), (3600 * SECOND, "hour"), (60 * SECOND, "minute"), (SECOND, "second")):
        if abs(step) >= unit:
            n = f"{step / unit:,.4g}"
            return name if n == "1" else f"{n} {name}s"
    return f"{step / 1000:,.4g} milliseconds"
