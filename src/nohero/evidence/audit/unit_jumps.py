"""The one row, or the two, at which a series that moves little from row to row goes up or down by a power of ten, however short the stretch and whatever its trend."""

from __future__ import annotations

from typing import Any

from nohero.evidence.audit.units import FACTORS

TENS = {units: factor for units, factor in FACTORS.items() if factor in (10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e9)}  # others lie too near each other for one step to tell them apart
SHORTEST = 6  # rows of the stretch, and beside it: fewer are outliers
LOOSE = 0.05  # deviation of the usual steps of the logarithm: of what moves more from row to row no step says anything
NEAR, STEPS = 0.02, 4.0  # of the logarithm of the factor, at least, and in usual steps
TIMES = 5.0  # the step against the next largest
POSITIVE = 0.98  # of the values


def unit_jump(values: Any) -> tuple[tuple[int, ...], str] | None:
    """(first places of the other unit, and of the first one again, the units); finite float64 [N] in the order of the rows."""
    import numpy as np

    kept = np.flatnonzero(values > 0)
    if len(kept) < max(4 * SHORTEST, POSITIVE * len(values)):
        return None
    steps = np.diff(np.log(values[kept]))
    usual = 1.4826 * float(np.median(np.abs(steps - np.median(steps))))
    largest = np.argsort(-np.abs(steps))[:3]
    one, two, three = (abs(float(steps[k])) for k in largest)
    if usual > LOOSE or not one:
        return None
    near = max(NEAR, STEPS * usual)
    units = next((u for u, f in TENS.items() if abs(one - np.log(f)) <= near), "")
    back = abs(one - two) <= 2 * near and steps[largest[0]] * steps[largest[1]] < 0
    cuts = sorted(int(k) + 1 for k in largest[: 2 if back else 1])
    ends = np.diff([0, *cuts, len(kept)])
    if not units or one < TIMES * (three if back else two) or ends.min() < SHORTEST:
        return None
    if len(cuts) == 1 and cuts[0] < len(kept) / 2:
        return (0, int(kept[cuts[0]])), units
    return tuple(int(kept[c]) for c in cuts), units
