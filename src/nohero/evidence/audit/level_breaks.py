"""Rows from which on, or between which, a field of numbers has another level or another spread, at once and once alone.

Seasons, trends, walks, sorted fields and groups of rows move a field all along its rows; what is looked for moves it at one row, or at two, and
nowhere else nearly as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.two_samples import distance

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = 20_000  # of a field looked at, evenly
LEAST, DISTINCT = 120, 10  # numbers of a field, and different ones
ATOM = 0.2  # a value of so many rows, such as no rain, is left out
SORTED = 0.95  # of the steps that go one way, from which on a field counts as sorted
SHORTEST = 30  # rows of a stretch
WINDOWS, INSIDE = 1000, 32  # neighbouring windows a field at most, and numbers looked at in each: bounds the work
TIMES, MANY = 2.0, 3.0  # the step against the largest elsewhere; noise alone stays below, measured on 5,000 fields of 110 sources
APART, SHIFTED = 0.85, 0.6  # of pairs of numbers from either side that are in one order, less those in the other
ALIKE = 0.25  # distance of the two sides' distributions, each about its median
AT_ONCE = 0.7  # of the step that its nearest rows make already
NEAR, THIN = 1000, 300  # rows of either side compared, and how many of them
LOOSE = 0.3  # correlation of neighbouring rows, below which a spread that changes is no calm or rough time


@dataclass(frozen=True, kw_only=True)
class Step:
    """One or two places where the field moves."""

    cuts: tuple[int, ...]  # first places of the new level, and of the old one again
    times: float  # the step against the largest elsewhere
    what: str  # level or spread


def steps_of(values: Any) -> Step | None:
    """The sharpest; `values` are finite float64 [N] in the order of the rows, of which an even few are looked at, and all of them beside the step."""
    stride = max(1, len(values) // ROWS)
    step = _step(values[::stride])
    if step is None or stride == 1:
        return step
    cuts = (min(len(values), cut * stride) for cut in step.cuts)
    exact = (_cut(values, cut, 8 * stride) for cut in cuts) if step.what == "level" else cuts
    return Step(cuts=tuple(exact), times=step.times, what=step.what)


def _step(values: Any) -> Step | None:
    import numpy as np

    if len(values) < LEAST or len(np.unique(values)) < DISTINCT or _is_sorted(values):
        return None
    kept = np.flatnonzero(values != commonest(values))
    level = _sharpest(even(values[kept]), kept, "level", len(values))
    if level is not None:
        return level
    away = np.abs(values - np.median(values))
    kept = np.flatnonzero(away > 0)
    order = np.argsort(np.argsort(away))
    if np.corrcoef(order[1:], order[:-1])[0, 1] > LOOSE:
        return None
    return _sharpest(np.log(away[kept]), kept, "spread", len(values))


def commonest(values: Any) -> float:
    """The value of so many rows that it is left out, or nan."""
    import numpy as np

    different, counts = np.unique(values[:: max(1, len(values) // ROWS)], return_counts=True)
    return float(different[counts.argmax()]) if counts.max() >= ATOM * counts.sum() else float("nan")


def even(values: Any) -> Any:
    """Logarithms where the numbers are positive and wide."""
    import numpy as np

    low, high = np.quantile(values, (0.01, 0.99)) if len(values) else (0.0, 0.0)
    return np.log(values) if len(values) and values.min() > 0 and high > 5 * low else values


def _is_sorted(values: Any) -> bool:
    import numpy as np

    ways = np.sign(np.diff(values))
    up, down = int((ways > 0).sum()), int((ways < 0).sum())
    return max(up, down) >= SORTED * (up + down)


def _sharpest(values: Any, kept: Any, what: str, n: int) -> Step | None:
    if len(values) < LEAST:
        return None
    found = [(times, cuts) for times, cuts in _candidates(values) if _is_break(values, cuts, times)]
    if not found:
        return None
    times, cuts = max(found)
    return Step(cuts=tuple(int(kept[c]) if c < len(kept) else n for c in cuts), times=times, what=what)


def _candidates(values: Any) -> Iterator[tuple[float, tuple[int, ...]]]:
    """(how many times the next largest step, where) at each width of the windows."""
    import numpy as np

    n, width = len(values), max(4, len(values) // WINDOWS)
    while 8 * width <= n:
        stride = max(1, width // 4)
        windows = np.lib.stride_tricks.sliding_window_view(values, width)[::stride, :: max(1, width // INSIDE)]
        middles, lag = np.median(windows, axis=1), width // stride
        steps = middles[lag:] - middles[:-lag]
        at, left, peaks = np.arange(len(steps)) * stride + width, np.abs(steps), []
        for _ in range(3):
            k = int(left.argmax())
            peaks.append((int(at[k]), float(steps[k])))
            left = np.where(np.abs(at - at[k]) <= 2 * width, 0.0, left)
        (one, first), (two, second), (_, third) = peaks
        if first * second < 0 and abs(second) >= TIMES * abs(third) and third:
            yield abs(second / third), tuple(sorted((_cut(values, one, width), _cut(values, two, width))))
        if second and abs(first) >= TIMES * abs(second):
            yield abs(first / second), (_cut(values, one, width),)
        width *= 2


def _cut(values: Any, at: int, width: int) -> int:
    """The row that divides the two levels best."""
    import numpy as np

    low, high = max(0, at - width - width // 2), min(len(values), at + width + width // 2)
    before, after = np.median(values[max(0, at - width) : at]), np.median(values[at : at + width])
    side = np.where(values[low:high] <= (before + after) / 2, 1, -1) * np.sign(after - before)
    return low + int(np.cumsum(side).argmax()) + 1


def _is_break(values: Any, cuts: tuple[int, ...], times: float) -> bool:
    """Whether each side of each cut is another distribution, or the same one moved, from the first row on."""
    ends = (0, *cuts, len(values))
    sides = [values[i:j] for i, j in pairwise(ends)]
    if min(len(s) for s in sides) < SHORTEST:
        return False
    return all(_differs(a, b, times) and _at_once(a, b) for a, b in pairwise(sides))


def _differs(before: Any, after: Any, times: float) -> bool:
    import numpy as np
    size = min(len(before), len(after), NEAR)
    one, other = thin(before[-size:]), thin(after[:size])
    order = abs(float(np.sign(other[None] - one[:, None]).mean()))
    if order >= APART:
        return True
    return times >= MANY and order >= SHIFTED and distance(one - np.median(one), other - np.median(other)) <= ALIKE


def thin(values: Any) -> Any:
    """An even few."""
    return values[:: max(1, len(values) // THIN)]


def _at_once(before: Any, after: Any) -> bool:
    """Whether the nearest rows differ as much as those farther off do."""
    import numpy as np

    size = min(len(before), len(after), NEAR)
    whole = abs(float(np.median(after[:size]) - np.median(before[-size:])))
    return all(abs(float(np.median(after[:k]) - np.median(before[-k:]))) >= AT_ONCE * whole for k in (16, 64) if k <= size)
