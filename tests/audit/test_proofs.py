"""The audit's matrix, in pieces: every check fires on its sabotages and stays quiet on its lookalikes; all are quiet on healthy collections."""

import pytest

from nohero.checks.check import FAMILIES, audit_checks
from nohero.checkup import examine_collection
from nohero.run.finding import Status
from nohero.testing.collections import collections
from nohero.testing.prove import LOOKALIKE, SABOTAGE, Row
from nohero.testing.prove_audit import row_of

CASES = [(kind, c.code, case) for c in audit_checks() for kind, cases in ((SABOTAGE, c.sabotages), (LOOKALIKE, c.lookalikes)) for case in cases]


@pytest.mark.parametrize("toy", sorted(collections()))
def test_a_healthy_collection_is_left_in_peace(toy):
    checked = examine_collection(collections()[toy]())
    assert [f"{f.code} {f.status}: {f.message}" for f in checked.findings if f.status in (Status.FAIL, Status.WARN, Status.ERROR)] == []


@pytest.mark.parametrize(("kind", "code", "case"), CASES, ids=[f"{code}-{kind}-{case.name}-{case.toy}" for kind, code, case in CASES])
def test_the_check_tells_the_sabotage_from_the_lookalike(kind, code, case):
    cells = row_of((Row(toy=case.toy, kind=kind, case=case.name, code=code), case, (code,)))
    if kind == SABOTAGE:
        assert cells.caught, (cells.statuses, cells.messages)
    else:
        assert not cells.alarms, cells.messages


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_a_folder(family):
    assert __import__(f"nohero.checks.audit.{family}")
