"""YOLO labels, polygons and run lengths as collections, from files that are good, odd and hostile."""

import json
import random

import numpy as np
import pytest
from PIL import Image

from nohero.checkup import examine_collection
from nohero.run.errors import DataError
from nohero.run.finding import Status
from nohero.sources.class_names import read_class_names
from nohero.sources.opening import open_source
from nohero.sources.segments import Segment, SegmentError, box_of, drawn, polygon_of, segment_of, unpacked
from nohero.sources.yolo import MOST_FAULTS


def picture(path, size=(40, 30), seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)).save(path)


def label(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def broken(collection):
    return [f"{f.code} {f.message}" for f in examine_collection(collection).findings if f.status is Status.ERROR]


def packed(runs):
    """pycocotools' letters, written plainly."""
    text = ""
    for i, run in enumerate(runs):
        value = run - runs[i - 2] if i > 2 else run
        more = True
        while more:
            bits, value = value & 31, value >> 5
            more = value != (-1 if bits & 16 else 0)
            text += chr(bits + (32 if more else 0) + 48)
    return text


def test_packed_run_lengths_come_back():
    draw = random.Random(3)
    for _ in range(200):
        runs = [draw.randrange(0, 10 ** draw.randrange(1, 6)) for _ in range(draw.randrange(1, 12))]
        assert unpacked(packed(runs)) == tuple(runs)


@pytest.mark.parametrize("text", ["~", "é", "o", "oooooooooo1", " ", "\x00", "o" * 100])
def test_letters_that_are_no_run_lengths_are_refused(text):
    with pytest.raises(SegmentError):
        unpacked(text)


def test_run_lengths_are_drawn_down_the_columns():
    mask = np.zeros((3, 4), dtype=int)
    mask[1:3, 2] = 1
    runs = [7, 2, 3]
    for counts in (runs, packed(runs)):
        segment = segment_of({"counts": counts, "size": [3, 4]}, 5)
        read = drawn([segment], 3, 4)
        assert (read.width, read.height, read.counts) == (4, 3, {0: 10, 5: 2})
        assert (np.unique(read.small[:, int(128 * 2.5 / 4)]) == [0, 5]).all()
    assert segment_of([], 1) is None
    assert segment_of(None, 1) is None


def test_polygons_are_drawn_later_ones_above_and_crowds_below():
    square = segment_of([[0, 0, 20, 0, 20, 20, 0, 20]], 1)
    part = segment_of([5, 5, 9, 5, 9, 9, 5, 9], 2)
    crowd = Segment(code=3, runs=(0, 1200), size=(30, 40), crowd=True)
    read = drawn([square, part, crowd], 30, 40)
    assert set(read.counts) == {1, 2, 3}
    assert read.counts[2] == 25
    assert box_of(square) == (0, 0, 20, 20)
    assert box_of(crowd) is None
    shares = drawn([Segment(code=1, polygons=((0.0, 0.0, 0.5, 0.0, 0.5, 1.0, 0.0, 1.0),), shares=True)], 30, 40)
    assert 0.5 <= shares.counts[1] / 1200 < 0.56


@pytest.mark.parametrize("value", [
    "text", 7, [[1, 2, 3, 4]], [[1, 2, 3, 4, 5, 6, 7]], [["a", 1, 2, 3, 4, 5]], [[1, 2, 3, 4, 5, float("nan")]], [[10**400, 2, 3, 4, 5, 6]], [{}], [[True, 1, 2, 3, 4, 5]], [1, 2, "3"],
    {"counts": [1, 2], "size": [3, 4]}, {"counts": [-1, 13], "size": [3, 4]}, {"counts": [12], "size": [0, 4]}, {"counts": [10**18], "size": [10**9, 10**9]}, {"counts": [12]},
    {"size": [3, 4]}, {"counts": "~~", "size": [3, 4]}, {"counts": [12.0], "size": [3, 4]}, {"counts": [12], "size": "3x4"}, {"counts": None, "size": [3, 4]},
])  # fmt: skip
def test_regions_of_other_forms_are_refused_in_a_few_words(value):
    with pytest.raises(SegmentError) as caught:
        segment_of(value, 1)
    assert len(str(caught.value)) < 200


def test_points_far_beyond_the_picture_are_cut():
    assert polygon_of([1, 2, 3, 4, 5, 6]) == [1, 2, 3, 4, 5, 6]
    read = drawn([segment_of([[-1e300, -1e300, 1e300, -1e300, 1e300, 1e300, -1e300, 1e300]], 1)], 30, 40)
    assert read.counts == {1: 1200}


def coco(folder, marks, images):
    value = {"images": [{"id": i, "file_name": f"{i}.png", "width": 40, "height": 30} for i in images], "annotations": marks, "categories": [{"id": 7, "name": "cell"}, {"id": 9, "name": "plate"}]}
    (folder / "annotations.json").write_text(json.dumps(value))
    return open_source(str(folder))


def test_regions_of_a_coco_file_become_masks(tmp_path):
    for i in (1, 2, 3):
        picture(tmp_path / f"{i}.png", seed=i)
    marks = [
        {"id": 1, "image_id": 1, "category_id": 9, "bbox": [5, 5, 10, 10], "segmentation": [[5, 5, 15, 5, 15, 15, 5, 15]]},
        {"id": 2, "image_id": 1, "category_id": 7, "segmentation": [[20, 5, 25, 5, 25, 10]]},
        {"id": 3, "image_id": 2, "category_id": 7, "bbox": [0, 0, 3, 30], "segmentation": {"counts": [0, 90, 1110], "size": [30, 40]}, "iscrowd": 1},
        {"id": 4, "image_id": 2, "category_id": 7, "bbox": [0, 0, 3, 3], "segmentation": [[1, 2, 3]]},
        {"id": 5, "image_id": 3, "category_id": 7, "bbox": [0, 0, 3, 3]},
    ]
    found = coco(tmp_path, marks, (1, 2, 3))
    assert set(found.marking.masks[0].counts) == {0, 1, 2}
    assert found.marking.masks[1].counts == {0: 1110, 1: 90}
    assert found.marking.masks[2] is None
    assert found.boxes.height == 5
    assert found.boxes.row(1)[:6] == (0, "cell", 20.0, 5.0, 5.0, 5.0)
    assert [(u.where, u.reason) for u in found.unusable] == [("annotation 4 (2.png)", "its region has a polygon of 3 numbers, not of x and y of 3 points at least")]
    assert "1 cell, 2 plate" in found.notes[-1]
    assert not broken(found)
    told = {f.code: f for f in examine_collection(found).findings}
    assert told["DAT500"].status is Status.FAIL
    assert told["DAT808"].status is Status.PASS  # a picture whose boxes have no regions lacks nothing


def test_run_lengths_of_another_size_are_told(tmp_path):
    picture(tmp_path / "1.png")
    found = coco(tmp_path, [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 1, 5, 5], "segmentation": {"counts": [0, 100, 1100], "size": [40, 30]}}], (1,))
    finding = next(f for f in examine_collection(found).findings if f.code == "DAT820")
    assert finding.status in (Status.FAIL, Status.WARN, Status.UNSURE)
    assert "30x40" in str(finding)


@pytest.fixture
def yolo(tmp_path):
    for part, numbers in (("train", (1, 2, 3)), ("val", (4, 5))):
        for i in numbers:
            picture(tmp_path / "images" / part / f"{i}.png", seed=i)
            label(tmp_path / "labels" / part / f"{i}.txt", "0 0.5 0.5 0.25 0.2", "1 0.2 0.2 0.1 0.1")
    (tmp_path / "data.yaml").write_text("train: /etc\nnc: 2\nnames:\n  0: cat  # a comment\n  1: 'dog, large'\n")
    return tmp_path


def test_yolo_labels_by_folder_by_yaml_and_from_the_pictures(yolo):
    for source in (yolo, yolo / "data.yaml", yolo / "images"):
        found = open_source(str(source))
        assert (found.marking.form, len(found), found.parts) == ("YOLO", 5, ("train", "val"))
        assert found.boxes.row(0)[1:7] == ("cat", pytest.approx(15), pytest.approx(12), pytest.approx(10), pytest.approx(6), "labels/train/1.txt line 1")
        assert found.marking.classes == ("cat", "dog, large")
        assert not found.unusable
    assert not broken(found)
    assert not [f for f in examine_collection(found).findings if f.status is Status.FAIL]


def test_bad_lines_are_told_by_path_and_line(yolo):
    lines = ["0 0.5 0.5 0.2", "cat 0.5 0.5 0.2 0.2", "0 320 240 50 60", "0 nan 0.5 0.2 0.2", "0.5 0.5 0.5 0.2 0.2", "-1 0.5 0.5 0.2 0.2", "0 1e400 0.5 0.2 0.2", "0 0.5 0.5 -0.2 0.2", "", "0 0.5 0.5 0.2 0.2", "5 0.5 0.5 0.2 0.2", "\x00\x01"]
    label(yolo / "labels" / "train" / "2.txt", *lines)
    found = open_source(str(yolo))
    assert [u.where for u in found.unusable] == [f"labels/train/2.txt line {n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 12)]
    assert "320 is no share" in found.unusable[2].reason
    told = {f.code: f for f in examine_collection(found).findings}
    assert told["DAT500"].where[0] == "labels/train/2.txt line 1"
    assert told["DAT807"].status is Status.FAIL
    assert "class 5" in told["DAT807"].message
    assert not broken(found)


def test_corners_in_place_of_sizes_are_seen(yolo):
    for path in (yolo / "labels").rglob("*.txt"):
        label(path, "0 0.5 0.4 0.9 0.95", "1 0.6 0.7 0.8 0.99")
    finding = next(f for f in examine_collection(open_source(str(yolo))).findings if f.code == "DAT802")
    assert finding.status is Status.FAIL
    assert "corners" in finding.message
    assert finding.expected.startswith("centre x")


def test_polygons_of_yolo_become_boxes_and_masks(yolo):
    label(yolo / "labels" / "train" / "1.txt", "1 0.25 0.2 0.75 0.2 0.75 0.8 0.25 0.8")
    found = open_source(str(yolo))
    assert found.boxes.row(0)[1:6] == ("dog, large", pytest.approx(10), pytest.approx(6), pytest.approx(20), pytest.approx(18))
    assert found.marking.masks[0].counts[2] == pytest.approx(360, rel=0.15)
    (yolo / "data.yaml").write_text("names: [cat, dog]\nkpt_shape: [2, 2]\n")
    assert open_source(str(yolo)).boxes.row(0)[4:6] == (pytest.approx(30), pytest.approx(6))  # the first four are a box then, and points follow


def test_a_picture_without_a_file_is_forgotten_only_where_others_have_empty_ones(yolo):
    (yolo / "labels" / "train" / "1.txt").unlink()
    found = open_source(str(yolo))
    assert not found.marking.unlisted
    (yolo / "labels" / "val" / "4.txt").write_text("\n")
    assert [u.where for u in open_source(str(yolo)).marking.unlisted] == ["images/train/1.png"]
    label(yolo / "labels" / "train" / "99.txt", "0 0.5 0.5 0.1 0.1")
    assert [u.where for u in open_source(str(yolo)).marking.strays] == ["labels/train/99.txt"]


def test_labels_beside_the_pictures_with_a_list_of_classes(tmp_path):
    for i in range(3):
        picture(tmp_path / f"{i}.png", seed=i)
        label(tmp_path / f"{i}.txt", "1 0.5 0.5 0.2 0.2")
    assert open_source(str(tmp_path)).boxes["label"][0] == "class 1"
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    found = open_source(str(tmp_path))
    assert (found.boxes["label"][0], found.marking.strays) == ("dog", ())


def test_hostile_label_files_are_told_and_not_raised(yolo, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.txt"
    outside.write_text("0 0.1 0.1 0.1 0.1\n")
    (yolo / "labels" / "train" / "1.txt").unlink()
    (yolo / "labels" / "train" / "1.txt").symlink_to(outside)
    (yolo / "labels" / "train" / "2.txt").write_bytes(bytes(range(256)) * 50)
    (yolo / "labels" / "train" / "3.txt").write_text("x\n" * 10_000)
    (yolo / "labels" / "val" / "4.txt").write_text("0 " * 100_000)
    found = open_source(str(yolo))
    assert "link" in next(u.reason for u in found.unusable if u.where == "labels/train/1.txt")
    assert sum(u.where.startswith("labels/train/3.txt") for u in found.unusable) == MOST_FAULTS + 1
    assert "secret" not in str(found.unusable)
    assert not broken(found)


def test_captions_and_classes_are_no_yolo(tmp_path):
    for i in range(4):
        picture(tmp_path / "a" / f"{i}.png", seed=i)
        picture(tmp_path / "b" / f"{i}.png", seed=i + 9)
        label(tmp_path / "a" / f"{i}.txt", "a cat lies on the mat")
    assert open_source(str(tmp_path)).marking is None
    assert open_source(str(tmp_path)).label == "class"


def test_a_yaml_without_pictures_is_refused(tmp_path):
    (tmp_path / "data.yaml").write_text("train: ../elsewhere\nnames: [a]\n")
    with pytest.raises(DataError, match="no pictures with label files"):
        open_source(str(tmp_path / "data.yaml"))


@pytest.mark.parametrize(("text", "names"), [
    ("names: [a, 'b, c', \"d\"]", {0: "a", 1: "b, c", 2: "d"}), ("names: {0: a, 3: b}", {0: "a", 3: "b"}), ("names: [a,\n  b,\n  c]", {0: "a", 1: "b", 2: "c"}),
    ("nc: 2\nnames:\n- a\n- b\ntrain: x", {0: "a", 1: "b"}), ("names:\n  2: a\n  4: 'b'\n\n# end", {2: "a", 4: "b"}), ("names: !!python/object/apply:os.system [ls]", {}), ("nc: 2", {}),
    ("names: &a [*a, *a]", {}), ("", {}), ("names: [" + "[" * 10_000, {}),
])  # fmt: skip
def test_names_of_a_yaml(tmp_path, text, names):
    (tmp_path / "data.yaml").write_text(text)
    read = read_class_names(tmp_path / "data.yaml")
    assert read.names == names
    assert bool(read.fault) == (not names)
