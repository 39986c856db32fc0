"""What pictures and sounds bear besides what they show: single edges, bands, inks, overlaps, and values that ran over; and fields called as those of counts are."""

import numpy as np
import polars as pl
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.evidence.audit.near_pictures import near_pairs
from nohero.evidence.audit.picture_bands import measure as bands
from nohero.evidence.audit.picture_frames import frame_of
from nohero.evidence.audit.picture_inks import inks
from nohero.evidence.audit.picture_overlaps import measure as overlaps
from nohero.evidence.audit.picture_step import outlines_alone
from nohero.evidence.audit.sound_wraps import jumps_of
from nohero.run.finding import Status
from nohero.sources.opening import open_source
from nohero.testing.collections import collections


def scene(seed, side=64, width=1.5):
    return gaussian_filter(np.random.default_rng(seed).normal(size=(side, side)), width) * 30 * width


def arrays(pictures):
    c = collections()["small-arrays"]()
    count = len(pictures)
    return c.with_(pictures=pictures.clip(0, 255).astype(np.uint8), frame=c.frame[:count], items=c.items[:count])


def test_a_horizon_in_common_is_no_copy_and_a_whole_picture_is():
    horizon = np.where(np.arange(64)[:, None] < 20, 0.0, 160.0)
    one, other = (horizon + (horizon > 0) * scene(seed) for seed in (1, 2))
    assert outlines_alone(one, other, 2.0)
    assert not outlines_alone(one, one * 0.9 + np.random.default_rng(0).normal(0, 1, one.shape), 2.0)
    assert not outlines_alone(scene(3) + 100, scene(3) + 90, 2.0)


def told(pictures, code):
    return examine_collection(arrays(np.stack(pictures)), checks=[find_check(code)]).findings[0]


def test_drawings_that_agree_mirrored_alone_are_left_open():
    letter = np.full((64, 64), 250.0)
    letter[8:56, 12:20] = letter[32:40, 12:44] = letter[48:56, 12:44] = letter[32:56, 36:44] = 10  # b
    scenes = [128 + 2 * scene(seed) for seed in range(20)]
    found = told([*scenes, letter, letter[:, ::-1]], "DAT661")
    assert (found.status, found.observed.value) == (Status.UNSURE, 1)
    assert "two signs" in found.message
    found = told([*scenes, letter, letter[:, ::-1], scenes[3][:, ::-1]], "DAT661")
    assert (found.status, found.observed.value) == (Status.WARN, 2)


def test_of_padded_pictures_what_lies_inside_is_compared():
    def framed(inside):
        return np.pad(inside, 18)

    sign = np.full((28, 28), 250.0)
    away = np.add.outer(abs(np.arange(28) - 13.5), abs(np.arange(28) - 13.5))
    sign[away <= 13], sign[away == 12] = 200, 60
    crossing, junction = sign.copy(), sign.copy()
    crossing[13:16, 7:21] = crossing[7:21, 13:16] = junction[11:14, 7:21] = junction[11:21, 13:16] = 60
    scenes = [framed(200 + scene(seed, 28)) for seed in range(20)]
    signs = np.stack([*scenes, framed(crossing), framed(junction)]).astype(np.uint8)[..., None]
    assert near_pairs(signs) == [], "turned a quarter, as far as the frame goes"
    assert told([*scenes, 0.9 * scenes[3]], "DAT661").status is Status.WARN
    assert frame_of(scenes[0][..., None]) == (slice(18, 46), slice(18, 46))
    thing = np.zeros((64, 64, 1))
    thing[np.hypot(*(np.indices((64, 64)) - 32)) < 14] = 200
    assert frame_of(thing) is None


@pytest.mark.parametrize(("turn", "side"), [(0, "bottom"), (1, "right"), (2, "top"), (3, "left")])
def test_bands_are_found_at_each_side(turn, side):
    whole = np.stack([128 + 3 * scene(seed) for seed in range(4)])
    whole[1, 40:] = 128
    found = bands(arrays(np.rot90(whole, turn, axes=(1, 2)))).bands
    assert [(b.row, b.side) for b in found] == [(1, side)]
    assert found[0].colour == (128,)
    assert 0.3 < found[0].share < 0.45


def test_an_ink_at_one_place_is_found_whatever_it_writes():
    draw = np.random.default_rng(0)
    pixels = draw.integers(20, 120, (80, 64, 64, 3)).astype(np.uint8)
    target = np.repeat([0, 1], 40)
    for i in range(34):
        ink = draw.random((6, 20)) < 0.4
        pixels[i, 56:62, 40:60][ink] = (250, 200, 40)
    found = inks(pixels, target)
    assert [(f.code, len(f.rows)) for f in found] == [(0, 34)]
    assert min(found[0].place) > 0.5
    assert inks(draw.integers(20, 120, (80, 64, 64, 3)).astype(np.uint8), target) == ()


def test_overlaps_are_found_by_as_much_as_they_are_moved():
    large = [128 + scene(seed, 96) for seed in range(12)]
    crops = [s[:64, :64] for s in large] + [s[12:76, 8:72] for s in large[:3]] + [128 + scene(50 + k) for k in range(3)]
    c = arrays(np.stack(crops))
    c = c.with_(frame=c.frame.with_columns(pl.Series("part", ["train"] * 12 + ["test"] * 6)), split="part")
    found = overlaps(c).overlaps
    assert [(o.evaluated, o.training) for o in found] == [(12, 0), (13, 1), (14, 2)]
    assert {(abs(o.down), abs(o.right)) for o in found} == {(12, 8)}


def test_values_that_ran_over_are_told_from_square_waves_and_noise():
    loud = 1.4 * np.sin(np.arange(8000) * 0.05)
    assert jumps_of(((loud + 1) % 2 - 1)[:, None]) >= 100
    assert jumps_of(np.clip(loud, -1, 1)[:, None]) == 0
    assert jumps_of(np.sign(loud + 1e-3)[:, None]) == 0
    assert jumps_of(np.random.default_rng(0).uniform(-1, 1, (8000, 1))) == 0
    assert jumps_of((np.arange(8000) * 0.02 % 2 - 1)[:, None]) == 0, "a sawtooth jumps one way"
    assert jumps_of(((3.3 * np.sin(np.arange(8000) * 0.01) + 1) % 2 - 1)[:, None]) >= 40


@pytest.mark.parametrize(("broken", "status"), [({0: 40, 5: 44, 9: 30}, Status.WARN), (dict.fromkeys(range(8), 52), Status.UNSURE), ({i: 30 + i for i in range(15)}, Status.UNSURE)])
def test_bands_in_most_pictures_or_at_one_height_are_left_open(broken, status):
    pictures = np.stack([128 + 3 * scene(seed) for seed in range(24)])
    for row, seam in broken.items():
        pictures[row, seam:] = 128
    found = examine_collection(arrays(pictures), checks=[find_check("DAT682")]).findings[0]
    assert (found.status, len(found.items)) == (status, len(broken))


def test_fields_beside_pictures_are_examined_and_may_be_called_count(tmp_path):
    rows, draw = ["file,count,share"], np.random.default_rng(0)
    for i in range(60):
        Image.fromarray(draw.integers(0, 256, (24, 24, 3), dtype=np.uint8)).save(tmp_path / f"{i}.png")
        share = draw.uniform(0.2, 0.4) * (100 if i % 30 == 5 else 1)
        rows.append(f"{i}.png,{i % 3},{share:.4f}")
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n")
    c = open_source(str(tmp_path / "t.csv"))
    assert c.kind == "picture"
    assert c.tabled.kind == "row"
    assert set(c.tabled.frame.columns) == {"count", "share"}
    checked = examine_collection(c.with_(label="count"), checks=[find_check(code) for code in ("DAT513", "DAT514", "DAT533")])
    told = {f.code: f for f in checked.findings}
    assert Status.ERROR not in {f.status for f in told.values()}
    assert Status.SKIP not in {told["DAT513"].status, told["DAT514"].status}


def test_how_coarsely_files_were_stored_is_kept(tmp_path):
    picture = Image.fromarray((128 + scene(0)).clip(0, 255).astype(np.uint8))
    for quality in (20, 95):
        picture.save(tmp_path / f"{quality}.jpg", quality=quality)
    picture.save(tmp_path / "plain.png")
    from nohero.data.picture_look import look

    looks, _ = look([tmp_path / name for name in ("20.jpg", "95.jpg", "plain.png")])
    assert looks[0].coarse > 10 * looks[1].coarse > 0
    assert looks[2].coarse == 0
