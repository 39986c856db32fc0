"""Whether the rows stand in the order of their times, which do not, and what single mistake in writing would put them back."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.evidence.audit.codes import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
SHARE = 0.1  # of the rows out of order, above which a source has no order that they could be out of
MOVED, MOVES = 0.25, 3  # the same of a block that fits into a gap of the others, and such blocks
FIT, LEAST_FIT = 0.9, 10  # of the rows out of order, and at least so many, that one mistake explains
BLOCKS = 2  # changes of a field a jump back, up to which the source is taken for one block a value: of a month's number ten and more
SCALES = (1000, 1_000_000)  # seconds, thousandths and millionths of them
AFTERNOON = "12 hours later, as if their PM was lost"
FIELDS = 100  # looked at for that


@dataclass(frozen=True, kw_only=True)
class Jump:
    """One step back."""

    row: str  # that stands earlier in time than the one before it
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class TimeOrder:
    """The order of a source's rows."""

    field: str
    rows: int  # with a time
    by: str  # the field within whose values the order is looked at, or ""
    ordered: bool  # whether nearly all rows stand in order, one way or the other
    descending: bool = False
    back: int = 0  # steps against the order
    out: tuple[str, ...] = ()  # the fewest rows without which the others are in order
    blocks: int = 0  # unbroken runs of such rows
    deepest: float = 0.0  # share of the whole span that the farthest of them is away from its place
    jumps: tuple[Jump, ...] = ()  # the first few
    mistake: str = ""  # how most rows out of order would have to be written to be in order, or ""
    explains: int = 0  # of them


def measure(collection: Collection) -> TimeOrder:
    """In the whole source, file by file, or within each group: as it stands in better order."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.moments import LEAST, MOMENTS, moments, time_field

    if collection.kind != "row" or collection.whole is not None:
        raise Unmeasurable("the items are no rows of a table that is held whole")
    name = time_field(collection)
    if not name:
        raise Unmeasurable("no field of times is named, and the rows stand in the order of none")
    times = moments(collection, name)
    place = np.flatnonzero(times.is_not_null().to_numpy())
    if len(place) < LEAST or times.drop_nulls().n_unique() < MOMENTS:
        raise Unmeasurable(f"`{name}` has {times.drop_nulls().n_unique():,} different times in {len(place):,} rows")
    values = times.to_numpy()[place]
    tried = [_looked_at(values, codes, by) for codes, by in _orders(collection, name, place)]
    best = min(tried, key=lambda t: (len(t[3]) if t[3] is not None else len(place)))
    known: dict[str, Any] = {"field": name, "rows": len(place)}
    order, codes, by, out = best
    if out is None:
        return TimeOrder(**known, by=by, ordered=False)
    sign = -1 if _descends(values[order], codes[order]) else 1
    back = np.flatnonzero((np.diff(values[order]) * sign < 0) & (np.diff(codes[order]) == 0))
    if not len(back) or _in_blocks(collection, place[order], back):
        return TimeOrder(**known, by=by, ordered=True, descending=sign < 0)
    return _told(collection, known, values * sign, sign, (order, codes, by, out, place, back))


def _orders(collection: Collection, name: str, place: Any) -> Iterator[tuple[Any, str]]:
    """(codes of the series whose order is looked at, int64 [N], the field they come from): files each for itself, then groups."""
    from nohero.sources.table import FILE, PART

    mark = FILE if FILE in collection.frame.columns else PART if collection.split == PART else ""
    yield (numbered(collection.frame[mark])[place] if mark else np.zeros(len(place), dtype=np.int64)), ""
    if collection.group and collection.group != name:
        yield numbered(collection.frame[collection.group])[place], collection.group


def _descends(values: Any, codes: Any) -> bool:
    """Of values series by series."""
    steps = np.diff(values)[np.diff(codes) == 0]
    return bool((steps < 0).sum() > (steps > 0).sum())


def _looked_at(values: Any, codes: Any, by: str) -> tuple[Any, Any, str, Any]:
    """(rows series by series, codes, field, places in that order of the rows that stand out of order, or None where there is no order)."""
    order = np.argsort(codes, kind="stable")
    signed, inside = values[order], np.diff(codes[order]) == 0
    signed = -signed if _descends(signed, codes[order]) else signed
    steps = np.diff(signed)[inside]
    if not len(steps) or (steps < 0).mean() > SHARE:
        return order, codes, by, None
    bounds = np.r_[0, np.flatnonzero(~inside) + 1, len(order)]
    pieces = [_out(signed[a:b]) + a for a, b in pairwise(bounds.tolist())] if (steps < 0).any() else []
    out = np.concatenate([np.zeros(0, dtype=np.int64), *pieces])
    return order, codes, by, out if len(out) <= SHARE * len(order) or (inside.all() and _moved(signed, out)) else None


def _moved(values: Any, out: Any) -> bool:
    """Whether the rows out of order are a block or two, each of which fits between two neighbours of the others: cut out, and put back elsewhere."""
    kept = np.delete(values, out)
    runs = np.split(values[out], np.flatnonzero(np.diff(out) > 1) + 1)
    fits = [np.searchsorted(kept, run.max(), side="left") <= np.searchsorted(kept, run.min(), side="right") for run in runs]
    return len(out) <= MOVED * len(values) and len(runs) <= MOVES and all(fits)


def _out(values: Any) -> Any:
    """The fewest places without which `values` never fall: all but a longest sequence that does not fall (Schensted 1961).

    From the end to the start, so that of two sequences of one length the one that came first in the file is kept.
    """
    if len(values) < 2 or not (np.diff(values) < 0).any():
        return np.zeros(0, dtype=np.int64)
    values = -values[::-1]
    tails: list[Any] = []
    length = np.empty(len(values), dtype=np.int64)
    for i, value in enumerate(values.tolist()):
        at = len(tails) if not tails or value >= tails[-1] else bisect_right(tails, value)
        if at == len(tails):
            tails.append(value)
        else:
            tails[at] = value
        length[i] = at
    kept = np.zeros(len(values), dtype=bool)
    want, below = len(tails) - 1, None
    for i in range(len(values) - 1, -1, -1):
        if length[i] == want and (below is None or values[i] <= below):
            kept[i], below, want = True, values[i], want - 1
    return np.flatnonzero(~kept[::-1])


def _in_blocks(collection: Collection, rows: Any, back: Any) -> bool:
    """Whether a field changes at each jump back and hardly elsewhere: the source is one block after another."""
    import polars as pl

    names = [n for n in collection.frame.columns if n not in {collection.time, collection.label}][:FIELDS]
    picked = pl.Series(rows)
    for name in names:
        series = collection.frame[name]
        if series.dtype.is_float() or series.dtype.is_nested() or series.dtype.is_temporal():
            continue
        values = series.gather(picked)
        changes = np.flatnonzero(values.ne_missing(values.shift(1)).to_numpy()[1:])
        if len(changes) <= BLOCKS * len(back) and np.isin(back, changes).all():
            return True
    return False


def _told(collection: Collection, known: dict[str, Any], signed: Any, sign: int, found: tuple[Any, ...]) -> TimeOrder:
    from nohero.sources.moments import said

    order, codes, by, out, place, back = found
    dated = not collection.frame[known["field"]].dtype.is_numeric()
    late = _afternoons(signed[order], codes[order], descending=sign < 0) if dated else out[:0]
    out = late if len(late) else out
    span = float(signed.max() - signed.min()) or 1.0
    low, high = _bounds(signed[order], codes[order], out)
    here = signed[order][out]
    away = np.maximum(np.maximum(low - here, here - high), 0.0) / span
    mistake, explains = (AFTERNOON, len(late)) if len(late) else _mistake(here * sign, low, high, sign, dated=dated) if len(out) else ("", 0)
    names = tuple(collection.items[int(i)] for i in np.sort(place[order[out]]))
    jumps = tuple(
        Jump(row=collection.items[int(place[order[i + 1]])], before=said(signed[order[i]] * sign, dated=dated), after=said(signed[order[i + 1]] * sign, dated=dated)) for i in back[:20].tolist()
    )
    runs = int((np.diff(np.sort(out)) > 1).sum()) + 1 if len(out) else 0
    deepest = float(away.max()) if len(out) else 0.0
    return TimeOrder(**known, by=by, ordered=True, descending=sign < 0, back=len(back), out=names, blocks=runs, deepest=deepest, jumps=jumps, mistake=mistake, explains=explains)


def _bounds(values: Any, codes: Any, out: Any) -> tuple[Any, Any]:
    """(the latest time in order before each row that is out, the earliest after it), float64 [out]; infinite at the ends."""
    held = values.astype(np.float64)
    held[out] = np.nan
    kept = np.flatnonzero(~np.isnan(held))
    at = np.searchsorted(kept, out)
    before, after = kept[np.maximum(at - 1, 0)], kept[np.minimum(at, len(kept) - 1)]
    low = np.where((at > 0) & (codes[before] == codes[out]), held[before], -np.inf)
    high = np.where((at < len(kept)) & (codes[after] == codes[out]), held[after], np.inf)
    return low, high


def _mistake(here: Any, low: Any, high: Any, sign: int, *, dated: bool) -> tuple[str, int]:
    """The way of writing that would put most rows back between their neighbours, and how many."""
    closed = np.isfinite(low) & np.isfinite(high)
    fits: dict[str, Any] = {}
    for name, mended in _mended(here) if dated else _scaled(here):
        right = mended * sign
        fit = closed & (right >= low) & (right <= high) & (mended != here)
        fits[name] = fits.get(name, False) | fit
    best = max(fits, key=lambda name: int(fits[name].sum()))
    explains = int(fits[best].sum())
    return (best, explains) if explains >= max(LEAST_FIT, FIT * len(here)) else ("", 0)


def _mended(here: Any) -> Iterator[tuple[str, Any]]:
    yield "with day and month exchanged", _exchanged(here)
    for sign in (1, -1):
        months = here.astype("datetime64[us]").astype("datetime64[M]")
        rest = here.astype("datetime64[us]") - months.astype("datetime64[us]")
        yield "a year earlier or later", ((months + 12 * sign).astype("datetime64[us]") + rest).astype(np.int64)


def _afternoons(values: Any, codes: Any, *, descending: bool) -> Any:
    """Places of stamps that lost their PM: each falls behind the one before it, and 12 hours later it follows that one closely; empty where some do not."""
    from nohero.sources.moments import DAY

    if descending:
        return np.zeros(0, dtype=np.int64)
    late: list[int] = []
    last, series, astray = None, None, 0
    for i, (value, code) in enumerate(zip(values.tolist(), codes.tolist(), strict=True)):
        if code != series or last is None or value >= last:
            last, series = value, code
        elif 0 <= value + DAY // 2 - last <= DAY // 4:
            last = value + DAY // 2
            late.append(i)
        else:
            astray += 1
    fit = len(late) >= max(LEAST_FIT, FIT * (len(late) + astray)) and len(late) <= SHARE * len(values)
    return np.asarray(late if fit else [], dtype=np.int64)


def _scaled(here: Any) -> Iterator[tuple[str, Any]]:
    """Of numbers: counted in another unit."""
    for times in SCALES:
        yield f"times {times:,}, as if in another unit", here * times
        yield f"divided by {times:,}, as if in another unit", here / times


def _exchanged(here: Any) -> Any:
    """With day and month exchanged, where that makes a day; else as they are."""
    import polars as pl

    stamps = pl.Series("t", here, dtype=pl.Int64).cast(pl.Datetime("us"))
    year, month, day = stamps.dt.year(), stamps.dt.month(), stamps.dt.day()
    known = pl.DataFrame({"y": year, "m": pl.select(pl.when(day <= 12).then(day).otherwise(month)).to_series(), "d": pl.select(pl.when(day <= 12).then(month).otherwise(day)).to_series()})
    turned = known.select(pl.datetime("y", "m", "d", time_unit="us")).to_series()
    return (turned.dt.epoch("us") + (stamps.dt.epoch("us") - stamps.dt.truncate("1d").dt.epoch("us"))).to_numpy()
