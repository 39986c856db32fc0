"""What the checks of boxes and masks say of real sets and of planted faults; their proofs stand in test_proofs."""

import numpy as np
import polars as pl
import pytest
from PIL import Image

from nohero.checks.check import audit_checks
from nohero.checkup import examine_collection
from nohero.data.raw import Unusable
from nohero.evidence.audit.readability import measure
from nohero.run.finding import Status
from nohero.sources.opening import open_source
from nohero.testing.collections import collections
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


def test_boxes_of_whole_pictures_are_left_open_where_hardly_any_are():
    cells = collections()["cells"]()
    for many in (1, 40):
        boxes = cells.boxes.with_row_index("place")
        whole = pl.col("place") % (boxes.height // many) == 0
        boxes = boxes.with_columns(*(pl.when(whole).then(float(value)).otherwise(pl.col(name)).alias(name) for name, value in (("left", 0), ("top", 0), ("width", 112), ("height", 96))))
        found = statuses(cells.with_(boxes=boxes.drop("place")))["DAT804"]
        assert (found.status == Status.UNSURE) is (many == 1)


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


def test_notes_and_depths_of_marked_pictures_are_asked_for(tmp_path):
    note = Image.Exif()
    note[0x0112] = 6
    for number in range(12):
        pixels = np.random.default_rng(number).integers(0, 256, (30, 40)).astype(np.uint8)
        for folder in ("images", "masks"):
            (tmp_path / folder).mkdir(exist_ok=True)
        deep = Image.fromarray(pixels if number < 2 else pixels.astype(np.uint16) * 40)
        deep.save(tmp_path / "images" / f"{number}.png", **({"exif": note} if number == 5 else {}))
        Image.fromarray((pixels[::-1, ::-1] if number == 5 else pixels) // 128).save(tmp_path / "masks" / f"{number}.png")
    checks = [c for c in audit_checks() if c.code in ("DAT652", "DAT654", "DAT651")]
    found = {f.code: f for f in examine_collection(open_source(str(tmp_path)), checks=checks).findings}
    assert found["DAT652"].items == ("images/5.png",)
    assert (found["DAT654"].status, found["DAT654"].items) == (Status.UNSURE, ("images/0.png", "images/1.png"))
    assert found["DAT651"].status == Status.PASS


def test_one_reason_with_many_numbers_is_one_reason():
    odd = tuple(Unusable(where=f"line {n}", reason=f"{n} is no share") for n in (157, 12.5, -3))
    found = measure(opened("membrane").with_(unusable=(*odd, Unusable(where="a", reason="empty: 0 bytes"))))
    assert found.reasons == (("157 is no share, and the like", 3), ("empty", 1))


def test_masks_that_number_their_things_have_no_classes(tmp_path):
    for number in range(24):
        draw = np.random.default_rng(number)
        mask = np.zeros((48, 64), dtype=np.uint16)
        for thing in range(6 + number % 7):
            mask[12 * (thing // 4) + 2 : 12 * (thing // 4) + 9, 16 * (thing % 4) + 3 : 16 * (thing % 4) + 12] = thing + 1
        for folder, pixels in (("images", draw.integers(0, 256, mask.shape).astype(np.uint8)), ("masks", mask)):
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / folder / f"{number}.png")
    found = examine_collection(open_source(str(tmp_path)), checks=[c for c in CHECKS if c.code == "DAT811"]).findings[0]
    assert found.status == Status.SKIP
