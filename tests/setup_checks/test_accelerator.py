"""The healthy set-ups and a fault of each part on an accelerator: the same verdicts as on the CPU, and everything as it was."""

import pytest
import torch
from torch.utils.data import DataLoader

from nohero.checks.check import setup_checks
from nohero.checkup import examine
from nohero.run.finding import Status
from nohero.setup.calling import mapped
from nohero.testing.setups import setups
from setup_checks.state_of import state_of

DEVICE = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else ""
pytestmark = pytest.mark.skipif(not DEVICE, reason="no accelerator is here: CUDA and MPS are not available")
FAULTS = [(c, case) for c in setup_checks() for case in c.sabotages[:1]]


def moved(given, device=None):
    """The set-up with its models, losses and the batches of its loaders on the device; the same objects, as `.to` leaves them."""
    device = device or DEVICE
    models = given.model if isinstance(given.model, tuple | list) else given.model.values() if isinstance(given.model, dict) else [given.model]
    for module in (*models, given.loss):
        if isinstance(module, torch.nn.Module):
            module.to(device)
    for part in (given.train, given.val, given.test):
        if isinstance(part, DataLoader) and part.num_workers == 0:  # a worker has no CUDA: there the batch is moved by the one who takes it
            part.collate_fn = _collated(part.collate_fn, device)
    return given


def _collated(collate, device):
    return lambda items: mapped(collate(items), lambda t: t.to(device))


@pytest.mark.parametrize("toy", sorted(setups()))
def test_a_healthy_set_up_is_left_in_peace_and_as_it_was(toy):
    given = moved(setups()[toy]())
    before = state_of(given)
    checked = examine(given, budget=None)
    loud = [f"{f.code} {f.name} {f.status}: {f.message}" for f in checked.findings if f.status in (Status.FAIL, Status.WARN, Status.ERROR)]
    assert loud == []
    assert checked.device.startswith(DEVICE)
    assert state_of(given) == before


@pytest.mark.parametrize(("check", "case"), FAULTS, ids=[f"{c.code}-{case.name}" for c, case in FAULTS])
def test_a_planted_fault_is_caught(check, case):
    given = moved(case.plant(setups()[case.toy]()))
    finding = examine(given, budget=None, checks=[check]).findings[0]
    assert finding.status in (Status.FAIL, Status.WARN), finding
