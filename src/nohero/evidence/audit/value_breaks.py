"""Rows from which on a field is written otherwise: numbers on a coarser grid, a category that ends where another begins, a field that ends where one of like name begins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.name_likeness import LIKE, likeness

if TYPE_CHECKING:
    import polars as pl

ROWS = 20_000  # of a field looked at, evenly
RUN, FINE, OTHER = 40, 0.35, 4.0  # rows on the coarse grid; share of the others that lie on it too; the run against the next longest
CHANCE = math.log(1e-9)
PART = 0.02  # of the rows at least
DISTINCT, ATOM = 8, 0.2  # different values of the run, and the share of a value, such as no rain, that is left out
MISSED = 20.0  # times that a value would have come if it went on: e^-20 by chance
APART = 4.0  # usual distances between two of a value within which one ends and the other begins
RUNNERS = 0.3  # share of the rows of the categories that go on
MOST, SCALE = 60, 4  # categories, and different numbers of a scale
RATES = 0.25  # logarithm of the rates of two values of unlike names at most
FILLED = 0.5


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is so up to a place and otherwise from it on."""

    first: int  # places in the order of the rows: where the odd stretch begins
    last: int  # and the last of it
    before: str
    after: str
    alike: bool = False  # two names of one spelling


def coarser(values: Any) -> Change | None:
    """The stretch of numbers on a grid that the others are not on; float64 [N] in the order of the rows."""
    import numpy as np

    stride = max(1, len(values) // ROWS)
    some = values[::stride]
    different, counts = np.unique(some, return_counts=True)
    if len(some) < 3 * RUN or len(different) < 3 * DISTINCT:
        return None
    kept = np.flatnonzero(some != different[counts.argmax()]) if counts.max() >= ATOM * len(some) else np.arange(len(some))
    for step in (100.0, 10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01, 0.001):
        on = on_grid(some[kept], step)
        if not 0.02 < on.mean() < 0.995:
            continue
        start, length, next_longest = longest(on)
        rest = np.concatenate([on[:start], on[start + length :]])
        run = some[kept[start : start + length]]
        share = max(float(rest.mean()), 0.01) if len(rest) >= RUN else 1.0
        if length < max(RUN, PART * len(on)) or share > FINE or next_longest * OTHER > length or length * math.log(share) + math.log(len(on)) > CHANCE or len(np.unique(run)) < DISTINCT:
            continue
        middle = int(kept[start + length // 2]) * stride
        first, last = around(on_grid(values, step) | (values == different[counts.argmax()]), middle)
        return Change(first=first, last=last, before=f"{share:.0%}", after=f"{step:g}")
    return None


def on_grid(values: Any, step: float) -> Any:
    """Bool [N]: multiples of a step, as near as 64 bits tell."""
    import numpy as np

    times = values / step
    whole = np.round(times)
    return (np.abs(times - whole) <= 4 * np.spacing(np.abs(times)) + 1e-9) & ((whole != 0) | (values == 0))


def around(on: Any, middle: int) -> tuple[int, int]:
    """(first, last) of the run of True that a place lies in."""
    import numpy as np

    off = np.flatnonzero(~on)
    k = int(np.searchsorted(off, middle))
    return (int(off[k - 1]) + 1 if k else 0), (int(off[k]) - 1 if k < len(off) else len(on) - 1)


def longest(on: Any) -> tuple[int, int, int]:
    """(start, length, length of the next longest) of runs of True."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    if not len(lengths):
        return 0, 0, 0
    k = int(lengths.argmax())
    rest = np.delete(lengths, k)
    return int(starts[k]), int(lengths[k]), int(rest.max()) if len(rest) else 0


def renamed(series: pl.Series) -> list[Change]:
    """Values that end where others begin, while most go on; in the order of the rows.

    Rows of one value that follow one another count once: where a file lies in blocks, that a value does not come again says nothing.
    """
    import polars as pl

    rows = pl.DataFrame({"value": series, "place": pl.int_range(len(series), eager=True)}).drop_nulls()
    told = rows.filter((pl.col("value") != pl.col("value").shift()).fill_null(value=True))
    n = told.height
    if not n or told["value"].slice(0, ROWS).n_unique() > MOST or told["value"].n_unique() > MOST:
        return []
    spans = told.group_by("value").agg(pl.col("place").min().alias("first"), pl.len().alias("count")).join(rows.group_by("value").agg(pl.col("place").max().alias("last")), on="value").select("value", "first", "last", "count").sort("first", "last")
    end = int(rows["place"][-1])
    seen = [Span(str(v), f, last, c, c / (last - f + 1)) for v, f, last, c in spans.iter_rows() if c >= MISSED]
    ended = [s for s in seen if (end - s.last) * s.rate >= MISSED]
    begun = [s for s in seen if s.first * s.rate >= MISSED]
    found = []
    for old in ended:
        near = [new for new in begun if new is not old and -1.0 <= (new.first - old.last) * min(old.rate, new.rate) <= APART and abs(new.first - old.last) <= 0.05 * rows.height]
        if not near:
            continue
        new = max(near, key=lambda s: likeness(old.value, s.value))
        going = [s for s in seen if s.first < old.last and s.last > new.first and s not in (old, new)]
        elsewhere = [s for s in {*ended, *begun} if s not in going and s not in (old, new)]
        if sum(s.count for s in going) < RUNNERS * n or len(elsewhere) > len(going):
            continue
        if not told["value"].dtype.is_numeric():
            alike = likeness(old.value, new.value) >= LIKE
            if alike or abs(math.log(old.rate / new.rate)) <= RATES:
                found.append(Change(first=new.first, last=end, before=old.value, after=new.value, alike=alike))
        elif (scales := _moved(told, new.first)) is not None:
            found.append(Change(first=new.first, last=end, before=scales[0], after=scales[1], alike=True))
    return found if len({c.after for c in found}) == len(found) else []


@dataclass(frozen=True)
class Span:
    """Where a value comes."""

    value: str
    first: int
    last: int
    count: int  # of its runs
    rate: float  # of those to the rows between


def _moved(told: pl.DataFrame, cut: int) -> tuple[str, str] | None:
    """The two scales of whole numbers where one is counted from another number on from here: 0 to 5 instead of 1 to 6."""
    before, after = (sorted(told.filter(side)["value"].unique()) for side in (told["place"] < cut, told["place"] >= cut))
    moved = len(before) == len(after) >= SCALE and before != after and len({a - b for a, b in zip(before, after, strict=True)}) == 1
    return (f"{before[0]:g} to {before[-1]:g}", f"{after[0]:g} to {after[-1]:g}") if moved else None


def followed(frame: pl.DataFrame) -> list[tuple[str, str, Change]]:
    """Fields filled up to a row, and fields of like names filled from it on alone."""
    import polars as pl

    gaps = [s.name for s in frame if 0 < s.null_count() < frame.height]
    place = pl.int_range(frame.height, eager=True)
    spans = {}
    for name in gaps:
        full = place.filter(frame[name].is_not_null())
        first, last = int(full[0]), int(full[-1])
        if len(full) >= max(RUN, FILLED * (last - first + 1)):
            spans[name] = (first, last)
    found = []
    for old, (_, last) in spans.items():
        for new, (first, end) in spans.items():
            if 0 < first - last <= RUN and end > first and likeness(old, new) >= LIKE:
                found.append((old, new, Change(first=first, last=end, before=old, after=new, alike=True)))
    return found
