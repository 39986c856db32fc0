"""Bands of one colour along an edge of a picture, where the rest of it is full of structure down to the seam: what a decoder leaves where a file broke off.

Legend: N pictures, H height, W width, C channels, S sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.evidence.audit.picture_sheets import drawn
from nohero.sources.collection import Collection
from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.run.figure import Images

PRICE = 0.3  # seconds
CHUNK = 2048
LEAST = 16  # pixels of a side, to have bands
FLAT = 1  # grey levels: the range of a row that shows nothing, not even noise
SAME = 2  # grey levels between the rows of a band
NARROWEST, WIDEST = 0.08, 0.92  # of the side
SOFT = 9  # rows at the seam: a block of JPEG rings, and shrinking smears one more
LIVELY = 3.0  # grey levels: the range of a row of a clear sky, noise and storing included; the middle one of what is left of the picture has more
STILL = 0.05  # of the rows of what is left may be flat
SEAM = 10.0  # grey levels in the mean, over the seam


@dataclass(frozen=True, kw_only=True)
class Band:
    """One picture's."""

    row: int
    side: str  # where the band lies
    colour: tuple[int, ...]
    share: float  # of the picture


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureBands:
    """All that were found."""

    bands: tuple[Band, ...]
    items: Sequence[str]
    still: int  # pictures that have a flat row along an edge, whatever the rest of them looks like
    collection: Any = None

    def sheet(self, title: str, rows: Sequence[int]) -> Images:
        """These pictures, small."""
        return drawn(self.collection, title, rows, tone="bad")


def measure(collection: Collection) -> PictureBands:
    """From the small copies, each side in turn."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE:
        raise Unmeasurable("the items are no pictures")
    pixels = thumbnails(collection).pixels
    pixels = pixels[..., None] if pixels.ndim == 3 else pixels
    if min(pixels.shape[1:3]) < LEAST:
        raise Unmeasurable(f"the pictures have fewer than {LEAST} pixels a side")
    bands: list[Band] = []
    still = 0
    for start in range(0, len(pixels), CHUNK):
        part = pixels[start : start + CHUNK]
        touched = np.zeros(len(part), dtype=bool)
        for side, turned in _sides(part).items():
            found, flat = _along(turned, side, start)
            bands += found
            touched |= flat
        still += int(touched.sum())
    return PictureBands(bands=tuple(bands), items=collection.items, still=still, collection=collection)


def _sides(part_NHWC: Any) -> dict[str, Any]:
    """Views on the pictures in which each side in turn lies at the bottom."""
    across = part_NHWC.swapaxes(1, 2)
    return {"bottom": part_NHWC, "top": part_NHWC[:, ::-1], "right": across, "left": across[:, ::-1]}


def _along(part_NHWC: Any, side: str, start: int) -> tuple[list[Band], Any]:
    """Bands at the bottom of these, and bool [N]: whether the last row is flat."""
    height = part_NHWC.shape[1]
    ranges = np.ptp(part_NHWC, axis=2).max(axis=2)  # [N, H]
    middles = np.median(part_NHWC, axis=2)  # [N, H, C]
    alike = (ranges <= FLAT) & (np.abs(middles - middles[:, -1:]).max(axis=2) <= SAME)
    rows = np.where(alike.all(axis=1), height, np.argmin(alike[:, ::-1], axis=1))
    found = []
    for i in np.flatnonzero((rows >= max(2, NARROWEST * height)) & (rows <= WIDEST * height)):
        seam = height - int(rows[i])
        soft = next((k for k in range(SOFT) if seam - 1 - k > 0 and np.abs(part_NHWC[i, seam - 1 - k] - middles[i, -1]).mean() >= SEAM), None)
        rest = ranges[i, : max(1, seam - 1 - (soft or 0))]
        if soft is not None and np.median(rest) >= LIVELY and (rest <= FLAT).mean() <= STILL and rest[-3:].min() > FLAT:
            found.append(Band(row=start + int(i), side=side, colour=tuple(round(v) for v in middles[i, -1].tolist()), share=float(rows[i] / height)))
    return found, rows > 0
