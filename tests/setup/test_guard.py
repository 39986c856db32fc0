"""A guard puts back whatever an experiment may touch."""

import collections
import random

import numpy as np
import pytest
import torch
from torch import nn

import nohero
from nohero.run.errors import UsageError
from nohero.setup.guard import Guard

COUNTER = {"calls": 0}
TOTAL = 0


def counting(x):
    global TOTAL  # noqa: PLW0603
    TOTAL += 1
    COUNTER["calls"] += 1
    return x


class Holder:
    __slots__ = ("kept", "name")

    def __init__(self):
        self.kept = torch.ones(3)
        self.name = "first"


def test_parameters_buffers_gradients_modes_and_identity():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))
    model(torch.randn(5, 3)).sum().backward()
    grads = [p.grad for p in model.parameters()]
    kept = [(id(p), p.data_ptr(), p.detach().clone()) for p in model.parameters()]
    guard = Guard(model)
    model.eval()
    model[0].weight.data = torch.zeros(4, 3)
    model[3].weight.requires_grad_(False)
    model[1].running_mean.add_(7)
    model.register_forward_hook(lambda *_: None)
    model[3] = nn.Linear(4, 9)
    for p in model.parameters():
        p.grad = None
    guard.restore()
    assert model.training
    assert model[3].out_features == 2
    assert not model._forward_hooks
    assert [(id(p), p.data_ptr()) for p in model.parameters()] == [(i, d) for i, d, _ in kept]
    assert all(torch.equal(p, old) for p, (_, _, old) in zip(model.parameters(), kept, strict=True))
    assert all(p.grad is g for p, g in zip(model.parameters(), grads, strict=True))
    assert all(p.requires_grad for p in model.parameters())
    assert float(model[1].running_mean.abs().max()) < 7


def test_optimizer_and_schedule():
    model = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    guard = Guard(model, optimizer, schedule)
    for _ in range(3):
        model(torch.randn(4, 3)).sum().backward()
        optimizer.step()
        schedule.step()
    guard.restore()
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert len(optimizer.state) == 0
    assert schedule.last_epoch == 0


def test_closures_globals_containers_slots_and_generators():
    seen, order, holder, stream, numbers = [], collections.deque([1, 2]), Holder(), np.random.default_rng(3), np.arange(4.0)
    state = {"best": 0.5}

    def step():
        seen.append(counting(1))
        order.rotate(1)
        state["best"] = 9
        holder.kept.zero_()
        holder.name = "second"
        numbers[:] = -1
        return stream.random()

    total, calls, draw = TOTAL, dict(COUNTER), np.random.default_rng(3).random()
    guard = Guard(step)
    step()
    guard.restore()
    assert (seen, list(order), state, holder.name) == ([], [1, 2], {"best": 0.5}, "first")
    assert (total, calls) == (TOTAL, COUNTER)
    assert torch.equal(holder.kept, torch.ones(3))
    assert numbers.tolist() == [0, 1, 2, 3]
    assert stream.random() == draw


def test_what_a_bound_method_of_a_list_holds():
    losses = []
    keep = losses.append

    def step():
        keep(1.0)

    guard = Guard(step)
    step()
    guard.restore()
    assert losses == []


def test_random_streams():
    guard = Guard()
    expected = None
    for _ in range(2):
        drawn = (random.random(), np.random.rand(), torch.rand(1).item())
        expected = expected or drawn
        guard.restore()
        assert drawn == expected


def test_what_cannot_be_written_back_is_no_trouble():
    frozen = np.arange(3)
    frozen.flags.writeable = False
    Guard({"a": frozen, "b": torch.ones(2).expand(4, 2), "c": torch.eye(3).to_sparse(), "d": object(), "e": (i for i in range(3))}).restore()


def test_weights_that_cannot_be_remembered_are_not_touched(monkeypatch):
    monkeypatch.setattr("nohero.setup.guard._room", lambda: 100)
    model = torch.nn.Linear(64, 2)
    before = model.weight.detach().clone()
    with pytest.raises(UsageError, match="do not fit into the free memory"):
        nohero.check(model, torch.nn.CrossEntropyLoss(), (torch.randn(32, 64), torch.randint(0, 2, (32,))), progress=False)
    assert torch.equal(model.weight, before)
