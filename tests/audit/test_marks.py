"""The checks of boxes and masks: every sabotage is caught, every lookalike and every healthy toy is left in peace; and what they say of real sets."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import audit_checks
from nohero.checkup import examine_collection
from nohero.run.finding import Status
from nohero.sources.opening import open_source
from nohero.testing.collections import collections
from nohero.testing.prove import LOOKALIKE, SABOTAGE, Row
from nohero.testing.prove_audit import row_of

CHECKS = [c for c in audit_checks() if ".audit.marks." in c.judge.__module__]
CASES = [(kind, c.code, case) for c in CHECKS for kind, cases in ((SABOTAGE, c.sabotages), (LOOKALIKE, c.lookalikes)) for case in cases]
REAL = Path(__file__).parents[3] / "shared" / "data"


def real(name):
    if not (REAL / name).exists():
        pytest.skip(f"real data set {name} is not at ../shared/data")
    return open_source(str(REAL / name))


def statuses(collection):
    return {f.code: f for f in examine_collection(collection, checks=CHECKS).findings}


@pytest.mark.parametrize(("kind", "code", "case"), CASES, ids=[f"{code}-{kind}-{case.name}" for kind, code, case in CASES])
def test_the_check_tells_the_sabotage_from_the_lookalike(kind, code, case):
    cells = row_of((Row(toy=case.toy, kind=kind, case=case.name, code=code), case, (code,)))
    if kind == SABOTAGE:
        assert cells.caught, (cells.statuses, cells.messages)
    else:
        assert not cells.alarms, cells.messages


@pytest.mark.parametrize("toy", sorted(collections()))
def test_a_healthy_toy_is_left_in_peace(toy):
    found = statuses(collections()[toy]())
    assert [f"{f.code} {f.message}" for f in found.values() if f.status not in (Status.PASS, Status.SKIP)] == []


def test_codes_are_of_the_family():
    assert len(CHECKS) >= 20
    assert all("DAT800" <= c.code <= "DAT849" for c in CHECKS)


def test_blood_cells():
    found = statuses(real("bccd"))
    assert found["DAT801"].items == ("images/BloodImage_00338.jpg annotation 3951", "images/BloodImage_00343.jpg annotation 4005")
    assert len(found["DAT805"].items) == 7
    assert found["DAT811"].status == Status.UNSURE
    assert "85%" in found["DAT811"].message
    assert {code for code, f in found.items() if f.status == Status.FAIL} == {"DAT801"}
    assert {code for code, f in found.items() if f.status == Status.WARN} == {"DAT805"}


def test_membranes_are_slices_of_one_stack():
    found = statuses(real("membrane"))
    assert {code for code, f in found.items() if f.status in (Status.FAIL, Status.WARN)} == {"DAT840"}
    assert "by block" in found["DAT840"].remedies[0].text


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_boxes_dealt_to_other_blood_cells_are_found_and_named(share):
    blood = real("bccd")
    place, planted = np.arange(len(blood)), np.random.default_rng(5).choice(len(blood), int(share * len(blood)), replace=False)
    place[planted] = np.roll(planted, 1)
    items = place[blood.boxes["item"].to_numpy()]
    found = statuses(blood.with_(boxes=blood.boxes.with_columns(pl.Series("item", items))))["DAT812"]
    named = set(found.items)
    assert found.status == Status.FAIL
    assert len(named & {blood.items[i] for i in planted}) / len(named) > 0.9
