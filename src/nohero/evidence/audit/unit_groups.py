"""Groups of one field's values that are the others times a factor: far from these, of their shape, with next to nothing between."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.two_samples import chance
from nohero.evidence.audit.units import FACTORS

if TYPE_CHECKING:
    from nohero.data.tally import Tally

DISTINCT = 10  # values that a field needs to be a number rather than a code
LEAST = 40  # values
BELOW = 0.01  # of the values are negative, at most, in a field that has a unit of this kind
FAR, NEAR = 6.0, 4.5  # robust deviations of the logarithm: a far group, and where the bulk ends
SEVERAL = 5  # values of each of several far groups
VALLEY = 0.25  # of the far group may lie between
ALIKE = 0.01  # chance of shapes as different from one source
MEDIAN = 1.2533  # standard error of a median over that of a mean
EVEN, TAILS = 1.4826, 2.563  # of a normal law: standard deviation over the middle deviation; tenth to ninetieth percentile in deviations
SAMPLE, SURELY = 50_000, 20  # values looked at for shapes, and of these between a tail and its bulk, from which there is no gap
LEAST_FACTOR = 1.5  # of units that leave a group apart; nearer ones (knots and miles) are told where a stretch changes alone
SMALL, TAIL = 9.0, 3.0  # a factor below which nature has groups apart too; robust deviations from both middles, between which the two are joined by a tail
FIGURES = 6  # that two values must share to be the same one


def has_units(tally: Tally) -> bool:
    """Whether groups are looked for among these values: many of them, of different sizes, hardly any below zero."""
    return tally.n >= LEAST and len(tally.values) >= DISTINCT and float(tally.counts[tally.values < 0].sum()) <= BELOW * tally.n and int((tally.values > 0).sum()) >= DISTINCT


def unit_of(tally: Tally, values: Any) -> tuple[str, float, Any, float] | None:
    """(unit, the factor, bool [different values], the standard error of the factor's logarithm); zeros and the few values below have no unit, and are left aside."""
    import numpy as np

    if not has_units(tally):
        return None
    some = values[:: max(1, len(values) // SAMPLE)]
    if len(some) < len(values) and _runs_out(np.log(some[some > 0]), np.log(tally.values[tally.values > 0][[2, -3]])):
        return None
    positive = values[values > 0]
    found = _unit(positive)
    return None if found is None else ("unit", found[0], np.isin(tally.values, positive[found[1]]), found[2])


def _runs_out(logs: Any, ends: Any) -> bool:
    """Whether a sample of the logarithms, and the third different one from either end, tell surely that no group lies apart: none is far, or the tail runs on without a gap."""
    import numpy as np

    if len(logs) < DISTINCT:
        return True
    z, last = ((v - np.median(logs)) / max(_spread(logs), 1e-9) for v in (logs, ends))
    tails = [s for s, end in ((1, last[1]), (-1, -last[0])) if end > NEAR]
    return all(((s * z > NEAR) & (s * z <= FAR)).sum() > max(SURELY, 2 * VALLEY * (s * z > FAR).sum()) for s in tails)


def _unit(values: Any) -> tuple[float, Any, float] | None:
    """(the factor, which, the standard error of the factor's logarithm)."""
    import numpy as np

    logs = np.log(values)
    middle, spread = float(np.median(logs)), _spread(logs)
    if spread <= 1e-9:
        return None
    z = (logs - middle) / spread
    side = 1 if (z > FAR).sum() >= (z < -FAR).sum() else -1
    far, between = side * z > FAR, (side * z > NEAR) & (side * z <= FAR)
    if far.sum() < 3 or far.sum() > len(values) / 3 or between.sum() > VALLEY * far.sum():
        return None
    far = _largest_group(side * z, far)
    shape = _spread(logs[far])
    if len(np.unique(values[far])) < 3 or not spread / 4 <= shape <= 2 * spread or float(np.ptp(logs[far])) > float(np.median(logs[far]) - middle) * side:
        return None
    doubt = MEDIAN * math.hypot(shape / math.sqrt(far.sum()), spread / math.sqrt(len(values)))
    factor = float(np.exp(np.median(logs[far]) - np.median(logs[~far])))
    if max(factor, 1 / factor) < SMALL and _joined(side * z, side * (logs - np.median(logs[far])) / max(shape, 1e-9), far):
        return None
    return (factor, far, doubt) if _of_one_shape(values[far], values[side * z <= NEAR], factor, doubt) else None


def _joined(above: Any, below: Any, far: Any) -> bool:
    """Whether values run on from the bulk to the group, by robust deviations from the middle of either: a long tail that ends in a heap, and no second unit."""
    bridge = (above > TAIL) & (below < -TAIL)
    return bool(bridge.sum() > VALLEY * (far & ~bridge).sum())


def _spread(logs: Any) -> float:
    """A standard deviation that far values leave alone; where most values are one, that of the outer ones."""
    import numpy as np

    middle = EVEN * float(np.median(np.abs(logs - np.median(logs))))
    return middle if middle > 1e-9 else float(np.diff(np.quantile(logs, [0.1, 0.9]))[0]) / TAILS


def _largest_group(z: Any, far: Any) -> Any:
    """The far values, or the largest group of them where they are two or more groups, each with a gap as wide as a bulk before it."""
    import numpy as np

    ordered = np.sort(z[far])
    ends = np.flatnonzero(np.diff(ordered) > FAR)
    sizes = np.diff(np.concatenate([[0], ends + 1, [len(ordered)]]))
    if len(sizes) < 2 or sizes.min() < SEVERAL:
        return far
    first = int(np.concatenate([[0], np.cumsum(sizes)])[np.argmax(sizes)])
    return far & (z >= ordered[first]) & (z <= ordered[first + sizes.max() - 1])


def _of_one_shape(group: Any, bulk: Any, factor: float, doubt: float) -> bool:
    """Whether a group may be drawn from the bulk (two samples, Kolmogorov and Smirnov): both brought to their medians, or by the factor of two units, which keeps prices that are the same the same."""
    import numpy as np

    bulk = bulk[:SAMPLE]
    if chance(np.log(group) - np.median(np.log(group)), np.log(bulk) - np.median(np.log(bulk))) > ALIKE:
        return True
    exact = [f for unit in FACTORS.values() if unit >= LEAST_FACTOR for f in (unit, 1 / unit) if abs(math.log(factor / f)) <= 2 * doubt + 0.1]
    return any(chance(_figures(group / f), _figures(bulk)) > ALIKE for f in exact)


def _figures(values: Any) -> Any:
    """Rounded to so many figures."""
    import numpy as np

    scale = 10.0 ** (FIGURES - 1 - np.floor(np.log10(values)))
    return np.round(values * scale) / scale
