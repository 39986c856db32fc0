"""Drawn cells of two classes on a mottled ground, with a COCO json of boxes and a folder of masks; the files live as long as the process."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PICTURES = 60
SIDE = (96, 112)  # height, width
CLASSES = ("pale", "dark")


def make() -> Collection:
    """Nothing is wrong: every cell has its box and its region in the mask, three pictures in five hold both classes."""
    from nohero.sources.opening import open_source

    return open_source(str(folder())).with_(name="cells")


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="nohero-cells-")


@cache
def folder() -> Path:
    """images/, masks/ and annotations.json, written once."""
    import numpy as np
    from PIL import Image

    place = Path(_kept().name) / "cells"
    generator = np.random.default_rng(23)
    for below in ("images", "masks"):
        (place / below).mkdir(parents=True)
    told: dict[str, Any] = {"images": [], "annotations": [], "categories": [{"id": i + 1, "name": name} for i, name in enumerate(CLASSES)]}
    for number in range(1, PICTURES + 1):
        picture, mask, boxes = _scene(generator)
        name = f"cell{number:03d}.png"
        Image.fromarray(picture).save(place / "images" / name)
        Image.fromarray(mask).save(place / "masks" / name)
        told["images"].append({"id": number, "file_name": name, "width": SIDE[1], "height": SIDE[0]})
        for label, box in boxes:
            told["annotations"].append({"id": len(told["annotations"]) + 1, "image_id": number, "category_id": label, "bbox": box, "area": box[2] * box[3], "iscrowd": 0})
    (place / "annotations.json").write_text(json.dumps(told), encoding="utf-8")
    return place


def _scene(generator: Any) -> tuple[Any, Any, list[tuple[int, list[int]]]]:
    """(uint8 [H, W, 3], uint8 [H, W] of 0, 1, 2, boxes with their class), cells apart from each other."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    height, width = SIDE
    ground = gaussian_filter(generator.normal(0, 1, (height, width)), 6)
    picture = 120 + 18 * ground / ground.std() + generator.normal(0, 20)
    mask = np.zeros((height, width), dtype=np.uint8)
    rows, columns = np.mgrid[:height, :width]
    boxes: list[tuple[int, list[int]]] = []
    for _ in range(40):
        if len(boxes) >= int(generator.integers(3, 7)):
            break
        radius, label = int(generator.integers(6, 12)), 1 + int(generator.random() < 0.4)
        y, x = int(generator.integers(radius, height - radius)), int(generator.integers(radius, width - radius))
        inside = (rows - y) ** 2 + (columns - x) ** 2 <= radius**2
        if (mask[(rows - y) ** 2 + (columns - x) ** 2 <= (radius + 3) ** 2] > 0).any():
            continue
        picture = np.where(inside, picture + (55 if label == 1 else -55) + 6 * generator.normal(0, 1, picture.shape), picture)
        mask[inside] = label
        boxes.append((label, [x - radius, y - radius, 2 * radius + 1, 2 * radius + 1]))
    tint = 1 + 0.08 * generator.normal(0, 1, 3)
    noisy = picture[..., None] * tint + generator.normal(0, 5, (height, width, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8), mask, boxes
