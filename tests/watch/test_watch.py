"""`nohero.watch` sees faults in the course of a training, changes nothing, and takes its hooks off."""

import copy

import pytest
import torch
from torch import nn

import nohero
from nohero.checks.check import watch_checks
from nohero.run.errors import UsageError
from nohero.run.finding import Status
from nohero.testing.courses import COURSES, healthy, watched

CASES = [(c, kind, case) for c in watch_checks() for kind, cases in (("sabotage", c.sabotages), ("lookalike", c.lookalikes)) for case in cases]


@pytest.mark.parametrize(("check", "kind", "case"), CASES, ids=[f"{c.code}-{case.name}" for c, _, case in CASES])
def test_the_check_tells_the_sabotage_from_the_lookalike(check, kind, case):
    finding = check.judge(watched(case.plant(COURSES[case.toy]())))
    assert (finding.status in (Status.FAIL, Status.WARN)) == (kind == "sabotage"), finding.message
    assert kind == "lookalike" or finding.remedies


def test_a_healthy_training_is_left_in_peace():
    course = watched(healthy())
    loud = [(c.code, c.judge(course).message) for c in watch_checks() if c.judge(course).status not in (Status.PASS, Status.SKIP)]
    assert loud == []
    assert course.steps == 42


def train(model, optimizer, steps, watch=None):
    torch.manual_seed(1)
    losses = []
    for _ in range(steps):
        x = torch.randn(16, 4)
        loss = model(x).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if watch is not None:
            watch.step(loss, batch=(x, x.sum(1)))
    return losses


def test_watching_changes_nothing():
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3), nn.Linear(8, 1))
    twin = copy.deepcopy(model)
    plain = train(model, torch.optim.Adam(model.parameters()), 60)
    optimizer = torch.optim.Adam(twin.parameters())
    with nohero.watch(twin, optimizer) as w:
        assert train(twin, optimizer, 60, w) == plain
    assert not twin._forward_pre_hooks
    assert not optimizer._optimizer_step_post_hooks
    assert all(not p._backward_hooks for p in twin.parameters())
    assert w.report.checked.findings


def test_the_first_step_that_is_not_finite_is_named():
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with nohero.watch(model, optimizer) as w:
        for step in range(70):
            x = torch.randn(8, 4)
            loss = model(x * (float("nan") if step == 61 else 1.0)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            w.step(loss)
    finding = w.report["OVF250"]
    assert finding.status is Status.FAIL
    assert "step 61" in finding.message


def test_an_alias_in_the_callers_own_names_is_seen():
    model = nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    best = None
    with nohero.watch(model, optimizer) as w:
        for epoch in range(3):
            train(model, optimizer, 5, None)
            if best is None:
                best = model.state_dict()
            w.epoch(0.5 + epoch)
    assert w.report["OVF253"].status is Status.FAIL
    assert w.report["OVF253"].where == ("best",)


def test_bad_input_is_told():
    with pytest.raises(UsageError, match="model is a function"):
        nohero.watch(lambda x: x)
