"""Intervals: Wilson's against known numbers, the bootstrap and Student's by how often they hold the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.tasks.interval import bootstrap, mean, mean_interval, wilson


@pytest.mark.parametrize(("n", "low", "high"), [(100, 0.826, 0.945), (557, 0.872, 0.922), (1000, 0.880, 0.917), (10_000, 0.894, 0.906)])
def test_wilson_at_nine_tenths(n, low, high):
    assert wilson(0.9 * n, n) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


@given(st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_in_range(pair):
    hits, n = pair
    low, high = wilson(hits, n)
    assert 0.0 <= low <= (hits / n if n else 0.0) + 1e-12
    assert (hits / n if n else 1.0) - 1e-12 <= high <= 1.0
    assert wilson(n - hits, n) == (pytest.approx(1 - high), pytest.approx(1 - low))


def test_wilson_against_scipy():
    from scipy.stats import binomtest

    theirs = binomtest(37, 60).proportion_ci(method="wilson")
    assert wilson(37, 60) == (pytest.approx(theirs.low), pytest.approx(theirs.high))


def test_the_bootstrap_holds_the_truth_about_nineteen_times_in_twenty():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(150):
        values = rng.normal(3.0, 2.0, 60)
        low, high = bootstrap(lambda i, v=values: float(v[i].mean()), 60)
        held += low <= 3.0 <= high
    assert 0.87 <= held / 150 <= 0.99


def test_the_bootstrap_passes_over_draws_that_have_no_number():
    low, high = bootstrap(lambda i: math.nan if i[0] % 2 else float(i.mean()), 10)
    assert low < high
    assert all(math.isnan(v) for v in (*bootstrap(lambda _: math.nan, 10), *bootstrap(lambda i: float(i.mean()), 0)))


def test_students_interval():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        _, low, high = mean_interval(rng.normal(0.0, 1.0, 4))
        held += low <= 0.0 <= high
    assert 0.92 <= held / 400 <= 0.98


def test_one_value_says_nothing_of_the_spread():
    assert mean_interval(np.array([2.0])) == (2.0, -math.inf, math.inf)
    assert math.isnan(mean_interval(np.array([]))[0])
    assert math.isnan(mean(np.array([])))
