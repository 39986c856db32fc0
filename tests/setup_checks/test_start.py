"""Signals at the start, reach and intent: odd networks that are sound stay quiet, and faults beside them are named."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nohero.checks.check import setup_checks
from nohero.checkup import examine
from nohero.evidence.setup import linear_answer, signals, task_facts
from nohero.setup.given import Given
from nohero.setup.setup import Setup

CODES = {f"SKE{n}" for n in range(260, 272)}


def table(columns=8, rows=256):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(rows, columns, generator=generator)
    return x, (x[:, :1] * x[:, 1:2] + x[:, 2:3].sin())


def given(model, x, y, loss=None, **rest):
    free = [p for p in model.parameters() if p.requires_grad]
    return Given(model=model, loss=loss or nn.MSELoss(), train=(x, y), optimizer=torch.optim.Adam(free, lr=1e-3), **rest)


def fired(setup):
    checks = [c for c in setup_checks() if c.code in CODES]
    return {f.name for f in examine(setup, budget=None, checks=checks).findings if f.status in ("FAIL", "WARN", "ERROR")}


def mlp(depth=2, act=nn.ReLU):
    torch.manual_seed(0)
    inner = [part for _ in range(depth - 1) for part in (nn.Linear(32, 32), act())]
    return nn.Sequential(nn.Linear(8, 32), act(), *inner, nn.Linear(32, 1))


class Gated(nn.Module):
    """A block whose gate starts at zero, as in diffusion transformers."""

    def __init__(self):
        super().__init__()
        self.f, self.gate = nn.Linear(32, 32), nn.Linear(32, 32)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)

    def forward(self, x):
        return x + self.gate(x) * torch.relu(self.f(x))


def gated():
    torch.manual_seed(0)
    head = nn.Linear(32, 1)
    nn.init.zeros_(head.weight)
    return nn.Sequential(nn.Linear(8, 32), Gated(), Gated(), head)


@pytest.mark.parametrize("model", [mlp(), mlp(8), mlp(2, nn.Sigmoid), gated()])
def test_sound_starts_are_quiet(model):
    assert not fired(given(model, *table()))


def test_a_column_in_thousands_is_the_inputs_fault_and_not_the_models():
    x, y = table()
    x[:, 7] = 15_000 * x[:, 7] + 50_000
    assert fired(given(mlp(), x, y)) == {"unscaled-inputs"}


def test_the_bend_is_seen_beside_a_column_that_drowns_the_others():
    x, y = table()
    x[:, 7] = 15_000 * x[:, 7] + 50_000
    setup = Setup(given(mlp(), x, y))
    try:
        assert linear_answer.measure(setup, signals.measure(setup), task_facts.measure(setup)).bend > 0.01
    finally:
        setup.close()


def test_dead_shares_agree_with_a_plain_count():
    x, y = table()
    model = mlp()
    with torch.no_grad():
        model[2].bias[:20] = -50.0
    setup = Setup(given(model, x, y))
    try:
        found = next(a for a in signals.measure(setup).activations if a.place == "2")
    finally:
        setup.close()
    seen = x[: 32 * signals.BATCHES]
    plain = (model[:4](seen) == 0).all(0).float().mean()
    assert found.dead == pytest.approx(float(plain))


def test_the_last_bounds_against_the_targets():
    x, y = table()
    assert "unreachable-targets" in fired(given(nn.Sequential(*mlp(), nn.Tanh()), x, 10 * y))
    assert not fired(given(nn.Sequential(*mlp(), nn.Tanh()), x, y / 10))


def test_no_step_and_no_optimizer():
    x, y = table()
    assert not fired(Given(model=mlp(), loss=nn.MSELoss(), train=(x, y)))
