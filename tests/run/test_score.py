"""A score is told with the digits that its interval justifies."""

import math

import pytest

from nohero.run.score import Score


@pytest.mark.parametrize(
    ("value", "half", "said"),
    [(0.9, 0.025, "0.900 [0.875, 0.925]"), (0.9, 0.1, "0.90 [0.80, 1.00]"), (0.5, 0.0005, "0.5000 [0.4995, 0.5005]"), (1.0, 0.0, "1.0000 [1.0000, 1.0000]")],
)
def test_digits(value, half, said):
    assert str(Score(metric="accuracy", value=value, low=value - half, high=value + half, n=10)) == said


def test_a_score_of_nothing_can_be_told():
    assert "nan" in str(Score(metric="R2", value=math.nan, low=math.nan, high=math.nan, n=0))
