"""The regularise stage's judges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from late_evidence import change, growth, ladder
from nohero.checks.regularise import gain_within_noise, overfitting
from nohero.run.finding import Status

NUMBER = st.floats(allow_nan=True, allow_infinity=True, width=32)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ((), Status.SKIP),
        ((change(gain=0.05),), Status.PASS),
        ((change(gain=0.005),), Status.WARN),
        ((change(gain=0.005, kept=False),), Status.PASS),
        ((change(gain=-0.05),), Status.FAIL),
        ((change(gain=0.05), change(gain=0.0), change(gain=-0.05)), Status.FAIL),
        ((change(gain=0.05, score_low=-0.05, score_high=-0.01),), Status.WARN),
        ((change(gain=math.nan),), Status.WARN),
    ],
)
def test_a_kept_change_must_be_beyond_noise(changes, status):
    assert gain_within_noise.judge(ladder(*changes)).status is status


def test_one_seed_cannot_tell():
    assert gain_within_noise.judge(ladder(change(), num_seeds=1)).status is Status.UNSURE
    assert gain_within_noise.judge(ladder(change(kept=False), num_seeds=1)).status is Status.PASS


def test_the_changes_to_leave_out_are_named():
    finding = gain_within_noise.judge(ladder(change("dropout", 0.05), change("weight decay", 0.001)))
    assert finding.where == ("weight decay",)


@pytest.mark.parametrize(
    ("train", "lowest", "end", "status"),
    [
        (0.3, 0.44, 0.45, Status.PASS),  # a gap, no rise
        (0.05, 0.4, 0.8, Status.WARN),  # both
        (0.75, 0.4, 0.8, Status.PASS),  # a rise, no gap
        (0.0, 0.001, 0.004, Status.PASS),  # four times the loss, and nothing at all
        (0.05, 0.4, 0.44, Status.PASS),
    ],
)
def test_overfitting_asks_for_gap_and_rise(train, lowest, end, status):
    assert overfitting.judge(ladder(train_loss=train, best_on_the_way=lowest, end_loss=end), growth()).status is status


def test_overfitting_believes_early_stopping_that_did_not_gain():
    tried = ladder(change("early stopping", 0.01, 0.05, kept=False), train_loss=0.05, best_on_the_way=0.4, end_loss=0.8)
    assert overfitting.judge(tried, growth()).status is Status.UNSURE


def test_overfitting_does_not_advise_what_was_done():
    done = ladder(change("weight decay"), train_loss=0.05, best_on_the_way=0.4, end_loss=0.8)
    texts = [r.text for r in overfitting.judge(done, growth()).remedies]
    assert "weight decay" not in texts
    assert any("more data" in t for t in texts)


@given(st.floats(0.4, 3), st.floats(0.4, 3))
def test_overfitting_is_monotone_in_the_loss_handed_on(one, other):
    low, high = sorted((one, other))
    said = [overfitting.judge(ladder(train_loss=0.01, best_on_the_way=0.4, end_loss=v), growth()).status is Status.WARN for v in (low, high)]
    assert said != [True, False]


@given(NUMBER, NUMBER, NUMBER, NUMBER)
def test_judges_are_total(gain, half, train, constant):
    evidence = ladder(change(gain=gain, half=half), train_loss=train, end_loss=gain, best_on_the_way=half)
    assert gain_within_noise.judge(evidence).message
    assert overfitting.judge(evidence, growth(constant_loss=constant)).message
