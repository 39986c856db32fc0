"""The squeeze stage's judges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from late_evidence import ensemble, growth
from nohero.checks.squeeze import idle_ensemble, still_improving
from nohero.run.finding import Status

NUMBER = st.floats(allow_nan=True, allow_infinity=True, width=32)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.PASS),
        ({"disagreement": 0.0}, Status.WARN),
        ({"disagreement": 0.005}, Status.WARN),
        ({"disagreement": math.nan}, Status.SKIP),
        ({"gain": 0.0, "low": 0.0, "high": 0.0, "num_used": 1}, Status.PASS),  # they differ, the average gains nothing, one is handed on
        ({"member_losses": (0.4,)}, Status.SKIP),
        ({"member_losses": ()}, Status.SKIP),
    ],
)
def test_members_must_differ(fields, status):
    assert idle_ensemble.judge(ensemble(**fields)).status is status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.PASS),
        ({"longer_gain": 0.1, "longer_low": 0.05, "longer_high": 0.15}, Status.WARN),
        ({"longer_gain": 0.1, "longer_low": -0.05, "longer_high": 0.25}, Status.PASS),  # within noise
        ({"longer_gain": 0.01, "longer_low": 0.005, "longer_high": 0.015}, Status.PASS),  # real, and too little
        ({"longer_gain": -0.1, "longer_low": -0.2, "longer_high": -0.01, "longer_kept": False}, Status.PASS),
        ({"longer_steps": 100, "longer_gain": 0.0, "late_slope": 0.3}, Status.UNSURE),
        ({"longer_steps": 100, "longer_gain": 0.0, "late_slope": -0.1}, Status.PASS),
        ({"member_losses": ()}, Status.SKIP),
    ],
)
def test_longer_training_must_not_pay(fields, status):
    assert still_improving.judge(ensemble(**fields), growth()).status is status


def test_losses_near_zero_are_left_alone():
    halved = ensemble(member_losses=(0.002, 0.002), longer_gain=0.002, longer_low=0.001, longer_high=0.003)
    assert still_improving.judge(halved, growth()).status is Status.PASS


@given(NUMBER, NUMBER, NUMBER, st.integers(0, 200))
def test_judges_are_total(gain, low, constant, steps):
    evidence = ensemble(member_losses=(gain, low), disagreement=gain, longer_gain=gain, longer_low=low, late_slope=low, longer_steps=steps)
    assert idle_ensemble.judge(evidence).message
    assert still_improving.judge(evidence, growth(constant_loss=constant)).message
