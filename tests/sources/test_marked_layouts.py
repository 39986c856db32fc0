"""Layouts in which marked pictures lie: parts as several COCO files, pictures beside their drawn-over copies, and masks that are few."""

import json

import numpy as np
import pytest
from PIL import Image

from nohero.run.errors import DataError
from nohero.sources.coco_files import find_coco, parts_among
from nohero.sources.mask_folder import pair
from nohero.sources.opening import open_source
from nohero.sources.picture_roles import standing


def picture(path, seed=0, size=(40, 30)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)).save(path)


def mask(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((30, 40), dtype=np.uint8)
    pixels[5:15, 5:15] = 1
    Image.fromarray(pixels).save(path)


def coco(path, names, classes=((1, "cell"),)):
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [{"id": i, "file_name": name, "width": 40, "height": 30} for i, name in enumerate(names, start=1)]
    marks = [{"id": i, "image_id": i, "category_id": classes[0][0], "bbox": [1, 2, 3, 4]} for i in range(1, len(names) + 1)]
    path.write_text(json.dumps({"images": images, "annotations": marks, "categories": [{"id": i, "name": n} for i, n in classes]}))


def parted(tmp_path):
    for i in range(3):
        picture(tmp_path / "train2017" / f"{i}.png", i)
    for i in range(2):
        picture(tmp_path / "val2017" / f"{i}.png", i + 5)
    coco(tmp_path / "annotations" / "instances_train2017.json", ["0.png", "1.png", "2.png"])
    coco(tmp_path / "annotations" / "instances_val2017.json", ["0.png", "1.png", "9.png"], classes=((1, "speck"), (2, "cell")))


def test_coco_files_of_parts_are_one_set(tmp_path):
    parted(tmp_path)
    found = open_source(str(tmp_path))
    assert found.items == ("train2017/0.png", "train2017/1.png", "train2017/2.png", "val2017/0.png", "val2017/1.png")
    assert found.frame["part"].to_list() == ["train"] * 3 + ["val"] * 2
    assert found.boxes["label"].to_list() == ["cell"] * 3 + ["speck"] * 2
    assert found.marking.classes == ("cell", "speck")
    assert [u.where for u in found.marking.strays] == ["9.png"]
    assert any("class 1 is `cell` in instances_train2017.json and `speck`" in n for n in found.notes)
    assert len(open_source(str(tmp_path / "val2017"))) == 2
    files = [str(p) for p in sorted((tmp_path / "annotations").iterdir())]
    assert open_source(*files).items == found.items


def test_captions_and_key_points_beside_the_boxes_are_passed_over(tmp_path):
    parted(tmp_path)
    for part in ("train", "val"):
        coco(tmp_path / "annotations" / f"person_keypoints_{part}2017.json", ["0.png"])
    assert [p.name for p in find_coco(tmp_path)] == ["instances_train2017.json", "instances_val2017.json"]


def test_coco_files_that_name_no_parts_are_asked_about(tmp_path):
    for name in ("first", "second"):
        picture(tmp_path / f"{name}.png")
        coco(tmp_path / f"{name}.json", [f"{name}.png"])
    with pytest.raises(DataError, match="2 COCO files"):
        find_coco(tmp_path)
    assert open_source(str(tmp_path / "first.json"), str(tmp_path / "second.json")).parts == ("first", "second")


def test_a_coco_file_in_the_folder_of_each_part(tmp_path):
    for part, seed in (("train", 1), ("valid", 2)):
        picture(tmp_path / part / f"{part}.png", seed)
        coco(tmp_path / part / "_annotations.coco.json", [f"{part}.png"])
    found = open_source(str(tmp_path))
    assert (found.items, found.parts) == (("train/train.png", "valid/valid.png"), ("train", "val"))
    assert parts_among(find_coco(tmp_path / "train")) == []


def test_a_picture_that_two_parts_name_is_in_both(tmp_path):
    picture(tmp_path / "images" / "a.png")
    picture(tmp_path / "images" / "b.png", 1)
    coco(tmp_path / "train.json", ["a.png", "b.png"])
    coco(tmp_path / "test.json", ["a.png"])
    found = open_source(str(tmp_path))
    assert found.items == ("images/a.png", "images/a.png", "images/b.png")
    assert sorted(found.frame["part"].to_list()) == ["test", "train", "train"]


def test_pascal_voc_with_drawn_over_pictures_and_masks(tmp_path):
    for i in range(3):
        for folder in ("AnnotationsVisualization", "JPEGImages", "SegmentationClassVisualization"):
            picture(tmp_path / folder / f"{i}.jpg", i)
        for folder in ("SegmentationClass", "SegmentationObject"):
            mask(tmp_path / folder / f"{i}.png")
    masked = open_source(str(tmp_path))
    assert masked.items == ("JPEGImages/0.jpg", "JPEGImages/1.jpg", "JPEGImages/2.jpg")
    assert masked.masks == ("SegmentationClass/0.png", "SegmentationClass/1.png", "SegmentationClass/2.png")
    xml = "<annotation><filename>{}.jpg</filename><object><name>cell</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
    for folder, lines in (("Annotations", None), ("ImageSets/Main", {"train": "0\n1\n", "val": "2\n", "trainval": "0\n1\n2\n"})):
        (tmp_path / folder).mkdir(parents=True)
        for name, text in lines.items() if lines else [(str(i), xml.format(i)) for i in range(3)]:
            (tmp_path / folder / f"{name}.{'txt' if lines else 'xml'}").write_text(text)
    boxed = open_source(str(tmp_path))
    assert (boxed.items, boxed.masks, boxed.parts) == (masked.items, masked.masks, ("train", "val"))
    assert len(boxed.boxes) == 3
    assert any("AnnotationsVisualization: 3 pictures left out" in n for n in boxed.notes)
    (tmp_path / "SegmentationClass" / "1.png").unlink()
    assert any("2 masks not read" in n for n in open_source(str(tmp_path)).notes)


def test_pictures_are_left_out_only_beside_those_they_repeat():
    assert standing(["overlay/1.png", "overlay/2.png"])[0] == ["overlay/1.png", "overlay/2.png"]
    assert standing(["images/1.png", "overlays/1.png", "masks/1.png"])[0] == ["images/1.png", "masks/1.png"]
    assert standing(["cat/1.png", "preview/1.png"])[0] == ["cat/1.png", "preview/1.png"]


def test_a_name_like_a_mask_makes_no_mask_set(tmp_path):
    sprites = [f"{'sea' if i % 2 else 'land'}/{i}.png" for i in range(40)]
    assert pair([*sprites, "sea/1-mask.png"]) is None
    flat = [f"{i}.png" for i in range(40)]
    assert pair([*flat, *(f"{i}_mask.png" for i in range(12))]).masks[:1] == ("0_mask.png",)
    assert pair([*flat, *(f"{i}_mask.png" for i in range(3))]) is None
    for name in [*sprites, "sea/1-mask.png"]:
        picture(tmp_path / name, len(name))
    assert open_source(str(tmp_path)).label == "class"
