"""Dates of a table: forms that are mixed in one field, days that do not exist, and days far from all others."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.date_column import YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nohero.sources.collection import Collection
    from nohero.sources.date_forms import Written

PRICE = 0.2  # seconds
PROBE = 200  # different values looked at, before a field is read as dates
DATED = 0.8  # of the cells that hold something are dates of some form: the others are words among them, or no dates
LEAST = 20  # dates
BIRTH = re.compile(r"(?:^|[\W_])(?i:dob|born|birth\w*|birthday|naissance|geb|geburt\w*|nacimiento|nascita)(?:$|[\W_])|(?i:birth_?date|date_?of_?birth|geburtsdatum)|[a-z]Birth|DOB")
EXPECTED = re.compile(r"(?i)due|expect|estimat|predict|plan")  # births that are meant to come
ZONE = re.compile(r":\d\d(?:[.,]\d+)?\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\s*$")  # of a stamp that tells which clock it is
SHOWN = 5
APART, YEARS = 3.0, 20.0  # how far from the middle 80 % a day is odd: in their widths, and in years


@dataclass(frozen=True, kw_only=True)
class DateOddity:
    """One field's odd dates: kind is form, order, zone, impossible, far or unborn (a birth after today)."""

    kind: str
    field: str
    values: tuple[str, ...]  # as they are written, commonest first
    rows: tuple[int, ...]  # places at hand; of a table too large to be held, those of the sample
    of: int  # dates of the field
    usual: str  # how the others are written, or from when to when they are

    @property
    def count(self) -> int:
        """Cells."""
        return len(self.rows)


@dataclass(frozen=True, kw_only=True)
class DateFacts:
    """All odd dates, by field."""

    oddities: tuple[DateOddity, ...]
    fields: int  # of dates
    names: tuple[str, ...] = ()  # of the items concerned, by place in `places`
    places: tuple[int, ...] = ()

    def of(self, *kinds: str) -> tuple[DateOddity, ...]:
        """Those of some kinds, most cells first."""
        return tuple(sorted((o for o in self.oddities if o.kind in kinds), key=lambda o: -o.count))

    def items(self, found: tuple[DateOddity, ...]) -> tuple[str, ...]:
        """Names of the items concerned, each once."""
        name = dict(zip(self.places, self.names, strict=True))
        return tuple(name[i] for i in sorted({i for o in found for i in o.rows}))


def measure(collection: Collection) -> DateFacts:
    """Field by field, on the values that differ."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    table = collection.tabled
    if table is None:
        raise Unmeasurable("the items are no rows of a table, nor named by one")
    collection = table
    source = collection.cells if collection.cells is not None else collection.frame
    oddities: list[DateOddity] = []
    fields = 0
    for series in source:
        if series.dtype == pl.String and series.name != collection.split and (read := _read(series)) is not None:
            fields += 1
            oddities += _written_oddities(series, *read)
        elif series.dtype in (pl.Date, pl.Datetime):
            fields += 1
            days = series.cast(pl.Date)
            known = {str(d): d for d in days.drop_nulls().unique().to_list()}
            oddities += _far(days.cast(pl.String), known)
            oddities += _unborn(days.cast(pl.String), known)
    places = tuple(sorted({i for o in oddities for i in o.rows}))
    return DateFacts(oddities=tuple(oddities), fields=fields, places=places, names=tuple(collection.item(i) for i in places))


def _read(series: Any) -> tuple[dict[str, Written], Counter[str]] | None:
    """(dates by how they are written, how often each) of a field that holds dates; None of any other."""
    from nohero.sources import odd_cells
    from nohero.sources.date_forms import read_date

    probe = series.drop_nulls().head(50 * PROBE).unique(maintain_order=True).head(PROBE)
    probe = probe.filter(~odd_cells.are_missing(probe))
    if not probe.len() or sum(read_date(v) is not None for v in probe.to_list()) < DATED * probe.len():
        return None
    counted = series.drop_nulls().value_counts(name="times of it")
    values = counted.to_series(0)
    full = counted.filter(~odd_cells.are_missing(values))
    times = Counter(dict(zip(full.to_series(0).to_list(), full.to_series(1).to_list(), strict=True)))
    dates = {v: w for v in times if (w := read_date(v)) is not None}
    dated = sum(times[v] for v in dates)
    return (dates, Counter({v: times[v] for v in dates})) if dated >= max(LEAST, DATED * times.total()) else None


def _written_oddities(series: Any, dates: dict[str, Written], times: Counter[str]) -> Iterator[DateOddity]:
    """Forms, orders, impossible and far days of one field."""
    forms: Counter[str] = Counter()
    for value, n in times.items():
        forms[dates[value].form] += n
    usual = forms.most_common(1)[0][0]
    others = [v for v in dates if dates[v].form != usual]
    if others:
        yield _oddity("form", series, others, times, usual)
    told = [v for v in dates if ":" in v and ZONE.search(v)]
    untold = [v for v in dates if ":" in v and not ZONE.search(v)]
    if told and untold:
        fewer = min(told, untold, key=lambda vs: sum(times[v] for v in vs))
        yield _oddity("zone", series, fewer, times, "with a zone, the others without one" if fewer is told else "without a zone, the others with one")
    either = [v for v in dates if dates[v].either]
    day_first = [v for v in either if dates[v].first > 12 >= dates[v].second]
    month_first = [v for v in either if dates[v].second > 12 >= dates[v].first]
    days, months = sum(times[v] for v in day_first), sum(times[v] for v in month_first)
    if days and months:
        yield _oddity("order", series, min((day_first, days), (month_first, months), key=lambda p: p[1])[0], times, "the day first" if days >= months else "the month first")
    meant = {v: w.day(month_first=months > days) or (w.day(month_first=days >= months) if w.either and days and months else None) for v, w in dates.items()}
    none = [v for v, day in meant.items() if day is None]
    if none:
        yield _oddity("impossible", series, none, times, usual)
    known = {v: day for v, day in meant.items() if day is not None}
    yield from _far(series, known)
    yield from _unborn(series, known)


def _oddity(kind: str, series: Any, values: list[str], times: Counter[str], usual: str) -> DateOddity:
    shown = sorted(values, key=lambda v: (-times[v], v))[:SHOWN]
    return DateOddity(kind=kind, field=series.name, values=tuple(shown), rows=tuple(series.is_in(values).fill_null(value=False).arg_true().to_list()), of=times.total(), usual=usual)


def _unborn(series: Any, days: dict[str, date]) -> Iterator[DateOddity]:
    """Births that are still to come, where others are past; those that lie decades off are told as such."""
    from datetime import UTC, datetime, timedelta

    late = datetime.now(UTC).date() + timedelta(days=1)
    future = [v for v, day in days.items() if day > late]
    if BIRTH.search(series.name) and not EXPECTED.search(series.name) and future and 2 * len(future) <= len(days):
        times = Counter({v: n for v, n in series.drop_nulls().value_counts(name="times of it").iter_rows() if v in days})
        past = sorted(day for day in days.values() if day <= late)
        yield _oddity("unborn", series, future, times, f"{past[0]} to {past[-1]}")


def _far(series: Any, days: dict[str, date]) -> Iterator[DateOddity]:
    """Days decades away from the middle 80 % of the cells."""
    import numpy as np
    import polars as pl

    counted = series.drop_nulls().value_counts(name="times of it").filter(pl.col(series.name).is_in(list(days)))
    values, times = counted.to_series(0).to_list(), counted.to_series(1).to_numpy()
    if times.sum() < LEAST:
        return
    number = np.asarray([days[v].toordinal() for v in values])
    low, high = np.quantile(np.repeat(number, times), [0.1, 0.9])
    reach = max(APART * (high - low), YEARS * YEAR)
    far = [v for v, n in zip(values, number, strict=True) if n < low - reach or n > high + reach]
    if far:
        inside = sorted(d for v, d in days.items() if v not in set(far))
        yield _oddity("far", series, far, Counter(dict(zip(values, times.tolist(), strict=True))), f"{inside[0]} to {inside[-1]}")
