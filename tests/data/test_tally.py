"""A column counted once by value: beside numpy, asked number by number."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.data.tally import tally_of

LEVELS = (0.0, 0.01, 0.25, 0.5, 0.9, 1.0)
ANY = st.lists(st.one_of(st.none(), st.sampled_from((0.0, -0.0, 1.0, float("inf"), float("nan"))), st.floats(-1e9, 1e9)), min_size=1, max_size=60)


@settings(max_examples=200)
@given(values=ANY)
def test_counts_and_ranks_are_those_of_the_finite_numbers(values: list[float | None]) -> None:
    known = np.array([v for v in values if v is not None and np.isfinite(v)])
    tally = tally_of(pl.Series(values, dtype=pl.Float64))
    different, counts = np.unique(known, return_counts=True)
    assert (tally.values.tolist(), tally.counts.tolist(), tally.n) == (different.tolist(), counts.tolist(), len(known))
    if len(known):
        np.testing.assert_allclose(tally.quantiles(LEVELS), np.quantile(known, LEVELS), rtol=1e-12, atol=1e-6)
        assert tally.median == pytest.approx(float(np.median(known)), rel=1e-12, abs=1e-6)


def test_a_part_of_it_is_counted_anew() -> None:
    tally = tally_of(pl.Series([3, 1, 1, 2, None]))
    assert (tally.chosen(tally.values < 3).n, tally.chosen(tally.values < 3).median, tally.chosen(tally.values > 0)) == (3, 1.0, tally)


def test_whole_numbers_that_no_float_tells_apart_stay_different() -> None:
    assert tally_of(pl.Series([2**60, 2**60 + 1, 2**60 + 1])).counts.tolist() == [1, 2]
