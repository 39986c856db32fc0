"""Labels of whole numbers: what counts something is a quantity, what was numbered is a class."""

import numpy as np
import polars as pl
import pytest

from nohero.data.tally import tally_of
from nohero.evidence.audit.profile import is_counted

DRAW = np.random.default_rng(0)


@pytest.mark.parametrize("mean", [1.0, 2.5, 4.0, 6.0])
@pytest.mark.parametrize("first", [0, 1])
def test_numbers_of_things_are_counted(mean, first):
    counted = [is_counted(tally_of(pl.Series(first + DRAW.poisson(mean, 1500)))) for _ in range(20)]
    assert sum(counted) >= 18


@pytest.mark.parametrize(
    "shares",
    [(0.5, 0.5), (0.1,) * 10, (0.6, 0.3, 0.08, 0.02), (0.3, 0.1, 0.2, 0.05, 0.25, 0.1), (0.02, 0.2, 0.38, 0.3, 0.1), (0.3, 0.1, 0.25, 0.02, 0.2, 0.01, 0.12)],
)
def test_numbers_of_classes_are_not(shares):
    assert not any(is_counted(tally_of(pl.Series(DRAW.choice(len(shares), 1500, p=np.array(shares) / sum(shares))))) for _ in range(20))


def test_ratings_from_three_to_nine_stay_classes():
    """White wine's tasters gave them."""
    given = np.repeat(np.arange(3, 10), [20, 163, 1457, 2198, 880, 175, 5])
    assert not is_counted(tally_of(pl.Series(given)))


@pytest.mark.parametrize("ratio", [0.5, 0.6, 0.8])
def test_classes_of_a_long_tail_are_no_counts(ratio):
    """As in benchmarks whose classes are numbered from the commonest on."""
    labels = np.repeat(np.arange(10), (5000 * ratio ** np.arange(10)).astype(int).clip(5))
    assert not is_counted(tally_of(pl.Series(labels)))
