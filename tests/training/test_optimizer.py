"""The optimizer's groups, and the learning rate of each step."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nohero.models.build import build
from nohero.models.settings import Settings
from nohero.training.optimizer import adam, rate_at, rate_shares


def test_matrices_decay_and_the_rest_does_not():
    model = build((1, 8, 8), 3, width=4, depth=2, dropout=0.0, seed=0)
    optimizer = adam(model, Settings(weight_decay=0.3, learning_rate=0.1))
    decayed, spared = optimizer.param_groups
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.3, 0.0)
    assert {p.ndim for p in decayed["params"]} == {2, 4}
    assert {p.ndim for p in spared["params"]} == {1}
    assert sum(len(g["params"]) for g in optimizer.param_groups) == len(list(model.parameters()))
    assert rate_shares(optimizer) == [1.0, 1.0]


def test_frozen_parameters_are_left_out():
    model = build((4,), 3, width=4, depth=1, dropout=0.0, seed=0)
    model.body.requires_grad_(requires_grad=False)
    assert sum(len(g["params"]) for g in adam(model, Settings()).param_groups) == 2


@given(st.integers(0, 999))
def test_a_constant_rate(step):
    assert rate_at(Settings(learning_rate=0.1, steps=1000), step) == 0.1


def test_the_cosine_warms_up_and_comes_down():
    chosen = Settings(learning_rate=0.1, steps=1000, schedule="cosine")
    rates = [rate_at(chosen, step) for step in range(1000)]
    assert rates[:50] == pytest.approx([0.1 * (i + 1) / 50 for i in range(50)])
    assert rates[50] == max(rates) == pytest.approx(0.1)
    assert rates[50:] == pytest.approx([0.05 * (1 + math.cos(math.pi * (i - 50) / 950)) for i in range(50, 1000)])
    assert rates[50:] == sorted(rates[50:], reverse=True)
    assert 0 < rates[-1] < 1e-5
    assert rate_at(chosen, 1000) == pytest.approx(0.0, abs=1e-15)


@given(st.integers(1, 60))
def test_short_schedules_stay_between_zero_and_the_rate(steps):
    chosen = Settings(learning_rate=0.1, steps=steps, schedule="cosine")
    assert all(0 <= rate_at(chosen, step) <= 0.1 + 1e-12 for step in range(steps))


def test_shares_of_a_first_rate_of_zero():
    one, two = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    assert rate_shares(torch.optim.SGD([{"params": [one], "lr": 0.0}, {"params": [two], "lr": 0.1}])) == [1.0, 1.0]
