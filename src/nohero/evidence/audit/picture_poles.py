"""Which pictures show something dark on a light ground, and which something light on a dark one.

Legend: N pictures, E pixels along the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.05  # seconds
CHUNK = 4096
PLAIN, NEAR = 0.8, 24.0  # share of the pixels along the edge that lie within so many grey levels of their median
LIGHT, DARK = 170.0, 85.0  # grey levels: upper and lower third


@dataclass(frozen=True, kw_only=True, eq=False)
class PicturePoles:
    """One entry a picture: 1 for a light ground, -1 for a dark one, 0 for none."""

    pole: Any  # int [N]
    brightness: Any  # float [N]: mean of the picture
    contrast: Any  # float [N]: deviation
    grey: bool  # all pictures are grey
    labels: tuple[str, ...]
    collection: Any


def measure(collection: Collection) -> PicturePoles:
    """From the small copies."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE:
        raise Unmeasurable("the items are no pictures")
    thumbs = thumbnails(collection)
    count = len(thumbs)
    pole, brightness, contrast, coloured = np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count), False
    for start in range(0, count, CHUNK):
        rows = slice(start, start + CHUNK)
        part = thumbs.pixels[rows]
        grey = part.mean(axis=3, dtype=np.float32)
        coloured |= part.shape[3] > 1 and bool((part.max(axis=3).astype(int) - part.min(axis=3) > NEAR).any())
        edge_NE = np.concatenate([grey[:, 0], grey[:, -1], grey[:, 1:-1, 0], grey[:, 1:-1, -1]], axis=1)
        ground = np.median(edge_NE, axis=1)
        plain = (np.abs(edge_NE - ground[:, None]) <= NEAR).mean(axis=1) >= PLAIN
        pole[rows] = np.where(plain & (ground >= LIGHT), 1, np.where(plain & (ground <= DARK), -1, 0))
        brightness[rows], contrast[rows] = grey.mean(axis=(1, 2)), grey.std(axis=(1, 2))
    labels = tuple(str(v) for v in collection.labels.to_list()) if collection.label else ()
    return PicturePoles(pole=pole, brightness=brightness, contrast=contrast, grey=not coloured, labels=labels, collection=collection)
