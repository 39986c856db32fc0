"""COCO, Pascal VOC and folders of masks as collections, from files that are good, odd and hostile."""

import json

import numpy as np
import pytest
from PIL import Image

from nohero.checkup import examine_collection
from nohero.data.picture_files import list_pictures
from nohero.run.errors import DataError
from nohero.run.finding import Status
from nohero.sources.mask_folder import natural, pair
from nohero.sources.mask_pixels import codes_of, read_masks
from nohero.sources.opening import open_source
from nohero.sources.voc import RefusedXmlError, parse


def picture(path, size=(40, 30), mode="RGB", seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(path)


def mask(path, size=(40, 30), values=(0, 1)):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((size[1], size[0]), dtype=np.uint8)
    pixels[5:15, 5:15] = values[-1]
    Image.fromarray(pixels).save(path)


def coco(folder, images, annotations, categories=({"id": 1, "name": "cell"},)):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "annotations.json").write_text(json.dumps({"images": images, "annotations": annotations, "categories": list(categories)}))
    return str(folder)


def entry(number, name=None, **rest):
    return {"id": number, "file_name": name or f"{number}.png", "width": 40, "height": 30, **rest}


def mark(number, image, box, category=1):
    return {"id": number, "image_id": image, "category_id": category, "bbox": box}


def test_masks_are_paired_by_name_suffix_number_and_last_by_order():
    assert pair(["images/a.png", "images/b.png", "masks/a.png", "masks/b.png"]).how == "by name"
    assert pair(["a.jpg", "a_mask.png", "b.jpg", "b_mask.png"]).masks == ("a_mask.png", "b_mask.png")
    assert pair(["images/img_1.png", "images/img_2.png", "gt/gt_1.png", "gt/gt_2.png"]).masks == ("gt/gt_1.png", "gt/gt_2.png")
    assert pair(["images/scan-01.png", "images/scan-02.png", "labels/seg1.png", "labels/seg2.png"]).how == "by the number in the name"
    by_order = pair(["images/x.png", "images/y.png", "masks/p.png", "masks/q.png"])
    assert by_order.masks == ("masks/p.png", "masks/q.png")
    assert "look whether" in by_order.how
    assert pair(["train/images/1.png", "val/images/1.png", "train/masks/1.png", "val/masks/1.png"]).masks == ("train/masks/1.png", "val/masks/1.png")


def test_class_folders_are_no_masks():
    assert pair(["mask/1.png", "mask/2.png", "no_mask/1.png", "no_mask/3.png"]) is None
    assert pair(["cat/1.png", "dog/1.png"]) is None


def test_numbers_in_names_count_as_numbers():
    assert sorted(["10.png", "9.png", "1.png"], key=natural) == ["1.png", "9.png", "10.png"]


def test_a_folder_of_masks(tmp_path):
    for i in range(4):
        picture(tmp_path / "train" / "images" / f"{i}.png", seed=i)
        mask(tmp_path / "train" / "masks" / f"{i}_mask.png")
    picture(tmp_path / "val" / "images" / "9.png", seed=9)
    mask(tmp_path / "val" / "masks" / "9_mask.png", values=(0, 3))
    mask(tmp_path / "val" / "masks" / "11_mask.png")
    found = open_source(str(tmp_path))
    assert (found.kind, len(found), found.split, found.parts) == ("picture", 5, "part", ("train", "val"))
    assert found.masks[4] == "val/masks/9_mask.png"
    assert found.frame["mask 3"][4] == pytest.approx(100 / 1200)
    assert [u.where for u in found.marking.strays] == ["val/masks/11_mask.png"]


def test_coco_by_its_file_by_its_folder_and_from_the_pictures(tmp_path):
    source = coco(tmp_path / "set", [entry(1), entry(2)], [mark(1, 1, [1, 2, 3, 4]), mark(2, 2, [0, 0, 9, 9])])
    for i in (1, 2, 3):
        picture(tmp_path / "set" / "images" / f"{i}.png", seed=i)
    for given in (source, f"{source}/annotations.json", f"{source}/images"):
        found = open_source(given)
        assert len(found) == 2
        assert found.boxes.row(0)[:6] == (0, "cell", 1.0, 2.0, 3.0, 4.0)
        assert [u.where for u in found.marking.unlisted] == ["images/3.png"]


def test_coco_of_odd_types_is_told_and_not_raised(tmp_path):
    huge = 10**400
    images = [entry(1), 7, {"id": [1], "file_name": "1.png"}, {"id": 5}, entry(1, "2.png"), entry(6, "../out.png"), entry(7, "/etc/passwd"), entry(8, "gone.png"), entry(9, "a\x00b.png"), entry(10, "1.png")]
    boxes = [[1, 2, 3], "box", [1, 2, float("nan"), 4], [1, 2, 3, huge], [True, 2, 3, 4], {"a": 1}, [1, 2, None, 4], [float("inf"), 0, 1, 1]]
    marks = [mark(i, 1, box) for i, box in enumerate(boxes)] + [3, {"id": {}, "image_id": [1]}, mark(50, 99, [1, 1, 2, 2]), mark(51, 1, [1, 1, 5, 5], category=[2]), mark(52, 1, [2, 2, 5, 5])]
    source = coco(tmp_path, images, marks)
    picture(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(b"")
    found = open_source(source)
    assert len(found) == 1
    assert found.boxes.height == 2
    assert len(found.unusable) == 5 + 3 + len(boxes) + 1
    assert {u.where for u in found.marking.strays} == {"gone.png", "annotation no. 10", "annotation 50"}
    assert not [f for f in examine_collection(found).findings if f.status == Status.ERROR]


@pytest.mark.parametrize("content", ["{", "[" * 100_000, '{"images": 3, "annotations": []}', '{"images": [], "annotations": [], "categories": 5}', "[]", '"images"', ""])
def test_a_json_that_is_no_coco_is_refused_in_three_parts(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(DataError):
        open_source(str(tmp_path / "x.json"))


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    picture(tmp_path / "secret.png")
    source = coco(tmp_path / "set", [entry(1), entry(2)], [mark(1, 1, [1, 1, 4, 4])])
    picture(tmp_path / "set" / "2.png")
    (tmp_path / "set" / "1.png").symlink_to(tmp_path / "secret.png")
    found = open_source(source)
    assert found.items == ("2.png",)
    assert "link" in found.unusable[0].reason


XML = "<annotation><filename>{name}</filename><size><width>40</width><height>30</height></size>{things}</annotation>"
THING = "<object><name>{label}</name><bndbox><xmin>{0}</xmin><ymin>{1}</ymin><xmax>{2}</xmax><ymax>{3}</ymax></bndbox></object>"


def test_pascal_voc(tmp_path):
    for i in (1, 2):
        picture(tmp_path / "JPEGImages" / f"{i}.jpg", seed=i)
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "Annotations" / "1.xml").write_text(XML.format(name="1.jpg", things=THING.format(1, 2, 11, 22, label="cat") + THING.format("x", 2, "nan", 4, label="cat")))
    (tmp_path / "Annotations" / "7.xml").write_text(XML.format(name="7.jpg", things=""))
    (tmp_path / "Annotations" / "2.xml").write_text("<annotation><object>")
    found = open_source(str(tmp_path))
    assert found.marking.form == "VOC"
    assert found.boxes.row(0)[:6] == (0, "cat", 1.0, 2.0, 10.0, 20.0)
    assert {u.where for u in found.unusable} == {"Annotations/1.xml object 2", "Annotations/2.xml"}
    assert [u.where for u in found.marking.strays] == ["Annotations/7.xml"]
    assert [u.where for u in found.marking.unlisted] == ["JPEGImages/2.jpg"]


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)) + "]><annotation>&j;</annotation>"


@pytest.mark.parametrize("content", [
    LAUGHS.encode(), '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotation/>'.encode("utf-16"),
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>', b"<a>" * 100_000,
])  # fmt: skip
def test_xml_with_entities_or_without_end_is_refused(content, tmp_path):
    with pytest.raises((RefusedXmlError, ValueError)):
        parse(content)
    picture(tmp_path / "1.jpg")
    (tmp_path / "1.xml").write_bytes(content)
    (tmp_path / "2.xml").write_text(XML.format(name="2.jpg", things=""))
    assert any(u.where == "1.xml" for u in open_source(str(tmp_path)).unusable)


def test_bad_pictures_and_masks_are_told(tmp_path):
    for i in range(14):
        picture(tmp_path / "images" / f"{i}.png", seed=i)
        mask(tmp_path / "masks" / f"{i}.png")
    whole = (tmp_path / "images" / "3.png").read_bytes()
    (tmp_path / "images" / "3.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "masks" / "4.png").write_bytes(b"no picture")
    (tmp_path / "masks" / "5.png").write_bytes(b"")
    bomb = bytearray(whole)
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    (tmp_path / "images" / "6.png").write_bytes(bytes(bomb))
    found = open_source(str(tmp_path))
    assert {u.where for u in found.unusable} == {"images/3.png", "images/6.png", "masks/4.png", "masks/5.png"}
    assert len(found) == 12
    assert not [f for f in examine_collection(found).findings if f.status == Status.ERROR]


def test_masks_keep_their_codes_whatever_the_mode(tmp_path):
    codes = np.zeros((6, 8), dtype=np.uint8)
    codes[2:4, 2:5] = 3
    palette = Image.fromarray(codes, mode="P")
    palette.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    palette.save(tmp_path / "p.png")
    Image.fromarray(codes.astype(np.uint16) * 300).save(tmp_path / "deep.png")
    Image.fromarray(np.stack([codes] * 3, axis=-1)).save(tmp_path / "grey.png")
    Image.fromarray(np.stack([codes, codes * 2, codes], axis=-1)).save(tmp_path / "colour.png")
    Image.fromarray(codes > 0).save(tmp_path / "bits.png")
    assert (codes_of(tmp_path / "p.png")[0] == codes).all()
    assert (codes_of(tmp_path / "deep.png")[0] == codes.astype(int) * 300).all()
    assert (codes_of(tmp_path / "grey.png")[0] == codes).all()
    assert codes_of(tmp_path / "colour.png")[1]
    assert set(read_masks([tmp_path / "bits.png"])[0].counts) == {0, 1}


def test_annotations_are_not_told_as_passed_over(tmp_path):
    """Files that say where the boxes are were read."""
    (tmp_path / "a.xml").write_text("<annotation/>")
    (tmp_path / "notes.doc").write_text("x")
    assert "2 files that are no pictures" in list_pictures(tmp_path).notes[0]
    assert list_pictures(tmp_path, known=frozenset({".xml"})).notes == ("1 file that is no picture passed over (1 .doc)",)
