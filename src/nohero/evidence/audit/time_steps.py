"""The steps of a series in time: the usual one, times that stand twice, and gaps far longer than all other steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.evidence.audit.codes import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
TWICE = 0.05  # of the rows that stand at a time that another has: with more of them the series has many rows a time
FIELDS = 30  # looked at for the one that tells several series apart
WINDOW = 20_000  # rows that follow one another in time, on which those fields are compared
VALUES = 0.2  # different values of it, as a share of the rows: five rows a series
AGAIN, RUNS, SHORTEST = 0.3, 3, 4  # the same where a few stretches were sent a second time: of the rows, such stretches, and times of each
EVEN = 0.99  # of the steps that are the usual one, from which on each other is a gap
REGULAR = 0.5  # of the steps that are one and the same: most steps; of business days 0.8
SHORTEST_MONTH = 28  # days
LONG = 10.0  # times the usual step
APART = 3.0  # times the longest step that is none: nights, weekends and holidays come again and again
PAUSES = 0.5  # of the whole span: longer gaps are what lies between short campaigns
SPRING = ((3, 8, 14), (3, 25, 31), (4, 1, 7), (9, 24, 30), (10, 1, 7))  # months and days of the Sundays on which clocks are set on: America, Europe, America until 2006, New Zealand, Australia
LATEST = 3  # o'clock by which they are
RARE, FEW = 0.001, 3  # of the steps that may be gaps, and at least so many; more of them are a habit


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A long step."""

    after: str  # the last time before it
    before: str  # the first after it
    row: str  # the first after it
    lasts: str
    steps: int  # usual ones in it
    series: str  # which, or ""


@dataclass(frozen=True, kw_only=True)
class Twice:
    """A time that stands on several rows of one series."""

    time: str
    rows: tuple[str, ...]
    series: str
    copies: bool  # whether they are copies in all fields


@dataclass(frozen=True, kw_only=True)
class TimeSteps:
    """The steps of one series, or of several that a field tells apart."""

    field: str
    named: bool
    rows: int
    series: int
    by: str  # the field that tells the series apart, or ""
    guessed: bool  # whether that field was not named
    single: bool  # whether a series has one row a time, but for few
    regular: bool  # whether most steps are the usual one
    usual: str  # step
    longest: str  # of the others than the gaps
    twice: tuple[Twice, ...]
    gaps: tuple[Gap, ...]
    short: bool = False  # whether the gaps are a few rows each of a series that has no others
    summer: str  # which hour comes twice, where that is how clocks are set back, or ""
    spring: str = ""  # which hours are missing, where that is how clocks are set on, or ""


def measure(collection: Collection) -> TimeSteps:
    """On the times in order, however the rows stand."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.moments import LEAST, MOMENTS, lasting, moments, time_field

    if collection.kind != "row" or collection.whole is not None:
        raise Unmeasurable("the items are no rows of a table that is held whole")
    name = time_field(collection)
    if not name:
        raise Unmeasurable("no field of times is named, and the rows stand in the order of none")
    times = moments(collection, name)
    place = np.flatnonzero(times.is_not_null().to_numpy())
    if len(place) < LEAST or times.drop_nulls().n_unique() < MOMENTS:
        raise Unmeasurable(f"`{name}` has {times.drop_nulls().n_unique():,} different times in {len(place):,} rows")
    values, dated = times.to_numpy()[place], not collection.frame[name].dtype.is_numeric()
    codes, by, extra = _series(collection, name, place, values)
    order = np.lexsort((values, codes))
    sorted_, series = values[order], codes[order]
    inside = np.diff(series) == 0
    single = extra <= TWICE * len(place) or _sent_again(sorted_, inside, extra)
    monthly = dated and _are_months(sorted_)
    steps = np.diff((sorted_.astype("datetime64[us]").astype("datetime64[M]")).astype(np.int64) if monthly else sorted_)
    moves = inside & (np.diff(sorted_) > 0)
    usual, share = _usual(steps[moves])
    regular = share >= REGULAR
    held = _Held(collection=collection, by=by, place=place[order], values=sorted_, dated=dated)
    twice = tuple(_twice(held, np.flatnonzero(inside & (np.diff(sorted_) == 0)))) if single and regular else ()
    at, longest = _long(steps, moves, sorted_, usual) if regular else (np.zeros(0, dtype=np.int64), usual)
    short = not len(at) and single and share >= EVEN
    at = _short(steps, moves, usual) if short else at
    at, spring = _spring(at, sorted_, usual) if dated and not monthly else (at, "")
    gaps = tuple(held.gap(i, round(float(steps[i] / usual))) for i in at.tolist())
    return TimeSteps(
        field=name, named=bool(collection.time), rows=len(place), series=int(inside.size - inside.sum()) + 1, by=by, guessed=by not in ("", collection.group, "file"), single=single,
        regular=regular, usual=_months(usual) if monthly else lasting(usual, dated=dated), longest=f"{longest / usual:,.3g}" if usual else "", twice=twice, gaps=gaps, short=short and bool(gaps),
        spring=spring, summer=_summer(twice) or _hour_again(twice, usual) if dated and twice else "",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Held:
    """Rows by series and time, for naming."""

    collection: Collection
    by: str
    place: Any
    values: Any
    dated: bool

    def name(self, i: int) -> str:
        return str(self.collection.items[int(self.place[i])])

    def series(self, i: int) -> str:
        return str(self.collection.frame[self.by][int(self.place[i])]) if self.by else ""

    def time(self, i: int) -> str:
        from nohero.sources.moments import said

        return said(self.values[i], dated=self.dated)

    def gap(self, i: int, steps: int) -> Gap:
        from nohero.sources.moments import lasting

        lasts = lasting(float(self.values[i + 1] - self.values[i]), dated=self.dated)
        return Gap(after=self.time(i), before=self.time(i + 1), row=self.name(i + 1), lasts=lasts, steps=steps, series=self.series(i))


def _series(collection: Collection, name: str, place: Any, values: Any) -> tuple[Any, str, int]:
    """(codes int64 [N], the field that tells the series apart or "", rows at a time that another row of their series has)."""
    one = np.zeros(len(place), dtype=np.int64)
    best = (one, "", _extra(one, values))
    if best[2] <= TWICE * len(place):
        return best
    window = np.argsort(values, kind="stable")[:WINDOW]
    tried: list[tuple[int, int, str]] = []
    for field, series in _fields(collection, name):
        extra = _extra(numbered(series.gather(place[window])), values[window])
        tried.append((extra, len(tried), field))
        if field in (collection.group, "file") and extra <= TWICE * len(window):
            break
    for extra, _, field in sorted(tried)[:1]:
        codes = numbered(collection.frame[field])[place]
        if extra <= TWICE * len(window) and (extra := _extra(codes, values)) <= TWICE * len(place) and (field in (collection.group, "file") or not _chance(codes, values, best[2])):
            return codes, field, extra
    return best


def _chance(codes: Any, values: Any, extra: int) -> bool:
    """Whether rows were sent again, which any field of many values tells apart: its own series come in no even steps."""
    sorted_ = np.sort(values)
    if not _sent_again(sorted_, np.ones(len(values) - 1, dtype=bool), extra):
        return False
    order = np.lexsort((values, codes))
    return _usual(np.diff(values[order])[np.diff(codes[order]) == 0])[1] < REGULAR


def _fields(collection: Collection, name: str) -> Iterator[tuple[str, pl.Series]]:
    """Fields that may tell series apart: the one named first, files, then those of few values."""
    import polars as pl

    first = [n for n in (collection.group, "file") if n and n in collection.frame.columns]
    aside = {name, collection.label, collection.split, *first}
    for field in (*first, *[n for n in collection.frame.columns if n not in aside][:FIELDS]):
        series = collection.frame[field]
        if series.dtype.is_float() or series.dtype.is_nested() or series.dtype.is_temporal():
            continue
        several = series.approx_n_unique() if series.dtype.is_integer() or series.dtype == pl.String else series.n_unique()
        if field in first or 2 <= several <= VALUES * series.len():
            yield field, series


def _extra(codes: Any, values: Any) -> int:
    order = np.lexsort((values, codes))
    return int(((np.diff(codes[order]) == 0) & (np.diff(values[order]) == 0)).sum())


def _sent_again(values: Any, inside: Any, extra: int) -> bool:
    """Whether the times that stand twice are a few stretches without a hole, each time on two rows: rows that came a second time, and no habit."""
    if not SHORTEST <= extra <= AGAIN * len(values):
        return False
    twice = np.flatnonzero(inside & (np.diff(values) == 0))
    if (np.diff(twice) == 1).any():  # on three rows
        return False
    runs = np.split(twice, np.flatnonzero(np.diff(twice) > 2) + 1)
    return len(runs) <= RUNS and min(len(r) for r in runs) >= SHORTEST


def _short(steps: Any, moves: Any, usual: float) -> Any:
    """Places of the few steps over two or more usual ones, of a series that has no others."""
    at = np.flatnonzero(moves & (steps >= 2 * usual))
    whole = np.abs(steps[at] / usual - np.round(steps[at] / usual)) < 1e-9
    odd = int((moves & (steps != usual)).sum())
    return at if len(at) == odd and bool(whole.all()) and len(at) <= max(FEW, int(RARE * moves.sum())) else at[:0]


def _spring(at: Any, values: Any, usual: float) -> tuple[Any, str]:
    """(the other gaps, the hours of those that are one whole hour in the night of a Sunday on which clocks are set on, once a year)."""
    from nohero.sources.moments import DAY, SECOND, said

    hour = 3600 * SECOND
    if not len(at) or not 0 < usual <= hour or hour % usual:
        return at, ""
    first = (values[at] + usual).astype(np.int64)  # the first time that is missing
    dates = (first // DAY).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    day, of_year = (dates - month.astype("datetime64[D]")).astype(np.int64) + 1, month.astype(np.int64) % 12 + 1
    sunday = (dates.astype(np.int64) + 3) % 7 == 6
    season = np.any([(of_year == m) & (day >= low) & (day <= high) for m, low, high in SPRING], axis=0)
    lost = (values[at + 1] - values[at] == usual + hour) & sunday & season & (first % DAY <= LATEST * hour)
    years = dates[lost].astype("datetime64[Y]")
    if not lost.any() or len(np.unique(dates[lost])) > len(np.unique(years)):
        return at, ""
    return at[~lost], ", ".join(said(int(t), dated=True) for t in np.unique(first[lost]))


def _are_months(values: Any) -> bool:
    """Whether times lie months apart, all on one day of the month or all on its last: months are no equal lengths."""
    from nohero.sources.moments import DAY

    days = np.unique(values // DAY)
    if len(days) < 2 or np.diff(days).min() < SHORTEST_MONTH:
        return False
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    of = (day - month.astype("datetime64[D]")).astype(np.int64)
    return bool((of == of[0]).all() or ((day + 1).astype("datetime64[M]") != month).all())


def _months(n: float) -> str:
    return "month" if n == 1 else f"{n:g} months"


def _usual(steps: Any) -> tuple[float, float]:
    """(the commonest step, its share)."""
    if not len(steps):
        return 0.0, 0.0
    found, counts = np.unique(steps, return_counts=True)
    return float(found[counts.argmax()]), float(counts.max() / len(steps))


def _long(steps: Any, moves: Any, values: Any, usual: float) -> tuple[Any, float]:
    """(places of the few steps that are far longer than all others, the longest of those), a gap that several series share counted once."""
    at = np.flatnonzero(moves & (steps >= LONG * usual))
    rest = steps[moves & (steps < LONG * usual)]
    below = float(rest.max()) if len(rest) else usual
    spans: dict[tuple[Any, Any], int] = {}
    for i in at.tolist():
        spans.setdefault((values[i], values[i + 1]), i)
    ranked = sorted(spans.values(), key=lambda i: -float(steps[i]))
    most = max(FEW, int(RARE * moves.sum()))
    lengths = [float(steps[i]) for i in ranked[: most + 1]] + ([below] if len(ranked) <= most else [])
    breaks = [j for j in range(1, len(lengths)) if lengths[j - 1] >= APART * lengths[j]]
    if not breaks or sum(float(values[i + 1] - values[i]) for i in ranked[: breaks[-1]]) > PAUSES * float(values.max() - values.min()):
        return np.zeros(0, dtype=np.int64), lengths[0]
    return np.asarray(ranked[: breaks[-1]], dtype=np.int64), lengths[breaks[-1]]


def _twice(held: _Held, at: Any) -> Iterator[Twice]:
    """Runs of equal times; `at` are the places whose next row has the same."""
    starts = at[np.r_[True, np.diff(at) > 1]] if len(at) else at
    ends = at[np.r_[np.diff(at) > 1, True]] + 1 if len(at) else at
    for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
        rows = held.collection.frame[[int(p) for p in held.place[a : b + 1]]]
        yield Twice(time=held.time(a), rows=tuple(held.name(i) for i in range(a, b + 1)), series=held.series(a), copies=rows.n_unique() == 1)


def _hour_again(twice: tuple[Twice, ...], usual: float) -> str:
    """Where the times that stand twice are one whole hour of steps shorter than that: so clocks are set back, wherever."""
    from nohero.sources.moments import SECOND

    stamps = [t.time + " 00:00:00"[len(t.time) - 10 :] for t in twice]
    moments = np.array([np.datetime64(s.replace(" ", "T"), "us") for s in stamps]).astype(np.int64)
    hour = 3600 * SECOND
    if not 2 <= len(moments) <= 60 or usual * len(moments) != hour or (np.diff(moments) != usual).any() or any(len(t.rows) != 2 for t in twice):
        return ""
    return stamps[0][:13] if moments[0] % hour == 0 else stamps[0]


def _summer(twice: tuple[Twice, ...]) -> str:
    """Where all times that stand twice lie in one hour of a Sunday's night in autumn."""
    hours = {t.time[:13] for t in twice}
    if len({h[:10] for h in hours}) > len({h[:4] for h in hours}):
        return ""  # more than once a year
    stamps = [np.datetime64(h.replace(" ", "T")) for h in sorted(hours) if len(h) == 13]
    nightly = [s for s in stamps if (s.astype("datetime64[D]").astype(np.int64) + 3) % 7 == 6 and int(str(s)[11:13]) <= 3 and str(s)[5:7] in ("03", "04", "09", "10", "11")]
    return ", ".join(sorted(hours)) if stamps and len(nightly) == len(hours) else ""
