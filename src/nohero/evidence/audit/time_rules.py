"""Fields that are a part of a time beside them (year, month, day, hour, weekday), in this zone or another, and the rows in which they are not.

The hour of a zone may be another by one for half of the year, and near midnight its day is another too: parts are compared after the time is
moved by whole hours, and what an hour more or less would explain breaks nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.codes import numbered
from nohero.sources.moments import DAY, SECOND, moments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

HOUR = 3600 * SECOND
SCREENED = 1000  # rows in which parts are looked for
LEAST, FEWEST = 100, 3  # rows with both, and rows that break it
FIELDS, TIMES = 60, 5  # compared with one another
ZONES = range(-12, 15)  # hours that a clock is from another
BROKEN, UNNAMED = 0.1, 0.03  # of the rows, of a field whose name says which part it is, and of any other: that may be another event's
CHANCE = 0.5  # of the rows that agree when shuffled
KINDS = 3  # different values of the part, but of years, which agree in four figures
SHORT = 0.1  # of a part's length: a time that is as much earlier or later
NEAR = 0.5  # of the broken rows that a time so much earlier or later explains: there the field is another event's part
WHOLE_MONTH = 0.8  # of a month's rows that are broken, where the year of a season, of taxes or of a school begins in another month
PARTS = {"year": 365.25 * 24, "month": 30.4 * 24, "day": 24.0, "hour": 1.0, "minute": 1 / 60, "weekday": 24.0}  # hours of each
CYCLES = {"month": 12, "hour": 24, "weekday": 7}
NAMES = {"year": "years?|yr|jahr|annee", "month": "months?|mon|mth|monat|mois", "day": "days?|dom|mday|tag|jour", "hour": "hours?|hr|stunde|heure", "minute": "minutes?|min", "weekday": "weekday|wday|dow|dayofweek|day_?of_?week|wochentag"}


@dataclass(frozen=True, kw_only=True)
class TimePart:
    """`field` is a part of `time`, but in `rows`."""

    time: str
    field: str
    part: str
    hours: int  # by which the time is moved
    more: int  # that the field counts beyond the part: 1900 less, 1 for weekdays from 1 on
    named: bool  # whether the field's name says that it is this part
    n: int
    rows: tuple[int, ...]
    shown: tuple[tuple[str, str, str], ...]  # of the first rows: the time, the field, what it should be; "" where that is a word


def time_rules(collection: Collection) -> tuple[TimePart, ...]:
    """Each field by the time that tells it best."""
    import numpy as np

    frame = collection.frame
    times = [s.name for s in frame if s.dtype.is_temporal() and s.name not in (collection.split, collection.group)][:TIMES]
    fields = [s.name for s in frame if s.name != collection.split and (s.dtype.is_integer() or s.dtype.is_float() or _is_word(s))][:FIELDS]
    found: dict[str, TimePart] = {}
    drawn = np.sort(np.random.default_rng(collection.seed).choice(frame.height, min(frame.height, SCREENED), replace=False))
    for name in times:
        stamps = moments(collection, name)
        if stamps.null_count() == stamps.len():
            continue
        for field in fields:
            some = _screened(stamps[drawn], frame[field][drawn])
            rule = _rule(collection, name, field, some) if some else None
            if rule is not None and (field not in found or len(rule.rows) < len(found[field].rows)):
                found[field] = rule
    return tuple(sorted(found.values(), key=lambda r: -len(r.rows)))


def _is_word(series: Any) -> bool:
    import polars as pl

    return bool(series.dtype == pl.String) and KINDS <= series.head(SCREENED).n_unique() <= 13


def _part(stamps: Any, part: str) -> Any:
    """Int64 [N] of microseconds."""
    import numpy as np

    if part in ("hour", "minute"):
        return stamps // (HOUR) % 24 if part == "hour" else stamps // (60 * SECOND) % 60
    days = stamps // DAY
    if part == "weekday":
        return (days + 3) % 7
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    if part == "day":
        return (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return months.astype(np.int64) // 12 + 1970 if part == "year" else months.astype(np.int64) % 12 + 1


def _known(stamps: Any, series: Any) -> tuple[Any, Any, Any]:
    """(rows that have both, microseconds, numbers or codes of the words)."""
    import numpy as np

    numeric = series.dtype.is_numeric()
    both = (stamps.is_not_null() & series.is_not_null()).to_numpy()
    values = series.cast(float).fill_null(np.nan).to_numpy() if numeric else numbered(series).astype(float)
    both &= np.isfinite(values)
    rows = np.flatnonzero(both)
    return rows, stamps.fill_null(0).to_numpy()[rows], values[rows]


def _screened(stamps: Any, series: Any) -> tuple[str, int, int | None] | None:
    """(part, hours, what the field counts more; None for words), of the part that agrees most, the time moved least."""
    import numpy as np

    rows, at, values = _known(stamps, series)
    if len(rows) < LEAST or (series.dtype.is_numeric() and (np.any(values != np.round(values)) or np.ptp(values) > 200)):
        return None
    best: tuple[float, float, tuple[str, int, int | None]] | None = None
    clock = bool((at % DAY).any())
    for part in PARTS if clock else ("year", "month", "day", "weekday"):
        zones = ZONES if clock and part != "minute" else (0,)
        fits = {(hours, more): held for hours in zones for more, held in _fits(_part(at + hours * HOUR, part), values, part, numeric=series.dtype.is_numeric())}
        for hours, more in sorted(fits, key=lambda f: abs(f[0])):
            summer = np.any([fits[h, more] for h in (hours - 1, hours, hours + 1) if (h, more) in fits], axis=0)
            shares = float(summer.mean()), float(fits[hours, more].mean())
            if shares[0] >= 1 - BROKEN and (best is None or shares > best[:2]):
                best = *shares, (part, hours, more)
    return None if best is None else best[2]


def _fits(part: Any, values: Any, name: str, *, numeric: bool) -> Iterator[tuple[int | None, Any]]:
    """(what the field counts more, bool [N]: where it does): of words the commonest of each value of the part."""
    import numpy as np

    if len(np.unique(part)) < (1 if name == "year" else KINDS) or len(np.unique(values)) < (2 if name == "year" else KINDS):
        return
    if not numeric:
        if name in ("month", "weekday"):
            yield None, _word(part, values)
        return
    apart = (values - part).astype(np.int64)
    cycle = CYCLES.get(name)
    if name == "hour":
        counted = np.array([0])  # an hour more is another zone
    else:
        apart = apart % cycle if cycle else apart
        told, times = np.unique(apart, return_counts=True)
        counted = told[[times.argmax()]]
    more = int(counted[0])
    if name in ("day", "minute", "month") and more not in (0, -1, (cycle or 0) - 1):
        return
    if name == "year" and more not in (0, -1900, -2000):
        return
    fits = (values - part - more) % cycle == 0 if cycle else values == part + more
    if _by_chance(part, values, more, cycle) <= CHANCE:
        yield more, fits


def _by_chance(part: Any, values: Any, more: int, cycle: int | None) -> float:
    import numpy as np

    shuffled = np.random.default_rng(0).permutation(values)
    return float(((shuffled - part - more) % cycle == 0 if cycle else shuffled == part + more).mean())


def _word(part: Any, values: Any) -> Any:
    """Bool [N]: the word that goes with the part in most rows, each with one part alone."""
    import numpy as np

    codes, parts = values.astype(np.int64), part.astype(np.int64)
    table = np.zeros((int(parts.max()) + 1, int(codes.max()) + 1), dtype=np.int64)
    np.add.at(table, (parts, codes), 1)
    best = table.argmax(1)
    come = np.flatnonzero(table.sum(1))
    return codes == best[parts] if len(set(best[come].tolist())) == len(come) else np.zeros(len(codes), dtype=bool)


def _rule(collection: Collection, time: str, field: str, found: tuple[str, int, int | None]) -> TimePart | None:
    """Over all rows."""
    import numpy as np

    part, hours, more = found
    series = collection.frame[field]
    rows, at, values = _known(moments(collection, time), series)
    moved = at + hours * HOUR
    clock = bool((at % DAY).any())

    def right(stamps: Any) -> Any:
        made = _part(stamps, part)
        if more is None:
            return _word(made, values)
        return (values - made - more) % CYCLES[part] == 0 if part in CYCLES else values == made + more

    held = right(moved)
    for hour in (-1, 1) if clock and part != "minute" else ():
        held |= right(moved + hour * HOUR)  # the clock of summer
    broken = np.flatnonzero(~held)
    named = bool(re.search(rf"(^|[\W_])({NAMES[part]})([\W_]|$)", field.casefold()))
    if not FEWEST <= len(broken) <= (BROKEN if named else UNNAMED) * len(rows):
        return None
    step, cycle, least = int(SHORT * PARTS[part] * HOUR), CYCLES.get(part, 10**6), int(values.min()) if part in CYCLES else 0
    beside = np.stack([(values[broken] - _part(moved[broken] + s, part) - (more or 0)) % cycle == 0 for s in (-step, step)]).any(0) & (more is not None)
    if beside.sum() > NEAR * len(broken) or _by_month(moved, broken, part):
        return None
    made = ["" if more is None else str(int((_part(moved[[i]], part)[0] + more - least) % cycle + least)) for i in broken[:12]]
    shown = tuple((str(collection.frame[time][int(rows[i])]), str(series[int(rows[i])]), m) for i, m in zip(broken, made, strict=False))
    return TimePart(time=time, field=field, part=part, hours=hours, more=more or 0, named=named, n=len(rows), rows=tuple(rows[broken].tolist()), shown=shown)


def _by_month(moved: Any, broken: Any, part: str) -> bool:
    """Whether most broken rows lie in months of which hardly any row holds."""
    import numpy as np

    if part not in ("year", "month"):
        return False
    months = _part(moved, "month")
    all_, off = (np.bincount(m, minlength=13) for m in (months, months[broken]))
    whole = (off >= WHOLE_MONTH * all_) & (all_ > 0)
    return bool(off[whole].sum() > NEAR * len(broken))
