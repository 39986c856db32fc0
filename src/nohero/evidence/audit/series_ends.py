"""Series that hold one value to their end while others move, series with gaps inside, and token numbers that are filled up on two sides.

Legend: M items that are looked at, T steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.step_arrays import end_runs, last_steps, steps_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
LEAST = 20  # items
LONG, STEPS_HELD = 0.15, 4  # of a series, and steps, that are one value at its end
USUAL = 0.95  # of the other items have a run at most a third as long
THIRD = 3.0
INNER = 2.0  # times as long as any run of one value inside nearly all items: where values are coarse they stand still anywhere
TOKENS = 20  # different whole numbers that a sequence of tokens has
INSIDE = 0.005  # of the numbers between the ends are the filling: a zero among counts is a count
NAMES = 0.5  # correlation of neighbours: numbers of tokens are names, amounts go on as they were (sales before a thing was sold are zero, and after)
ONE_SIDED = 0.95  # of the items that are filled at all are so on one side alone


@dataclass(frozen=True, kw_only=True)
class HeldEnd:
    """Items whose last steps are of one value."""

    series: str
    rows: tuple[int, ...]
    share: float  # of the item whose end is longest
    of: int
    one_value: bool  # the same in nearly all of them: a filling


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """Items with missing values among their numbers."""

    series: str
    rows: tuple[int, ...]
    of: int


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Sequences that are filled up at the beginning, and at the end."""

    series: str
    value: float
    left: tuple[int, ...]
    right: tuple[int, ...]
    of: int


@dataclass(frozen=True, kw_only=True)
class SeriesEnds:
    """Of every channel and vector."""

    held: tuple[HeldEnd, ...]
    gaps: tuple[Gaps, ...]
    sides: tuple[Sides, ...]
    series: int
    items: Sequence[str]


def measure(collection: Collection) -> SeriesEnds:
    """Channel by channel."""
    from nohero.setup.refusal import Unmeasurable

    held, gaps, sides, seen = [], [], [], 0
    if collection.kind == "row" and collection.whole is None:
        arrays = {of for _, of in collection.derived.values()}
        for name, places, steps in steps_of(collection):
            if len(places) < LEAST:
                continue
            seen += 1
            if (tokens := _sides(name, places, steps)) is not None:
                sides.append(tokens)
            elif (end := _held(name, places, steps)) is not None:
                held.append(end)
            if name in arrays and (gap := _gaps(name, places, steps)) is not None:
                gaps.append(gap)
    if not seen:
        raise Unmeasurable("there are no series of numbers")
    return SeriesEnds(held=tuple(held), gaps=tuple(gaps), sides=tuple(sides), series=seen, items=collection.items)


def _held(name: str, places: Any, steps: Any) -> HeldEnd | None:
    """Items that stand still for a good part of their length, where nothing else does."""
    import numpy as np

    runs, lengths = end_runs(steps), last_steps(steps) + 1
    share = runs / lengths
    long = (share >= LONG) & (runs >= STEPS_HELD)
    if not long.any() or long.all():
        return None
    shortest = runs[long].min()
    inner = _inner_runs(steps[~long][:2000], runs[~long][:2000], lengths[~long][:2000])
    if np.quantile(runs[~long], USUAL) * THIRD > shortest or np.quantile(inner, USUAL) * INNER > shortest:
        return None
    values = steps[np.flatnonzero(long), lengths[long] - 1]
    commonest = int(np.unique(values, return_counts=True)[1].max())
    return HeldEnd(series=name, rows=tuple(places[long].tolist()), share=float(share[long].max()), of=len(places), one_value=bool(commonest >= 0.5 * len(values)))


def _inner_runs(steps: Any, runs: Any, lengths: Any) -> Any:
    """int64 [M]: the longest run of one value before the end's own."""
    import numpy as np

    longest = np.ones(len(steps), dtype=np.int64)
    now = np.ones(len(steps), dtype=np.int64)
    for t in range(1, steps.shape[1]):
        now = np.where(steps[:, t] == steps[:, t - 1], now + 1, 1)
        longest = np.where((t < lengths - runs) & (now > longest), now, longest)
    return longest


def _gaps(name: str, places: Any, steps: Any) -> Gaps | None:
    """Missing values before the last number of an item."""
    import numpy as np

    before = np.arange(steps.shape[1]) < last_steps(steps)[:, None]
    rows = np.flatnonzero((np.isnan(steps) & before).any(axis=1))
    return Gaps(series=name, rows=tuple(places[rows].tolist()), of=len(places)) if len(rows) else None


def _sides(name: str, places: Any, steps: Any) -> Sides | None:
    """Of whole numbers of many values with a filling that stands at the ends alone."""
    import numpy as np

    if np.isnan(steps).any() or (steps != np.round(steps)).any() or len(np.unique(steps[:200])) < TOKENS:
        return None
    ends = np.concatenate([steps[:, 0], steps[:, -1]])
    values, counts = np.unique(ends, return_counts=True)
    value = float(values[counts.argmax()])
    filling = steps == value
    left = np.where(filling.all(axis=1), 0, np.argmin(filling, axis=1))
    right = np.where(filling.all(axis=1), 0, np.argmin(filling[:, ::-1], axis=1))
    inside = filling.sum() - left.sum() - right.sum() - filling.all(axis=1).sum() * steps.shape[1]
    total = (~filling).sum() + inside
    filled = (left > 0) | (right > 0)
    if not filled.any() or inside > INSIDE * max(total, 1) or ((left > 0) & (right > 0)).sum() > (1 - ONE_SIDED) * filled.sum():
        return None
    pair = (~filling[:, 1:]) & (~filling[:, :-1])
    one, next_ = steps[:, :-1][pair], steps[:, 1:][pair]
    if len(one) < LEAST or not one.std() or not next_.std() or abs(np.corrcoef(one, next_)[0, 1]) > NAMES:
        return None
    by_left, by_right = (places[np.flatnonzero((a > 1) & (b == 0))] for a, b in ((left, right), (right, left)))
    return Sides(series=name, value=value, left=tuple(by_left.tolist()), right=tuple(by_right.tolist()), of=len(places))
