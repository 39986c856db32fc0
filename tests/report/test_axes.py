"""Axes hold every value, and their ticks are few, round and different."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.report.axes import make_axis

VALUES = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20)


@given(VALUES, st.booleans())
def test_every_shown_value_lies_on_the_paper(values, log):
    axis = make_axis(values, start=40, end=400, log=log)
    for value in values:
        if axis.shows(value):
            assert 39.9 <= axis.at(value) <= 400.1
    for value, text in axis.ticks:
        assert 39 <= axis.at(value) <= 401
        assert text


@given(VALUES, st.booleans())
def test_ticks_are_few_and_rising(values, log):
    axis = make_axis(values, start=0, end=100, log=log)
    places = [value for value, _ in axis.ticks]
    assert places == sorted(places)
    assert len(places) <= 14


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_linear_ticks_have_different_names(low, span):
    axis = make_axis([low, low + span], start=0, end=100)
    texts = [text for _, text in axis.ticks]
    assert len(texts) >= 2
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0, 1], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([0, 5000], ["0", "1k", "2k", "3k", "4k", "5k"]),
        ([0.81, 0.99], ["0.85", "0.90", "0.95"]),
        ([0, 2_500_000], ["0", "500k", "1M", "1.5M", "2M", "2.5M"]),
        ([-2, 2], ["-2", "-1", "0", "1", "2"]),
    ],
)
def test_linear_ticks(values, texts):
    assert [text for _, text in make_axis(values, start=0, end=100).ticks] == texts


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1e-5, 0.1], ["10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1"]),
        ([1, 30], ["1", "2", "5", "10", "20"]),
        ([1e-12, 1e12], ["10⁻¹⁰", "10⁻⁵", "1", "10⁵", "10¹⁰"]),
    ],
)
def test_log_ticks(values, texts):
    shown = [text for _, text in make_axis(values, start=0, end=100, log=True).ticks]
    assert shown == texts


def test_equal_steps_on_a_log_axis_are_equal_factors():
    axis = make_axis([1, 10, 100], start=0, end=100, log=True)
    assert axis.at(10) - axis.at(1) == pytest.approx(axis.at(100) - axis.at(10))


def test_a_log_axis_has_no_place_for_zero_and_less():
    axis = make_axis([0, -1, 1, 10], start=0, end=100, log=True)
    assert not axis.shows(0)
    assert not axis.shows(-1)
    assert axis.shows(1)


def test_a_single_value_and_none_still_make_an_axis():
    assert make_axis([3.0], start=0, end=100).at(3.0) == pytest.approx(50)
    assert make_axis([], start=0, end=100).ticks
    assert make_axis([math.nan, math.inf], start=0, end=100).ticks


def test_a_pinned_end_is_not_padded():
    assert make_axis([0, 10], start=0, end=100, pin=0).at(0) == 0
