"""Axes: where a value stands on the paper, and which round numbers are written beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.report.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterable

NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
MARGIN = 0.04  # share of the range left free at both ends
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LARGEST = 1e280  # beyond it, differences overflow
SMALLEST = 1e-280
NARROW = 0.1  # decades: a logarithmic axis is never shorter


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A range of values laid on a range of the paper."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    ticks: tuple[tuple[float, str], ...] = ()

    def shows(self, value: float) -> bool:
        """Whether the axis has a place for `value`."""
        return has_place(value, log=self.log)

    def at(self, value: float) -> float:
        """Where `value` stands on the paper; ask `shows` first."""
        low, high = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        inner = math.log10(value) if self.log else value
        return self.start + (inner - low) / (high - low) * (self.end - self.start)


def has_place(value: float, *, log: bool = False) -> bool:
    """Whether an axis can be made that shows `value`."""
    return math.isfinite(value) and abs(value) < LARGEST and (value > SMALLEST or not log)


def make_axis(
    values: Iterable[float], *, start: float, end: float, log: bool = False, aim: int = 5, margin: float = MARGIN, pin: float | None = None
) -> Axis:
    """An axis that holds all finite values, with about `aim` ticks; `pin` is an end that must not be padded."""
    kept = [v for v in values if has_place(v, log=log)]
    low, high = (min(kept), max(kept)) if kept else (1.0, 10.0)
    if log:
        low, high = _padded_log(low, high, margin)
        return Axis(low=low, high=high, start=start, end=end, log=True, ticks=log_ticks(low, high, aim))
    low, high = _padded(low, high, margin, pin)
    return Axis(low=low, high=high, start=start, end=end, ticks=linear_ticks(low, high, aim))


def _padded(low: float, high: float, margin: float, pin: float | None) -> tuple[float, float]:
    if high - low <= max(abs(high) * 1e-12, SMALLEST):  # one value only: give it room of its own size
        room = abs(high) * 0.5 if abs(high) > SMALLEST else 0.5
        low, high = (low if low == pin else low - room), high + room
    room = (high - low) * margin
    return (low if low == pin else low - room), (high if high == pin else high + room)


def _padded_log(low: float, high: float, margin: float) -> tuple[float, float]:
    first, last = math.log10(max(low, SMALLEST)), math.log10(max(high, SMALLEST))
    if last - first < NARROW:  # a curve that hardly moves still needs a range
        first, last = first - NARROW, last + NARROW
    room = (last - first) * margin
    return 10 ** (first - room), 10 ** (last + room)


def linear_ticks(low: float, high: float, aim: int) -> tuple[tuple[float, str], ...]:
    """Round numbers between `low` and `high`, about `aim` of them, all with the same number of places."""
    raw = (high - low) / max(1, aim)
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((n * power for n in NICE), key=lambda nice: abs(math.log(nice / raw)))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple((i * step, _tick_text(i * step, step)) for i in range(first, last + 1))


def _tick_text(value: float, step: float) -> str:
    if abs(value) < step / 2:
        return "0"
    if step >= 1e15 or step < 1e-6:
        return number(value, digits=3)
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if step >= size / 10 and abs(value) >= size and (letter != "k" or step >= size):
            return f"{value / size:.3f}".rstrip("0").rstrip(".") + letter
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step, places) != step and abs(round(step, places) / step - 1) > 1e-6:
        places += 1
    return f"{value:,.{places}f}"


def log_ticks(low: float, high: float, aim: int) -> tuple[tuple[float, str], ...]:
    """Powers of ten, thinned when there are many; 1, 2, 5 within them when there are few."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = list(range(first, last + 1))
    if len(powers) >= 3:
        every = math.ceil(len(powers) / (aim + 1))
        return tuple((10.0**p, _power_text(p)) for p in powers if p % every == 0)
    near = range(first - 1, last + 1)
    inside = [m * 10.0**p for p in near for m in (1, 2, 5) if low * 0.999 <= m * 10.0**p <= high * 1.001]
    if len(inside) < 2:
        return tuple(t for t in linear_ticks(low, high, aim) if t[0] > 0)
    return tuple((v, number(v, digits=3)) for v in inside)


def _power_text(power: int) -> str:
    if -3 <= power <= 3:
        return number(10.0**power)
    return "10" + str(power).translate(SUPERSCRIPT)
