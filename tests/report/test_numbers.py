"""Numbers show what is known and no more."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.report.numbers import count, decimals, duration, fixed, number, with_interval

ANY = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (-0.0, "0"),
        (5.0, "5"),
        (1043, "1,043"),
        (11144.0, "11,144"),
        (2.302585, "2.303"),
        (21.5, "21.5"),
        (0.1185, "0.1185"),
        (1234.56, "1,235"),
        (-1234.56, "-1,235"),
        (0.00031, "0.00031"),
        (0.000031, "3.1e-5"),
        (1.25e-9, "1.25e-9"),
        (2e15, "2e15"),
        (1e300, "1e300"),
        (math.nan, "not a number"),
        (math.inf, "infinite"),
        (-math.inf, "minus infinite"),
    ],
)
def test_number(value, shown):
    assert number(value) == shown


def test_digits_are_significant_ones():
    assert number(2.302585, digits=3) == "2.3"
    assert number(0.0412345, digits=3) == "0.0412"
    assert number(math.pi, digits=6) == "3.14159"


@pytest.mark.parametrize(
    ("low", "high", "places"),
    [
        (0.094, 0.148, 3),
        (0.981, 0.987, 3),
        (0.98, 1.0, 3),
        (20.8, 22.2, 1),
        (100, 300, -1),
        (0, 2000, -2),
        (1, 1, None),
        (2, 1, None),
        (math.nan, 1, None),
        (0, math.inf, None),
    ],
)
def test_decimals_follow_the_interval(low, high, places):
    assert decimals(low, high) == places


def test_all_three_numbers_have_the_digits_of_the_interval():
    assert with_interval(0.11849, 0.0943, 0.14811) == "0.118 [0.094, 0.148]"
    assert with_interval(21.5, 20.81, 22.19, "nats") == "21.5 [20.8, 22.2] nats"
    assert with_interval(1234.5, 1000, 1500) == "1,230 [1,000, 1,500]"


def test_without_an_interval_the_number_stands_alone():
    assert with_interval(0.31, None, None, "nats") == "0.31 nats"
    assert with_interval(0.31, 0.2, None) == "0.31"


def test_an_empty_interval_says_nothing_about_digits():
    assert with_interval(0.5, 0.5, 0.5) == "0.5 [0.5, 0.5]"
    assert with_interval(math.nan, 0.1, 0.2).startswith("not a number")


def test_rounding_to_zero_has_no_sign():
    assert fixed(-0.001, 2) == "0.00"


@given(ANY, ANY, ANY)
def test_every_float_can_be_said(value, low, high):
    assert with_interval(value, low, high)
    assert number(value)
    assert duration(value)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 ms"),
        (0.0042, "4.2 ms"),
        (0.42, "0.42 s"),
        (0.9999, "1.0 s"),
        (3.14, "3.1 s"),
        (9.96, "10 s"),
        (42.4, "42 s"),
        (59.7, "1 min"),
        (125, "2 min 5 s"),
        (3599.6, "1 h"),
        (3725, "1 h 2 min"),
        (math.inf, "infinite"),
        (-1, "-1"),
    ],
)
def test_duration(seconds, shown):
    assert duration(seconds) == shown


def test_counting():
    assert count(1, "check") == "1 check"
    assert count(0, "check") == "0 checks"
    assert count(1043, "row") == "1,043 rows"
