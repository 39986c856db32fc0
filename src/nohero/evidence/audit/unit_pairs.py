"""Units that people mix up: which of them turns one group of numbers into another."""

from __future__ import annotations

from typing import Any

from nohero.evidence.audit.two_samples import distance
from nohero.evidence.audit.units import FACTORS

FAHRENHEIT = "degrees Fahrenheit and Celsius"
COLDEST, HOTTEST = -90.0, 212.0  # degrees Celsius and Fahrenheit that are looked for: of air, water and people
FITS = 0.12  # distance of the distributions after the change, for a unit to be named
CLOSE, WELL = 0.015, 0.04  # of the logarithm of the factor that the medians give, and of its standard error: below ten, where many factors lie near each other, and above
MOVED = 0.5  # distance of the distributions before it
FEWEST, SIZES = 100, (300, 1000)  # rows of either side


def unit_between(one: Any, other: Any, *, least: int = FEWEST) -> str:
    """The units by which `one` becomes `other`, or ""; float64 [N] each, nearest rows first: of a series, those far off may have another season."""
    if min(len(one), len(other)) < least:
        return ""
    sizes = (*(s for s in (FEWEST, *SIZES) if s >= least), max(len(one), len(other)))
    tried = (_unit(one[:size], other[:size], factors=size >= min(SIZES)) for size in reversed(sizes))
    return next((units for units in tried if units), "")


def _unit(one: Any, other: Any, *, factors: bool) -> str:
    import numpy as np

    if min(len(one), len(other)) < FEWEST or distance(one, other) < MOVED:
        return ""
    found = [(1.0, "")]
    if one.max() <= HOTTEST and _is_weather(other):
        found.append((distance((one - 32) / 1.8, other), FAHRENHEIT))
    if other.max() <= HOTTEST and _is_weather(one):
        found.append((distance(one * 1.8 + 32, other), FAHRENHEIT))
    if factors and min(one.min(), other.min()) >= 0 and min(np.median(one), np.median(other)) > 0:
        factor, doubt = float(np.log(np.median(other) / np.median(one))), _doubt(one, other)
        within = {by: WELL if by >= 10 else CLOSE for by in FACTORS.values()}
        near = [(by**way, units) for units, by in FACTORS.items() for way in (1, -1) if doubt <= within[by] and abs(factor - way * np.log(by)) <= within[by]]
        found += [(distance(one * by, other), units) for by, units in near]
    best, units = min(found)
    return units if best <= max(FITS, (1 / len(one) + 1 / len(other)) ** 0.5) else ""


def _doubt(one: Any, other: Any) -> float:
    """Standard error of the logarithm of the factor between two medians."""
    import numpy as np

    logs = [np.log(side[side > 0]) for side in (one, other)]
    return 1.2533 * float(np.hypot(*(1.4826 * np.median(np.abs(v - np.median(v))) / np.sqrt(len(v)) for v in logs)))


def _is_weather(celsius: Any) -> bool:
    return bool(celsius.min() >= COLDEST and celsius.max() <= (HOTTEST - 32) / 1.8)
