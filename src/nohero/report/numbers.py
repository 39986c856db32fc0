"""Numbers as people read them: no more digits than the interval justifies, thousands apart, seconds as time."""

from __future__ import annotations

import math

from nohero.run.wording import in_number

PLAIN_DIGITS = 4  # significant digits of a number whose noise is not known
PLAIN_RANGE = (1e-4, 1e15)  # outside of it, powers of ten
TWO_DIGITS_BELOW = 3  # an uncertainty that begins with 1 or 2 keeps a second digit: rounding 0.14 to 0.1 loses a third of it
NAMES = {"nan": "not a number", "inf": "infinite", "-inf": "minus infinite"}


def number(value: float, *, digits: int = PLAIN_DIGITS) -> str:
    """`value` to so many significant digits; whole numbers in full."""
    if not math.isfinite(value):
        return NAMES[str(float(value))]
    if value == int(value) and abs(value) < PLAIN_RANGE[1]:
        return f"{int(value):,}"
    if not PLAIN_RANGE[0] <= abs(value) < PLAIN_RANGE[1]:
        return _scientific(value, digits)
    before = math.floor(math.log10(abs(value))) + 1
    text = f"{value:,.{max(0, digits - before)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def decimals(low: float, high: float) -> int | None:
    """How many places after the point an interval justifies; negative for tens, None if the interval says nothing."""
    half = (high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return None
    exponent = math.floor(math.log10(half))
    first = half / 10**exponent
    return -exponent + (1 if first < TWO_DIGITS_BELOW else 0)


def fixed(value: float, places: int | None) -> str:
    """`value` to so many places after the point; as `number` would have it when `places` is None or the value is far too large."""
    if places is None or not math.isfinite(value) or abs(value) >= PLAIN_RANGE[1] or places > PLAIN_DIGITS * 2:
        return number(value)
    rounded = round(value, places) + 0.0  # + 0.0 turns -0.0 into 0.0
    return f"{rounded:,.{max(0, places)}f}"


def with_interval(value: float, low: float | None, high: float | None, unit: str = "") -> str:
    """'0.912 [0.893, 0.931] nats': all three to the digits the interval justifies."""
    after = f" {unit}" if unit else ""
    if low is None or high is None:
        return in_number(number(value) + after)
    places = decimals(low, high)
    return f"{fixed(value, places)} [{fixed(low, places)}, {fixed(high, places)}]{after}"


def duration(seconds: float) -> str:
    """'0.42 s', '3.1 s', '2 min 5 s', '1 h 2 min'."""
    if not math.isfinite(seconds) or seconds < 0:
        return number(seconds)
    if seconds < 0.9995:
        return f"{seconds:.2g} s" if seconds >= 0.01 else f"{seconds * 1000:.2g} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s".removesuffix(" 0 s")
    return f"{whole // 3600:,} h {whole % 3600 // 60} min".removesuffix(" 0 min")


def count(number_of: int, thing: str) -> str:
    """'1 check', '1,043 checks'."""
    return f"{number_of:,} {thing}" if number_of == 1 else f"{number_of:,} {thing}s"
