"""Mask files as the numbers they hold: codes of classes, palette places or packed colours, counted once and kept small.

Legend: H height, W width, S side of the small copy.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from nohero.data.image_decode import BROKEN, brief, in_threads, scan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nohero.data.image_decode import Header

SIDE = 128  # of the small copy
MOST_CODES = 2000  # different values that are counted apart
CROP = 1024  # pixels a side in which edges are looked at
PACKED = 1 << 24
COLOURFUL = ("RGBA", "LA", "PA", "CMYK", "YCbCr", "HSV", "LAB", "RGBX")  # read as red, green and blue


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskRead:
    """What one mask file holds; `fault` is why it cannot be used."""

    width: int = 0
    height: int = 0
    mode: str = ""
    digest: bytes = b""
    counts: dict[int, int] = field(default_factory=dict)  # value -> pixels
    num_values: int = 0
    between: dict[int, int] = field(default_factory=dict)  # value -> pixels with a lower and a higher one beside them, in the crop
    cropped: dict[int, int] = field(default_factory=dict)  # value -> pixels of the crop
    ramps: int = 0  # lines one pixel wide whose value lies between those on its two sides
    thin: int = 0  # all lines one pixel wide between two other values
    small: Any = None  # int32 [S, S], nearest values
    colours: bool = False  # the values are packed colours, not numbers
    fault: str = ""


def read_masks(paths: Sequence[Path]) -> list[MaskRead]:
    """Each mask, in order; none of them raises."""
    headers = scan(paths)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(in_threads(_read, headers))


def _read(header: Header) -> MaskRead:
    if header.fault:
        return MaskRead(digest=header.digest, fault=header.fault)
    try:
        codes, colours = codes_of(header.path)
    except BROKEN as error:
        return MaskRead(digest=header.digest, fault=f"cannot be decoded: {brief(error)}")
    crop = _middle(codes)
    between, ramps, thin = ({}, 0, 0) if colours else _edges(crop)
    read = counted(codes, mode=header.mode, digest=header.digest)
    return replace(read, between=between, cropped={} if colours else _counts(crop), ramps=ramps, thin=thin, colours=colours)


def counted(codes: Any, *, mode: str, digest: bytes) -> MaskRead:
    """The mask int32 [H, W] without what its edges tell."""
    counts = _counts(codes)
    return MaskRead(
        width=codes.shape[1], height=codes.shape[0], mode=mode, digest=digest, counts=dict(list(counts.items())[:MOST_CODES]), num_values=len(counts),
        small=nearest(codes, SIDE, SIDE),
    )  # fmt: skip


def codes_of(path: Path) -> tuple[Any, bool]:
    """(int32 [H, W], whether they are packed colours); a palette's places, not its colours."""
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        image.load()
        values = np.asarray(image.convert("RGB") if image.mode in COLOURFUL else image)
    if values.ndim == 3:
        deep = values[..., :3].astype(np.int32)
        if (deep[..., 0] == deep[..., 1]).all() and (deep[..., 1] == deep[..., 2]).all():
            return deep[..., 0], False
        return (deep[..., 0] << 16) | (deep[..., 1] << 8) | deep[..., 2], True
    if values.dtype.kind == "f":
        known = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        known = known if (known == np.round(known)).all() else known * 255
        return np.clip(np.round(known), -(2**31), 2**31 - 1).astype(np.int32), False
    return values.astype(np.int32), False


def nearest(codes: Any, height: int, width: int) -> Any:
    """The value in the middle of each cell: no value that was not there."""
    rows = ((np.arange(height) + 0.5) * codes.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * codes.shape[1] / width).astype(int)
    return np.ascontiguousarray(codes[np.ix_(rows, columns)])


def _counts(codes: Any) -> dict[int, int]:
    """Pixels a value, commonest first."""
    if codes.size == 0:
        return {}
    low, high = int(codes.min()), int(codes.max())
    if high - low < PACKED // 16:
        counted = np.bincount((codes - low).reshape(-1))
        values = np.flatnonzero(counted)
        pixels = counted[values]
        values = values + low
    else:
        values, pixels = np.unique(codes, return_counts=True)
    order = np.argsort(-pixels, kind="stable")
    return dict(zip(values[order].tolist(), pixels[order].tolist(), strict=True))


def _middle(codes: Any) -> Any:
    top, left = max(0, (codes.shape[0] - CROP) // 2), max(0, (codes.shape[1] - CROP) // 2)
    return codes[top : top + CROP, left : left + CROP]


def _edges(crop: Any) -> tuple[dict[int, int], int, int]:
    """(pixels a value that stand between a lower and a higher one, ramps, lines one pixel wide)."""
    from scipy.ndimage import maximum_filter, minimum_filter

    ramps = thin = 0
    for axis in (0, 1):
        m = np.moveaxis(crop, axis, -1)
        left, here, right = m[..., :-2], m[..., 1:-1], m[..., 2:]
        apart = (left != here) & (here != right) & (left != right)
        thin += int(apart.sum())
        ramps += int((apart & ((left < here) == (here < right))).sum())
    if not thin:
        return {}, 0, 0
    inside = (minimum_filter(crop, size=3) < crop) & (crop < maximum_filter(crop, size=3))
    return _counts(crop[inside]), ramps, thin
