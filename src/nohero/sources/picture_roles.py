"""Which pictures of a folder stand for themselves: those with marks drawn into them, and second forms of the masks, are left out."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PICTURES = {"images", "image", "imgs", "img", "pictures", "photos", "jpegimages", "inputs", "input", "data", "frames", "slices"}
VOC = "jpegimages"  # where it stands, the folders beside it hold no pictures of the set
SEGMENTED = ("segmentationclasspng", "segmentationclass", "segmentationobjectpng", "segmentationobject")  # forms of the same masks, the first that is there is read
MASKS = {"masks", "mask", "labels", "label", "annotations", "annotation", "gt", "gts", "ground_truth", "groundtruth", "segmentation", "segmentations", "annots", "lbl", "targets", *SEGMENTED}
DRAWN = re.compile(r"(visuali[sz]ations?|overlays?|previews?)$", re.IGNORECASE)  # folders of pictures with their marks drawn in


def standing(names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """(the pictures and masks that are the set, what was left out): by the folders that stand beside each other."""
    beside: dict[str, set[str]] = {}
    for name in names:
        for above, folder in _steps(name):
            beside.setdefault(above, set()).add(folder)
    aside = set()
    for above, folders in beside.items():
        plain = {f.casefold() for f in folders}
        aside |= {(above, folder) for folder in folders if _stands_aside(folder.casefold(), plain)}
    kept, left = [], Counter[str]()
    for name in names:
        out = next((f"{above}/{folder}".lstrip("/") for above, folder in _steps(name) if (above, folder) in aside), "")
        if out:
            left[out] += 1
        else:
            kept.append(name)
    return kept, tuple(f"{folder}: {count:,} pictures left out, as they repeat those of the set or their masks" for folder, count in sorted(left.items()))


def _steps(name: str) -> list[tuple[str, str]]:
    """Each folder of the path with what stands above it."""
    parts = PurePosixPath(name).parts[:-1]
    return [("/".join(parts[:i]), part) for i, part in enumerate(parts)]


def _stands_aside(folder: str, beside: set[str]) -> bool:
    if DRAWN.search(folder) and beside & PICTURES:
        return True
    if VOC not in beside or folder == VOC:
        return False
    masks = next((form for form in SEGMENTED if form in beside), "")
    return folder not in MASKS or (folder in SEGMENTED and folder != masks)
