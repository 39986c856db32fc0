"""Where the last value of a field is a limit, the end of a scale, or nothing but the last."""

import numpy as np
import pytest

from nohero.evidence.audit.value_limits import is_scale, limits_of

WINDS = np.arange(14) * 1.15


@pytest.mark.parametrize(
    ("last", "limits"),
    [(1063, [WINDS[-1]]), (500, []), (300, [])],  # a clip of what goes on falling, a last value hardly commoner than the one before, a fall
)
def test_the_end_of_a_fall(last, limits):
    counts = np.array([900, 1500, 2200, 2600, 2500, 2300, 2000, 1700, 1300, 1000, 850, 700, 400, last])
    assert limits_of(WINDS, counts) == limits


def test_a_second_hill_is_no_limit():
    counts = np.array([900, 1500, 2200, 2600, 2500, 2300, 2000, 1700, 1300, 1000, 350, 400, 500, 1100])
    assert limits_of(WINDS, counts) == []


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        (np.arange(105.0), True),  # weeks of two years
        (np.array([0.0, 0.5, 1.5, 2.0, 3.5, 6.1, 8.0, 12.0]), True),  # weighted points
        (np.array([0.5, 10.2, 33.3, 47.9, 50.0]), True),
        (np.linspace(0.0, 500.0, 4000), False),
    ],
)
def test_tops_of_scales(values, scale):
    assert is_scale(values, np.ones(len(values), dtype=int), float(values[-1])) is scale
