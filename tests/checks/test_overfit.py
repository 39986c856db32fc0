"""The overfit stage's judges: tables, totality, monotony; and two real proofs."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from late_evidence import ODD, baselines, growth, size
from nohero.checks.overfit import diverging_training, idle_capacity, jittery_predictions, underfit
from nohero.run.finding import Status

SEVERITY = {Status.PASS: 0, Status.UNSURE: 1, Status.WARN: 2, Status.FAIL: 3}
NUMBER = st.floats(allow_nan=True, allow_infinity=True, width=32)


@pytest.mark.parametrize(
    ("train_loss", "status"), [(0.1, Status.PASS), (0.42, Status.PASS), (0.45, Status.WARN), (0.66, Status.WARN), (0.69, Status.FAIL), (5.0, Status.FAIL)]
)
def test_underfit_places_the_loss_between_constant_and_baseline(train_loss, status):
    finding = underfit.judge(growth(size(train_loss)), baselines(0.4))
    assert finding.status is status
    assert bool(finding.remedies) == (status in (Status.WARN, Status.FAIL))


def test_underfit_takes_the_best_size():
    assert underfit.judge(growth(size(0.69), size(0.2)), baselines()).status is Status.PASS


def test_underfit_without_a_baseline_beyond_the_constant_does_not_accuse():
    assert underfit.judge(growth(size(0.69)), baselines(0.70)).status is Status.UNSURE
    assert underfit.judge(growth(size(0.1)), baselines(0.70)).status is Status.PASS


def test_underfit_advises_longer_training_first_where_the_loss_still_fell():
    falling = growth(size(0.6, train_losses=(0.7, 0.65, 0.6)))
    flat = growth(size(0.6, train_losses=(0.7, 0.6, 0.6)))
    assert "longer" in underfit.judge(falling, baselines()).remedies[0].text
    assert "longer" not in underfit.judge(flat, baselines()).remedies[0].text


@given(st.floats(0, 2), st.floats(0, 2))
def test_underfit_is_monotone(one, other):
    low, high = sorted((one, other))
    milder, sterner = (SEVERITY[underfit.judge(growth(size(v)), baselines()).status] for v in (low, high))
    assert milder <= sterner


def test_idle_capacity_sees_sizes_that_are_one_network():
    finding = idle_capacity.judge(growth(size(0.3), size(0.3, width=64)), baselines())
    assert finding.status is Status.WARN
    assert "one network" in finding.message


@pytest.mark.parametrize(
    ("small", "big", "status"),
    [
        (0.3, 0.2, Status.PASS),  # pays
        (0.3, 0.3, Status.PASS),  # does not pay, but is below every baseline
        (0.5, 0.499, Status.WARN),  # does not pay, and is not
        (0.3, 0.6, Status.WARN),  # worse
        (0.01, 0.02, Status.PASS),  # nothing left to fit
        (0.01, 0.2, Status.PASS),
    ],
)
def test_idle_capacity_compares_with_the_smallest(small, big, status):
    assert idle_capacity.judge(growth(size(small), size(big, num_parameters=900)), baselines(0.4)).status is status


def test_idle_capacity_has_nothing_to_say_to_one_size():
    assert idle_capacity.judge(growth(size()), baselines()).status is Status.SKIP


@pytest.mark.parametrize(
    ("jitter", "calm", "status"),
    [(0.005, math.nan, Status.PASS), (0.05, math.nan, Status.UNSURE), (0.05, 0.1, Status.WARN), (0.05, 0.3, Status.PASS), (0.05, 0.195, Status.PASS), (math.nan, 0.1, Status.PASS)],
)
def test_jitter_counts_only_where_a_calmer_rate_fits_better(jitter, calm, status):
    finding = jittery_predictions.judge(growth(jitter=jitter, calmer_train_loss=calm, calmer_rate=3e-5))
    assert finding.status is status
    if status is Status.WARN:
        assert finding.remedies[0].tried


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.PASS),
        ({"stopped": "the loss is nan at step 3"}, Status.FAIL),
        ({"stopped": "pruned at step 30"}, Status.PASS),
        ({"train_loss": math.inf}, Status.FAIL),
        ({"train_loss": 0.9}, Status.FAIL),
        ({"train_losses": (0.7, 0.2, 0.5)}, Status.WARN),
        ({"train_losses": (5.0, 0.6, 0.3)}, Status.PASS),
        ({"train_losses": ()}, Status.PASS),
    ],
)
def test_divergence(changes, status):
    assert diverging_training.judge(growth(size(), size(**{"train_loss": 0.1} | changes))).status is status


@given(NUMBER, NUMBER, NUMBER, NUMBER)
def test_judges_are_total(one, other, constant, jitter):
    evidence = growth(size(one, train_losses=(one, other)), size(other, num_parameters=7), constant_loss=constant, jitter=jitter, calmer_train_loss=one)
    for check, beside in ((underfit, (baselines(other),)), (idle_capacity, (baselines(other),)), (jittery_predictions, ()), (diverging_training, ())):
        assert check.judge(evidence, *beside).message


@pytest.mark.parametrize(("value", "constant"), list(itertools.product(ODD, ODD)))
def test_judges_are_total_on_odd_numbers(value, constant):
    evidence = growth(size(value), constant_loss=constant)
    assert underfit.judge(evidence, baselines(value, constant)).message
    assert diverging_training.judge(evidence).message
