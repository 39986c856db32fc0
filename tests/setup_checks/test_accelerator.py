"""The healthy set-ups and a fault of each check on an accelerator: the same verdicts as on the CPU, and everything as it was."""

from dataclasses import replace

import pytest
import torch

from nohero.checks.check import setup_checks
from nohero.checkup import examine
from nohero.run.finding import Status
from nohero.setup.calling import mapped
from nohero.testing.setups import setups
from setup_checks.state_of import state_of

DEVICE = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else ""
pytestmark = pytest.mark.skipif(not DEVICE, reason="no accelerator is here: CUDA and MPS are not available")
FAULTS = [(c, case) for c in setup_checks() for case in c.sabotages[:1]]
ON_THE_HOST = {  # their plants hold tensors of their own, which stay behind
    "SKE221": "layers in a list are not moved with the model", "SKE224": "a layer made in forward is made on the CPU", "SKE406": "the kept batch", "SKE408": "the average made before the move",
}  # fmt: skip


def moved(given):
    """The set-up as its user would have it there: models and losses moved, the batches moved by the user's own step and evaluation."""
    models = given.model if isinstance(given.model, tuple | list) else given.model.values() if isinstance(given.model, dict) else [given.model]
    for module in (*models, given.loss):
        if isinstance(module, torch.nn.Module):
            module.to(DEVICE)

    def there(batch):
        return mapped(batch, lambda t: t.to(DEVICE))

    step, evaluate = given.step, given.evaluate
    return replace(
        given,
        step=step and (lambda model, batch, loss, optimizer: step(model, there(batch), loss, optimizer)),
        evaluate=evaluate and (lambda model, batches: evaluate(model, _Moved(batches, there))),
    )


class _Moved:
    def __init__(self, batches, there):
        self.batches, self.there = batches, there

    def __iter__(self):
        return map(self.there, self.batches)

    def __len__(self):
        return len(self.batches)


def statuses(checked):
    return {f.code: str(f.status) for f in checked.findings}


@pytest.mark.parametrize("toy", sorted(setups()))
def test_a_healthy_set_up_is_left_in_peace_and_as_it_was(toy):
    given = moved(setups()[toy]())
    before = state_of(given)
    checked = examine(given, budget=None)
    loud = [f"{f.code} {f.name} {f.status}: {f.message}" for f in checked.findings if f.status in (Status.FAIL, Status.WARN, Status.ERROR)]
    assert loud == []
    assert checked.device.startswith(DEVICE)
    assert state_of(given) == before
    here, there = statuses(examine(setups()[toy](), budget=None)), statuses(checked)
    assert {c: (here[c], there[c]) for c in here if here[c] != there[c]} == {}


@pytest.mark.parametrize(("check", "case"), FAULTS, ids=[f"{c.code}-{case.name}" for c, case in FAULTS])
def test_a_planted_fault_is_caught(check, case):
    if check.code in ON_THE_HOST:
        pytest.skip(f"the plant stays on the CPU: {ON_THE_HOST[check.code]}")
    given = moved(case.plant(setups()[case.toy]()))
    finding = examine(given, budget=None, checks=[check]).findings[0]
    assert finding.status in (Status.FAIL, Status.WARN), finding
