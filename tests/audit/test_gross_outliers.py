"""Values apart: sound tails, light and heavy, on one side and on both, are left alone; planted mistakes are not."""

import numpy as np
import polars as pl
import pytest

from nohero.data.tally import tally_of
from nohero.evidence.audit.number_facts import _oddities

TRIALS = 60
SOUND = {
    "normal": lambda r, n: r.normal(size=n),
    "laplace": lambda r, n: r.laplace(size=n),
    "t of 5": lambda r, n: r.standard_t(5, n),
    "t of 3": lambda r, n: r.standard_t(3, n),
    "returns": lambda r, n: r.normal(size=n) * np.exp(r.normal(0, 0.5, n)),
    "balances": lambda r, n: r.normal(size=n) * r.lognormal(6, 1, n) + 800,
    "exponential": lambda r, n: r.exponential(1, n),
    "gamma of 2": lambda r, n: r.gamma(2, 2, n),
    "amounts, some nothing": lambda r, n: np.where(r.random(n) < 0.3, 0, r.lognormal(3, 0.5, n)),
    "pareto of 2.5": lambda r, n: r.pareto(2.5, n) + 1,
    "pareto of 1.5": lambda r, n: r.pareto(1.5, n) + 1,
}


def kinds(values):
    values = np.round(values, 4)
    return {what["kind"] for what, _ in _oddities(tally_of(pl.Series(values)), values, whole=False)}


@pytest.mark.parametrize("size", [200, 1000])
def test_sound_tails_are_left_alone(size):
    """One alarm in fifty columns at most, over all kinds of tails."""
    draw = np.random.default_rng(3)
    alarms = {name: sum(bool(kinds(make(draw, size)) & {"gross", "outlier"}) for _ in range(TRIALS)) for name, make in SOUND.items()}
    assert sum(alarms.values()) <= 0.02 * TRIALS * len(SOUND), alarms
    assert max(alarms.values()) <= 0.1 * TRIALS, alarms


@pytest.mark.parametrize("name", ["normal", "laplace", "returns", "exponential", "pareto of 2.5"])
def test_a_planted_mistake_is_found_in_any_of_them(name):
    draw = np.random.default_rng(4)
    values = SOUND[name](draw, 1000)
    values[17] = 1000 * np.abs(values).max()
    assert "gross" in kinds(values)
    values[17] = -values[17]
    assert "gross" in kinds(values)


def test_a_zero_among_pressures():
    values = np.random.default_rng(5).normal(1013, 6, 2880)
    values[::200] = 0
    assert "gross" in kinds(values)


def test_zeros_below_a_field_that_begins_well_above_are_left_open():
    """Blood pressures that nobody took; a number of siblings goes on from zero."""
    draw = np.random.default_rng(6)
    pressure = np.round(draw.normal(72, 12, 768).clip(24))
    pressure[::20] = 0
    assert {w["kind"] for w, _ in _oddities(tally_of(pl.Series(pressure)), pressure, whole=True)} == {"zero"}
    siblings = draw.poisson(3, 2000).astype(float) + 30.0 * (draw.random(2000) < 0.01) * draw.random(2000).round(1)
    assert "zero" not in {w["kind"] for w, _ in _oddities(tally_of(pl.Series(siblings)), siblings, whole=True)}
