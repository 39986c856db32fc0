"""The paired interval against brute force: its width by resampling, its coverage, and how often it keeps what is useless."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.evidence.paired import beyond_noise, interval


def drawn(rng, seeds, items, *, effect=0.0, by_seed=0.1, by_item=0.3, rest=0.2):
    """Gains [seeds, items] with an effect, a part common to each seed, a part common to each item, and the rest."""
    return effect + by_seed * rng.standard_normal((seeds, 1)) + by_item * rng.standard_normal((1, items)) + rest * rng.standard_normal((seeds, items))


def test_the_centre_is_the_mean_and_lies_in_the_middle():
    gains = drawn(np.random.default_rng(0), 3, 50)
    gain, low, high = interval(gains)
    assert gain == pytest.approx(sum(float(v) for row in gains for v in row) / gains.size)
    assert (low + high) / 2 == pytest.approx(gain)


def test_one_seed_is_students_interval_of_the_items():
    from scipy import stats

    gains = drawn(np.random.default_rng(1), 1, 40)
    low, high = stats.t.interval(0.95, 39, loc=gains.mean(), scale=gains.std(ddof=1) / math.sqrt(40))
    assert interval(gains)[1:] == pytest.approx((low, high))


def test_with_many_seeds_and_items_it_is_as_wide_as_drawing_both_again():
    rng = np.random.default_rng(2)
    gains = drawn(rng, 40, 400, rest=0.0)
    means = [gains[rng.integers(0, 40, 40)][:, rng.integers(0, 400, 400)].mean() for _ in range(3000)]
    brute = np.quantile(means, 0.975) - np.quantile(means, 0.025)
    _, low, high = interval(gains)
    assert high - low == pytest.approx(brute, rel=0.08)


@pytest.mark.parametrize(("by_seed", "by_item"), [(0.1, 0.3), (0.3, 0.05), (0.0, 0.3), (1.0, 0.0)])
def test_useless_changes_are_kept_in_at_most_one_of_twenty(by_seed, by_item):
    """Also where the seeds differ most and are only three: there counting items as evidence would keep one of eleven."""
    rng = np.random.default_rng(3)
    kept = [interval(drawn(rng, 3, 100, by_seed=by_seed, by_item=by_item))[1] > 0 for _ in range(2000)]
    assert np.mean(kept) <= 0.05


def test_it_covers_the_truth():
    rng = np.random.default_rng(4)
    inside = []
    for _ in range(2000):
        _, low, high = interval(drawn(rng, 3, 60, effect=0.2))
        inside.append(low <= 0.2 <= high)
    assert np.mean(inside) >= 0.93


def test_a_large_gain_is_kept():
    rng = np.random.default_rng(5)
    assert np.mean([interval(drawn(rng, 3, 300, effect=0.5, by_seed=0.03))[1] > 0 for _ in range(200)]) > 0.95


@pytest.mark.parametrize("gains", [np.zeros((3, 10)), np.full((2, 5), 0.25)])
def test_no_spread_at_all(gains):
    assert interval(gains) == (gains[0, 0],) * 3


@pytest.mark.parametrize("gains", [np.ones((3, 1)), np.full((2, 4), np.nan), np.array([[0.0, np.inf], [1.0, 2.0]])])
def test_what_cannot_be_told_is_not_beyond_noise(gains):
    from late_evidence import change

    gain, low, high = interval(gains)
    assert not beyond_noise(change(low=low, high=high, gain=gain))


@given(st.floats(0.01, 10))
def test_the_unit_does_not_matter(factor):
    gains = drawn(np.random.default_rng(6), 3, 30)
    assert interval(gains * factor) == pytest.approx(tuple(factor * v for v in interval(gains)))
