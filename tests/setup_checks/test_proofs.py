"""The matrix of the second door, in pieces: every check fires on its sabotages, stays quiet on its lookalikes and on every healthy set-up, and nothing is harmed."""

import cProfile
import sys

import pytest

from nohero.checks.check import COMPONENTS, setup_checks
from nohero.checkup import examine
from nohero.run.finding import Status
from nohero.testing.prove import LOOKALIKE, SABOTAGE, Row
from nohero.testing.prove_setup import row_of
from nohero.testing.setups import setups
from setup_checks.state_of import state_of

CASES = [(kind, c.code, case) for c in setup_checks() for kind, cases in ((SABOTAGE, c.sabotages), (LOOKALIKE, c.lookalikes)) for case in cases]


@pytest.mark.parametrize("toy", sorted(setups()))
def test_a_healthy_set_up_is_left_in_peace_and_as_it_was(toy):
    given = setups()[toy]()
    before = state_of(given)
    checked = examine(given, budget=None)
    after = state_of(given)
    loud = [f"{f.code} {f.name} {f.status}: {f.message}" for f in checked.findings if f.status in (Status.FAIL, Status.WARN, Status.ERROR)]
    assert loud == []
    assert after == before


def test_a_profiler_goes_on_after_the_checks():
    profiler = cProfile.Profile()
    profiler.enable()
    examine(setups()["huber-regression"](), budget=None)
    still = sys.getprofile()
    profiler.disable()
    assert still is profiler


@pytest.mark.parametrize(("kind", "code", "case"), CASES, ids=[f"{code}-{kind}-{case.name}-{case.toy}" for kind, code, case in CASES])
def test_the_check_tells_the_sabotage_from_the_lookalike(kind, code, case):
    cells = row_of((Row(toy=case.toy, kind=kind, case=case.name, code=code), case, (code,)))
    if kind == SABOTAGE:
        assert cells.caught, (cells.statuses, cells.messages)
    else:
        assert not cells.alarms, cells.messages


@pytest.mark.parametrize("component", COMPONENTS)
def test_there_are_checks_for_every_component(component):
    assert [c for c in setup_checks() if f".setup.{component}." in c.judge.__module__]
