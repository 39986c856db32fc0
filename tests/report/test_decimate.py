"""Thinning never loses a spike, an end or a gap."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from nohero.report.decimate import envelope, pick, spread

CURVES = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(math.nan), st.just(math.inf)), max_size=300)


@given(CURVES, st.integers(1, 20))
def test_ends_and_extremes_stay(y, stretches):
    kept = envelope(y, stretches)
    assert kept == sorted(set(kept))
    finite = [v for v in y if math.isfinite(v)]
    if finite:
        shown = [y[i] for i in kept if math.isfinite(y[i])]
        assert (min(shown), max(shown)) == (min(finite), max(finite))
        assert (shown[0], shown[-1]) == (finite[0], finite[-1])
    assert any(not math.isfinite(y[i]) for i in kept) == any(not math.isfinite(v) for v in y)


@given(CURVES, st.integers(1, 20))
def test_it_is_short(y, stretches):
    assert len(envelope(y, stretches)) <= max(4 * stretches, 5 * stretches)


def test_a_short_curve_is_left_alone():
    assert envelope([1.0, 2.0, 3.0]) == [0, 1, 2]
    assert envelope([]) == []


def test_one_spike_in_a_million_is_kept():
    y = [0.0] * 100_000
    y[54_321] = 9.0
    assert 54_321 in envelope(y)


@given(st.integers(0, 500), st.integers(0, 50))
def test_spread_is_even_and_keeps_both_ends(size, keep):
    kept = spread(size, keep)
    assert len(kept) == min(size, keep)
    assert kept == sorted(set(kept))
    if keep >= 2 and size >= 2:
        assert (kept[0], kept[-1]) == (0, size - 1)
        steps = [b - a for a, b in itertools.pairwise(kept)]
        assert max(steps) - min(steps) <= 1


def test_pick_passes_over_what_is_not_there():
    assert pick("abc", [0, 2, 7]) == ["a", "c"]
