"""A folder of marked pictures, whatever form the marks have: COCO, Pascal VOC, YOLO, or masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.sources.coco import read_coco
from nohero.sources.coco_files import above, find_coco
from nohero.sources.mask_folder import read_mask_folder
from nohero.sources.voc import find_voc, read_voc
from nohero.sources.yolo import read_yolo

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection


def read_marks(path: Path, source: str) -> Collection | None:
    """The pictures of the folder with their marks, or None where there are no marks; also where the annotations lie one folder above."""
    if coco := find_coco(path):
        return read_coco(coco, source)
    if coco := above(path):
        return read_coco(coco, source)
    if xmls := find_voc(path):
        return read_voc(path, xmls, source)
    if path.name.casefold() == "images" and (path.parent / "labels").is_dir() and (yolo := read_yolo(path.parent, source)) is not None:
        return yolo
    if (yolo := read_yolo(path, source)) is not None:
        return yolo
    return read_mask_folder(path, source)
