"""Units that people mix up: which of them turns one group of numbers into another."""

from __future__ import annotations

from typing import Any

from nohero.evidence.audit.two_samples import distance

FACTORS = {
    "miles and kilometres": 1.609344, "knots and km/h": 1.852, "knots and mph": 1.15078, "pounds and kilograms": 2.2046226, "mph and m/s": 2.23694, "centimetres and inches": 2.54, "feet and metres": 3.28084,
    "km/h and m/s, or m3/h and l/s": 3.6, "litres and gallons": 3.785412, "times ten": 10.0, "feet and inches": 12.0, "mg/dL and mmol/L of glucose": 18.016, "hours and days": 24.0, "millimetres and inches": 25.4, "grams and ounces": 28.3495,
    "mg/dL and mmol/L of cholesterol": 38.67, "minutes and hours, or seconds": 60.0, "hundredths, such as cents": 100.0, "thousandths": 1000.0, "millionths": 1e6,
}  # fmt: skip
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

    if min(len(one), len(other)) < FEWEST or _distance(one, other) < MOVED:
        return ""
    found = [(1.0, "")]
    if one.max() <= HOTTEST and _is_weather(other):
        found.append((_distance((one - 32) / 1.8, other), FAHRENHEIT))
    if other.max() <= HOTTEST and _is_weather(one):
        found.append((_distance(one * 1.8 + 32, other), FAHRENHEIT))
    if factors and min(one.min(), other.min()) >= 0 and min(np.median(one), np.median(other)) > 0:
        factor, doubt = float(np.log(np.median(other) / np.median(one))), _doubt(one, other)
        within = {by: WELL if by >= 10 else CLOSE for by in FACTORS.values()}
        near = [(by**way, units) for units, by in FACTORS.items() for way in (1, -1) if doubt <= within[by] and abs(factor - way * np.log(by)) <= within[by]]
        found += [(_distance(one * by, other), units) for by, units in near]
    best, units = min(found)
    return units if best <= max(FITS, (1 / len(one) + 1 / len(other)) ** 0.5) else ""


def _doubt(one: Any, other: Any) -> float:
    """Standard error of the logarithm of the factor between two medians."""
    import numpy as np

    logs = [np.log(side[side > 0]) for side in (one, other)]
    return 1.2533 * float(np.hypot(*(1.4826 * np.median(np.abs(v - np.median(v))) / np.sqrt(len(v)) for v in logs)))


def _is_weather(celsius: Any) -> bool:
    return bool(celsius.min() >= COLDEST and celsius.max() <= (HOTTEST - 32) / 1.8)


def _distance(one: Any, other: Any) -> float:
    return distance(one, other)
