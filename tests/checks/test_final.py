"""The final stage's judges."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from late_evidence import against, growth, opening, score, search, split
from nohero.checks.final import loses_to_baseline, miscalibrated_probabilities, reopened_test_set, validation_test_gap
from nohero.evidence.calibration import Calibration
from nohero.run.finding import Status

NUMBER = st.floats(allow_nan=True, allow_infinity=True, width=32)
CONSTANT = against("best constant", 0.3, score=score(0.5, 0.45, 0.55, loss=0.7))


@pytest.mark.parametrize(
    ("gain", "half", "status"),
    [(0.05, 0.02, Status.PASS), (0.01, 0.02, Status.UNSURE), (0.0, 0.005, Status.PASS), (0.0, 0.0, Status.PASS), (-0.05, 0.02, Status.WARN), (-0.01, 0.02, Status.UNSURE)],
)
def test_the_model_against_the_best_baseline(gain, half, status):
    finding = loses_to_baseline.judge(opening(baselines=(CONSTANT, against(gain=gain, half=half))))
    assert finding.status is status
    assert bool(finding.remedies) == (status is not Status.PASS)


def test_worse_than_the_constant_fails():
    assert loses_to_baseline.judge(opening(baselines=(replace(CONSTANT, gain=-0.2, low=-0.3, high=-0.1), against()))).status is Status.FAIL


def test_how_many_items_would_decide():
    finding = loses_to_baseline.judge(opening(baselines=(CONSTANT, against(gain=0.01, half=0.02))))
    assert "about 800 test items" in finding.remedies[0].text  # 200 items, an interval twice as wide as it may be


def gap(value, standard_error, **fields):
    half = 1.96 * standard_error
    given = opening(gap=value, gap_low=value - half, gap_high=value + half, **fields)
    return validation_test_gap.judge(given, split(), search(), growth())


@pytest.mark.parametrize(
    ("value", "error", "status"),
    [
        (0.05, 0.05, Status.PASS),
        (0.25, 0.1, Status.UNSURE),
        (0.4, 0.1, Status.WARN),
        (-0.4, 0.1, Status.WARN),
        (0.05, 0.001, Status.PASS),  # beyond sampling error, and nothing to speak of
        (0.4, 0.0, Status.WARN),
        (math.nan, 0.1, Status.SKIP),
        (0.4, math.inf, Status.SKIP),
    ],
)
def test_a_gap_must_be_beyond_sampling_error(value, error, status):
    assert gap(value, error).status is status


def test_the_tree_of_causes():
    wide = opening(gap=0.5, gap_low=0.3, gap_high=0.7)
    leaked = validation_test_gap.judge(wide, split(copies_across={"val": 12, "test": 0}), search(), growth())
    assert "copies" in leaked.why
    shifted = validation_test_gap.judge(replace(wide, test_vs_train_auc=0.8), split(), search(), growth())
    assert "another kind of data" in shifted.why
    few = validation_test_gap.judge(replace(wide, test_vs_train_auc=0.8, num_compared=(10, 5)), split(), search(), growth())
    assert "another kind of data" not in few.why  # an AUC of 0.8 on five items is nothing
    chosen = validation_test_gap.judge(wide, split(), search(), growth())
    assert "16 trials" in chosen.why


@pytest.mark.parametrize(("times", "status"), [(-1, Status.PASS), (0, Status.PASS), (1, Status.PASS), (2, Status.WARN), (20, Status.WARN), (40, Status.FAIL)])
def test_openings_are_counted(times, status):
    assert reopened_test_set.judge(opening(openings=times)).status is status


@pytest.mark.parametrize("times", [2, 5, 40])
def test_luck_is_that_of_the_best_of_many_draws(times):
    draws = np.random.default_rng(0).standard_normal((20_000, times)).max(1).mean()
    assert reopened_test_set.best_of(times) == pytest.approx(draws, abs=0.05)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.PASS),
        ({"gain": 0.05, "low": 0.02, "high": 0.08}, Status.WARN),
        ({"gain": 0.05, "low": -0.02, "high": 0.12}, Status.PASS),
        ({"gain": 0.005, "low": 0.002, "high": 0.008}, Status.PASS),
        ({"gain": math.nan}, Status.SKIP),
    ],
)
def test_calibration_is_silent_within_noise(fields, status):
    known = opening().calibration
    assert miscalibrated_probabilities.judge(opening(calibration=replace(known, **fields))).status is status


@given(NUMBER, NUMBER, NUMBER, st.integers(0, 10**6))
def test_judges_are_total(one, other, third, count):
    sides = (replace(CONSTANT, gain=other, low=other, high=third), against(gain=one, low=other, high=third, score=score(third)))
    empty = opening(baselines=(), calibration=Calibration(), score=score(one, other, third, 0))
    odd = opening(
        baselines=sides, gap=one, gap_low=other, gap_high=third, openings=count, test_vs_train_auc=one, num_compared=(0, count),
        calibration=Calibration(temperature=one, gain=other, low=third, high=one), score=score(one, other, third, count, metric="R2"),
    )
    for given_ in (empty, odd):
        assert loses_to_baseline.judge(given_).message
        assert reopened_test_set.judge(given_).message
        assert miscalibrated_probabilities.judge(given_).message
        assert validation_test_gap.judge(given_, split(), search(()), growth(constant_loss=one)).message
