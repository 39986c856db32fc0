"""The skeleton stage's judges on made-up numbers: what is said, and where the bands lie."""

from __future__ import annotations

import math

import pytest

from checks.evidence_values import baselines, dependence, initial, one_batch, race, reach, repeatability, score, seen, skeleton_run
from nohero.checks.skeleton import (
    cannot_overfit_one_batch,
    ignored_input,
    loses_to_constant,
    mixed_batch,
    partial_evaluation,
    silent_parameters,
    unrepeatable_run,
    unscaled_input,
    unsteady_evaluation,
    wrong_initial_loss,
)

RANK = {"PASS": 0, "SKIP": 0, "UNSURE": 1, "WARN": 2, "FAIL": 3}
LN10 = math.log(10)


@pytest.mark.parametrize(
    ("loss", "expected", "unit", "status"),
    [
        (LN10 + 0.005, LN10, "nats", "PASS"),  # MLP
        (LN10 + 0.19, LN10, "nats", "PASS"),  # the worst of ten with batch norm: 8 %
        (math.log(1000) + 0.14, math.log(1000), "nats", "PASS"),
        (LN10 * 1.2, LN10, "nats", "WARN"),
        (26.0, math.log(27), "nats", "FAIL"),  # normal weights
        (0.693 + 0.14, 0.693, "nats", "PASS"),  # 20 %, but within 0.15 nats
        (1.3, 1.0, "squared standard deviations", "PASS"),
        (1.7, 1.0, "squared standard deviations", "WARN"),
        (2.5, 1.0, "squared standard deviations", "FAIL"),
        (LN10 * 512, LN10, "nats", "FAIL"),
        (-LN10, LN10, "nats", "FAIL"),
        (math.nan, LN10, "nats", "FAIL"),
        (1.0, 0.0, "nats", "UNSURE"),
    ],
)
def test_wrong_initial_loss(loss, expected, unit, status):
    assert wrong_initial_loss.judge(initial(without_bias=(loss, loss), expected=expected, unit=unit)).status == status


@pytest.mark.parametrize(
    ("loss", "words"), [(LN10 * 512, "summed over 512"), (-LN10, "wrong sign"), (26.0, "sure of wrong answers"), (0.1, "less than"), (math.inf, "finite")]
)
def test_the_cause_of_a_wrong_initial_loss_is_named(loss, words):
    assert words in wrong_initial_loss.judge(initial(without_bias=(loss,), expected=LN10)).message


def test_a_loss_further_off_is_never_judged_better():
    ranks = [RANK[wrong_initial_loss.judge(initial(without_bias=(LN10 + 0.05 * i,), expected=LN10)).status] for i in range(60)]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("means", "stds", "std", "status"),
    [
        ((0.0, 0.5), (1.0, 0.3), 0.8, "PASS"),
        ((0.3, 0.3), (0.3, 0.3), 0.3, "PASS"),  # pictures from 0 to 1
        ((0.0, 127.0), (1.0, 60.0), 60.0, "WARN"),
        ((45.0, 0.0), (12.0, 1.0), 20.0, "WARN"),
        ((0.0, 0.0), (0.004, 0.001), 0.001, "WARN"),
        ((2.0, -1.0), (4.4, 1.0), 3.0, "PASS"),  # a long tail, clipped
        ((math.nan, math.nan), (1.0, 1.0), 1.0, "SKIP"),
    ],
)
def test_unscaled_input(means, stds, std, status):
    assert unscaled_input.judge(seen(column_means=means, column_stds=stds, std=std)).status == status


K27 = -math.log(math.e / (math.e + 26))


@pytest.mark.parametrize(
    ("batch", "classes", "status", "words"),
    [
        ({}, 10, "PASS", "16 of 16"),
        ({"last": 2.30, "losses": (2.31, 2.31, 2.30)}, 10, "FAIL", "stays near"),
        ({"last": 2.31, "losses": (2.31, 2.31)}, 10, "FAIL", "does not move"),
        ({"last": 9.0, "losses": (2.3, 5.0, 9.0)}, 10, "FAIL", "rises"),
        ({"last": -50.0, "losses": (-2.3, -50.0)}, 10, "FAIL", "below the floor"),
        ({"last": math.nan, "losses": (2.3, math.nan)}, 10, "FAIL", "not finite"),
        ({"last": 0.6, "losses": (2.3, 0.6)}, 10, "UNSURE", "does not arrive"),
        ({"last": K27 + 0.004, "losses": (3.3, K27), "constant": math.log(16)}, 27, "FAIL", "2.3575"),
        ({"last": 0.2, "losses": (2.3, 0.2), "floor": 0.17}, 10, "PASS", ""),
        ({"constant": 0.0}, 10, "SKIP", ""),
        ({"losses": ()}, 10, "SKIP", ""),
    ],
)
def test_cannot_overfit_one_batch(batch, classes, status, words):
    finding = cannot_overfit_one_batch.judge(one_batch(**batch), initial(expected=math.log(classes)))
    assert finding.status == status
    assert words in finding.message


def test_a_sigmoid_too_many_is_named():
    half = ("a",) * 8 + ("b",) * 8
    last = (math.log1p(math.exp(-1)) + math.log(2)) / 2
    finding = cannot_overfit_one_batch.judge(one_batch(last=last, losses=(0.7, last), constant=math.log(2), targets=half), initial(expected=math.log(2)))
    assert "squashed twice" in finding.message


NONE = {"gain": 0.0, "gain_low": -0.01, "gain_high": 0.01}


@pytest.mark.parametrize(
    ("given", "best", "ignored", "status"),
    [
        ({}, 0.8, (), "PASS"),
        ({}, 0.8, tuple(range(16)), "PASS"),  # a last layer that starts at zero has no gradient on the input, and learns
        (NONE, 0.8, (), "FAIL"),
        (NONE, 0.52, (), "WARN"),
        (NONE, 0.52, tuple(range(16)), "FAIL"),
        ({"gain": 0.05, "gain_low": -0.1, "gain_high": 0.2}, 0.8, (), "UNSURE"),
        ({"gain": math.nan, "gain_low": math.nan, "gain_high": math.nan}, 0.8, (), "SKIP"),
    ],
)
def test_ignored_input(given, best, ignored, status):
    assert ignored_input.judge(race(**given), baselines(best), dependence(ignored=ignored)).status == status


def test_mixed_batch():
    assert mixed_batch.judge(dependence()).status == "PASS"
    normal = mixed_batch.judge(dependence(mixed_in_train=(1, 2), mixing_layers=("body.1",)))
    assert normal.status == "PASS"
    assert "body.1" in normal.message
    assert mixed_batch.judge(dependence(mixed_in_eval=(3,))).where == ("item 3",)
    assert mixed_batch.judge(dependence(forward_mixed=(0, 1))).status == "FAIL"
    assert mixed_batch.judge(dependence(n=1)).status == "SKIP"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "PASS"),
        ({"largest_difference": 1e-8, "first_difference": "head.weight"}, "FAIL"),
        ({"read_difference": 0.01}, "FAIL"),
        ({"largest_difference": math.nan}, "FAIL"),
        ({"other_seed_difference": 0.0}, "WARN"),
    ],
)
def test_unrepeatable_run(given, status):
    assert unrepeatable_run.judge(repeatability(**given)).status == status


@pytest.mark.parametrize(
    ("value", "half", "losses", "best", "status"),
    [
        (0.8, 0.05, (0.6, 0.4), 0.8, "PASS"),
        (0.52, 0.05, (0.69, 0.6), 0.8, "PASS"),  # the loss is clearly lower
        (0.52, 0.05, (0.69, 0.69), 0.8, "WARN"),
        (0.45, 0.05, (0.9, 0.8), 0.8, "FAIL"),
        (0.52, 0.05, (0.69, 0.69), 0.52, "UNSURE"),
        (0.45, 0.05, (math.nan,), 0.8, "FAIL"),
        (0.45, 0.05, (0.9, 0.75), 0.8, "UNSURE"),  # on its way: as many steps again would pass the constant
        (0.45, 0.05, (5.0, 0.9), 0.8, "FAIL"),  # thrown off, not left behind
    ],
)
def test_loses_to_constant(value, half, losses, best, status):
    run = skeleton_run(score=score(value, half), val_losses=losses)
    assert loses_to_constant.judge(run, baselines(best)).status == status


@pytest.mark.parametrize(
    ("given", "status", "where"),
    [
        ({}, "PASS", ()),
        ({"has_gradient": (False, True), "update_ratios": (-math.inf, -3.0)}, "WARN", ("body.weight",)),
        ({"update_ratios": (-math.inf, -3.0)}, "FAIL", ("body.weight",)),
        ({"wanted": (False, True), "has_gradient": (False, True), "update_ratios": (-math.inf, -3.0)}, "PASS", ()),
        ({"wanted": (False, False), "has_gradient": (False, False), "update_ratios": (-math.inf, -math.inf)}, "FAIL", ("body.weight", "head.weight")),
        ({"names": (), "wanted": (), "has_gradient": (), "update_ratios": ()}, "SKIP", ()),
    ],
)
def test_silent_parameters(given, status, where):
    finding = silent_parameters.judge(reach(**given))
    assert (finding.status, finding.where) == (status, where)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "PASS"),
        ({"batch_difference": 2e-5}, "PASS"),
        ({"batch_difference": 0.1}, "FAIL"),
        ({"repeat_difference": 0.1}, "FAIL"),
        ({"repeat_difference": math.nan}, "FAIL"),
        ({"output_scale": math.nan}, "SKIP"),
        ({"output_scale": 0.0, "batch_difference": 1e-8}, "PASS"),
    ],
)
def test_unsteady_evaluation(given, status):
    assert unsteady_evaluation.judge(skeleton_run(**given)).status == status


@pytest.mark.parametrize(("answers", "items", "status"), [(200, 200, "PASS"), (192, 200, "FAIL"), (208, 200, "FAIL"), (0, 200, "FAIL"), (0, 0, "SKIP")])
def test_partial_evaluation(answers, items, status):
    assert partial_evaluation.judge(skeleton_run(num_evaluated=answers, num_val=items)).status == status
