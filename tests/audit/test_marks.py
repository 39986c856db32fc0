"""What the checks of boxes and masks say of real sets and of planted faults; their proofs stand in test_proofs."""

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import audit_checks
from nohero.checkup import examine_collection
from nohero.run.finding import Status
from nohero.sources.opening import open_source
from real_files import real

CHECKS = [c for c in audit_checks() if ".audit.marks." in c.judge.__module__]


def opened(name):
    return open_source(str(real(name)))


def statuses(collection):
    return {f.code: f for f in examine_collection(collection, checks=CHECKS).findings}


def test_codes_are_of_the_family():
    assert len(CHECKS) >= 20
    assert all("DAT800" <= c.code <= "DAT849" for c in CHECKS)


def test_blood_cells():
    found = statuses(opened("bccd"))
    assert found["DAT801"].items == ("images/BloodImage_00338.jpg annotation 3951", "images/BloodImage_00343.jpg annotation 4005")
    assert len(found["DAT805"].items) == 7
    assert found["DAT811"].status == Status.UNSURE
    assert "85%" in found["DAT811"].message
    assert {code for code, f in found.items() if f.status == Status.FAIL} == {"DAT801"}
    assert {code for code, f in found.items() if f.status == Status.WARN} == {"DAT805"}


def test_membranes_are_slices_of_one_stack():
    found = statuses(opened("membrane"))
    assert {code for code, f in found.items() if f.status in (Status.FAIL, Status.WARN)} == {"DAT840"}
    assert "by block" in found["DAT840"].remedies[0].text


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_boxes_dealt_to_other_blood_cells_are_found_and_named(share):
    blood = opened("bccd")
    place, planted = np.arange(len(blood)), np.random.default_rng(5).choice(len(blood), int(share * len(blood)), replace=False)
    place[planted] = np.roll(planted, 1)
    items = place[blood.boxes["item"].to_numpy()]
    found = statuses(blood.with_(boxes=blood.boxes.with_columns(pl.Series("item", items))))["DAT812"]
    named = set(found.items)
    assert found.status == Status.WARN
    assert len(named & {blood.items[i] for i in planted}) / len(named) > 0.9
