"""Whether pictures that follow each other by the numbers in their names are frames of one film, or slices of one block: nearer to each other than to those far off.

Legend: N pictures, D pixels of a small copy.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.evidence.audit.picture_sheets import pairs_drawn
from nohero.sources.collection import Collection
from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.run.figure import Images

PRICE = 0.5  # seconds
SIDE = 32  # pixels of the copies that are compared
WIDE = 4.0  # pixels: what is wider is the light
LEAST = 8  # pictures of a series
NUMBER = re.compile(r"\d+(?=\D*$)")
PART = re.compile(r"^(train|val|test|dev|eval|hold)", re.IGNORECASE)
MOST = 20_000  # pictures that are looked at


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureSeries:
    """Correlations of the fine structure, place by place."""

    near: tuple[float, ...]  # of pictures that follow each other by number
    far: tuple[float, ...]  # of pictures half a series apart
    above: float  # share of all pairs of the two in which the near is greater
    beside: tuple[tuple[int, int], ...]  # (picture outside the first part, its neighbour by number inside it)
    evaluated: int  # pictures outside the first part that stand in such series
    first: str
    items: Sequence[str]
    collection: Any = None

    def sheet(self, title: str) -> Images:
        """Neighbours side by side."""
        return pairs_drawn(self.collection, title, list(self.beside))


def measure(collection: Collection) -> PictureSeries:
    """Series are what names with all but their last number in common make, in one folder but for the part, and of one label."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE or not collection.files:
        raise Unmeasurable("the items are no files of pictures")
    if not collection.split or len(collection.parts) < 2:
        raise Unmeasurable("the pictures are not divided into parts")
    series = [s for s in _series(collection) if len(s) >= LEAST]
    if not series:
        raise Unmeasurable(f"no {LEAST} pictures follow each other by the numbers in their names")
    rows = [i for s in series for i in s]
    place = {row: k for k, row in enumerate(rows)}
    copies_ND = _copies(thumbnails(collection).pixels, rows)
    near = [(a, b) for s in series for a, b in pairwise(s)]
    far = [(a, b) for s in series for a, b in zip(s, s[len(s) // 2 :], strict=False)]
    close, apart = (np.array([float(copies_ND[place[a]] @ copies_ND[place[b]]) for a, b in pairs]) for pairs in (near, far))
    training = collection.part(collection.parts[0])
    beside: dict[int, int] = {}
    for a, b in near:
        for one, other in ((a, b), (b, a)):
            if not training[one] and training[other]:
                beside.setdefault(one, other)
    above = float((np.searchsorted(np.sort(apart), close, side="left") / len(apart)).mean())
    return PictureSeries(
        near=tuple(close.tolist()), far=tuple(apart.tolist()), above=above, beside=tuple(beside.items()), evaluated=sum(not training[i] for i in rows), first=str(collection.parts[0]),
        items=collection.items, collection=collection,
    )  # fmt: skip


def _series(collection: Collection) -> list[list[int]]:
    """Pictures by number; of one number the first."""
    labels = [str(v) for v in collection.labels.to_list()] if collection.label else [""] * len(collection)
    found: dict[tuple[str, ...], dict[int, int]] = defaultdict(dict)
    for i, name in enumerate(collection.files[:MOST]):
        *folders, stem = name.split("/")
        number = NUMBER.search(stem.rsplit(".", 1)[0])
        if number is not None and len(number[0]) < LEAST * 2:
            key = (*(f for f in folders if not PART.match(f)), stem[: number.start()], labels[i])
            found[key].setdefault(int(number[0]), i)
    return [[places[n] for n in sorted(places)] for places in found.values()]


def _copies(pixels_NHWC: Any, rows: list[int]) -> Any:
    """float32 [N, D] of length one: small, grey, and without what is wide."""
    from scipy.ndimage import gaussian_filter

    pixels = pixels_NHWC[np.array(rows)]
    grey = pixels.astype(np.float32).mean(axis=3) if pixels.ndim == 4 else pixels.astype(np.float32)
    step = [max(1, n // SIDE) for n in grey.shape[1:]]
    height, width = (n // s * s for n, s in zip(grey.shape[1:], step, strict=True))
    small = grey[:, :height, :width].reshape(len(grey), height // step[0], step[0], width // step[1], step[1]).mean(axis=(2, 4))
    fine = (small - gaussian_filter(small, (0, WIDE, WIDE))).reshape(len(small), -1)
    return fine / (np.linalg.norm(fine, axis=1, keepdims=True) + 1e-6)
