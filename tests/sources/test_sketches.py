"""Summaries of parts add up to the summary of the whole."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.sources.sketches import TAIL, Counts, Distinct, Moments, Sample, Tail
from nohero.sources.whole import Summary

NUMBERS = st.lists(st.floats(-1e6, 1e6), max_size=60).map(np.array)
CELLS = st.lists(st.sampled_from(["", "?", "NA", "1", "2.5", "-999", "many", "x", "Ã©t", "=A1", "2024-01-05"]), min_size=1, max_size=40)


@given(NUMBERS, NUMBERS)
def test_moments(a, b):
    one, two = Moments.of(a) + Moments.of(b), Moments.of(np.concatenate([a, b]))
    assert (one.n, one.low, one.high) == (two.n, two.low, two.high)
    assert np.allclose([one.mean, one.std], [two.mean, two.std], rtol=1e-9, atol=1e-6)
    assert np.isclose(one.skew, two.skew, rtol=1e-5, atol=1e-5) or one.std < 1e-3


def test_values_that_hardly_differ_have_a_skew():
    assert Moments.of(np.array([0.0, 0.0, 1e-140])).skew == 0.0


def test_skew_is_the_skew():
    from scipy.stats import skew

    values = np.random.default_rng(0).exponential(size=5000)
    assert (Moments.of(values[:700]) + Moments.of(values[700:])).skew == pytest.approx(skew(values), rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("many", [100, 30_000])
def test_distinct_values(seed, many):
    hashes = pl.Series(np.random.default_rng(seed).integers(0, many, 60_000)).hash().to_numpy()
    cut = 1 + seed * 11_000
    parts, whole = Distinct(1024).add(hashes[:cut]) + Distinct(1024).add(hashes[cut:]), Distinct(1024).add(hashes)
    assert np.array_equal(parts.hashes, whole.hashes)
    true = len(np.unique(hashes))
    assert parts.count == true if many < 1024 else abs(parts.count / true - 1) < 4 * parts.error


@given(st.lists(st.integers(0, 200), max_size=300), st.integers(0, 300), st.booleans())
def test_tails(values, cut, known):
    values, rows = np.array(values, dtype=float), np.arange(len(values))
    for side in (1, -1):

        def told(start, end, side=side):
            part = values[start:end]
            uniques = np.unique(part, return_counts=True) if known and len(part) else None
            return Tail(side).add(part, rows[start:end], uniques)

        parts = told(0, cut) + told(cut, len(values))
        true, first, counts = np.unique(values, return_index=True, return_counts=True)
        order = np.argsort(side * true)[:TAIL]
        assert [parts.values.tolist(), parts.counts.tolist(), parts.first.tolist()] == [true[order].tolist(), counts[order].tolist(), first[order].tolist()]


def test_tails_of_many_values_part_by_part():
    values = np.random.default_rng(3).normal(size=200_000)
    tail = Tail(-1)
    for start in range(0, len(values), 30_000):
        tail = tail.add(values[start : start + 30_000], np.arange(start, min(start + 30_000, len(values))))
    assert tail.values.tolist() == sorted(values.tolist())[: -TAIL - 1 : -1]
    assert np.array_equal(values[tail.first], tail.values)


def test_counts_are_given_up_beyond_their_room():
    assert (Counts(3).add(["a", "b"], [2, 1]) + Counts(3).add(["b", "c"], [4, 1])).of == {"a": 2, "b": 5, "c": 1}
    assert (Counts(3).add(["a", "b"], [2, 1]) + Counts(3).add(["c", "d"], [4, 1])).of is None


@given(st.lists(st.integers(1, 900), min_size=1, max_size=6), st.integers(0, 5))
def test_a_sample_does_not_depend_on_the_parts(sizes, seed):
    rows = np.arange(sum(sizes))
    frame, whole, parts, start = pl.DataFrame({"v": rows}), None, Sample(50, seed), 0
    whole = Sample(50, seed).add(frame, rows).trimmed()
    for size in sizes:
        parts, start = parts.add(frame[start : start + size], rows[start : start + size]), start + size
    assert parts.trimmed().rows.tolist() == whole.rows.tolist() == parts.trimmed().frame["v"].to_list()
    assert len(whole.rows) == min(50, len(rows))


def test_a_sample_is_even():
    rows = np.arange(100_000)
    drawn = Sample(5000, 1).add(pl.DataFrame({"v": rows}), rows).trimmed().rows
    assert np.abs(np.quantile(drawn, np.linspace(0, 1, 21)) / 100_000 - np.linspace(0, 1, 21)).max() < 0.03


@settings(max_examples=60)
@given(CELLS, st.integers(0, 40), st.booleans())
def test_profile_of_parts_is_the_profile_of_the_whole(cells, cut, numbers):
    cells = [*["7"] * (200 * numbers), *cells]  # a column of numbers with other cells, or of anything
    cut = 200 * numbers + cut
    rows = np.arange(1, len(cells) + 1)
    frame = pl.DataFrame({"a": cells, "b": [f"{i % 3}" for i in range(len(cells))]})

    whole = Summary(Sample(20, 0), {}).add(frame, rows, written=True)[0]
    parts = whole.fresh().add(frame[:cut], rows[:cut], written=True)[0] + whole.fresh().add(frame[cut:], rows[cut:], written=True)[0]
    assert parts.n == whole.n
    assert parts.sample.trimmed().rows.tolist() == whole.sample.trimmed().rows.tolist()
    for name in frame.columns:
        one, two = parts.columns[name], whole.columns[name]
        assert (one.n, one.gaps, one.words, one.counts, one.odd) == (two.n, two.gaps, two.words, two.counts, two.odd)
        assert np.array_equal(one.distinct.hashes, two.distinct.hashes)
        assert one.least.counts.tolist() == two.least.counts.tolist()
        assert one.moments.mean == pytest.approx(two.moments.mean)
