"""Regions that annotations describe, as polygons or as run lengths, checked as a stranger's and drawn as a mask of class numbers.

Run lengths are COCO's: down the columns, zeros first; as a list, or packed into letters of six bits.

Legend: H height, W width, P points.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from nohero.sources.mask_pixels import MaskRead, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PIXELS = 50_000_000  # of one mask
MOST_LETTERS = 10_000_000  # of packed run lengths
FARTHEST = 1e6  # pixels: what lies beyond is cut, as drawing it would show nothing
LEAST_POINTS = 3
ROUNDED = 2.0  # pixels by which a region reaches beyond its box where one of them was rounded


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One region: `polygons` of x, y, x, y, ... in pixels, or in shares of the picture; or `runs` over a `size` of (H, W)."""

    code: int  # number of its class, from 1; 0 is what no region covers
    polygons: tuple[Sequence[float], ...] = ()
    runs: tuple[int, ...] = ()
    size: tuple[int, int] = (0, 0)
    shares: bool = False
    crowd: bool = False  # drawn below all others


class SegmentError(ValueError):
    """What is wrong with a region, in a few words."""


def segment_of(value: Any, code: int, *, crowd: bool = False) -> Segment | None:
    """A COCO `segmentation`; None where it is empty. Raises SegmentError."""
    if value is None or value in ([], {}):
        return None
    if isinstance(value, dict):
        size = _size(value.get("size"))
        counts = value.get("counts")
        runs = unpacked(counts) if isinstance(counts, str) else _whole(counts)
        if any(r < 0 for r in runs) or sum(runs) != size[0] * size[1]:
            raise SegmentError(f"has run lengths that sum up to {sum(runs):,}, and its size is {size[0]:,} x {size[1]:,}")
        return Segment(code=code, runs=runs, size=size, crowd=crowd)
    if not isinstance(value, list):
        raise SegmentError(f"is a {type(value).__name__}, neither polygons nor run lengths")
    flat = all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    return Segment(code=code, polygons=tuple(polygon_of(p) for p in ([value] if flat else value)), crowd=crowd)


def polygon_of(value: Any) -> Sequence[float]:
    """The same x, y, x, y, ...: finite numbers, three points at least. Raises SegmentError."""
    if not isinstance(value, list | tuple):
        raise SegmentError(f"has a {type(value).__name__} for a polygon")
    if len(value) < 2 * LEAST_POINTS or len(value) % 2:
        raise SegmentError(f"has a polygon of {len(value):,} numbers, not of x and y of {LEAST_POINTS} points at least")
    if not {type(v) for v in value} <= {int, float}:
        raise SegmentError("has a polygon of other things than numbers")
    try:
        finite = all(map(math.isfinite, value))
    except OverflowError:
        finite = False
    if not finite:
        raise SegmentError("has a polygon of numbers that are not finite")
    return value


def unpacked(text: str) -> tuple[int, ...]:
    """Run lengths from letters: six bits each, five of them number and one for more; from the third on each is told as the change from the last but one."""
    if len(text) > MOST_LETTERS:
        raise SegmentError(f"has {len(text):,} letters of run lengths; at most {MOST_LETTERS:,} are read")
    runs: list[int] = []
    value = bits = 0
    for letter in text:
        number = ord(letter) - 48
        if not 0 <= number < 64 or bits > 30:
            raise SegmentError("has letters that are no packed run lengths")
        value |= (number & 31) << bits
        bits += 5
        if number & 32:
            continue
        if number & 16:
            value -= 1 << bits
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = bits = 0
    if bits:
        raise SegmentError("has packed run lengths that are cut off")
    return tuple(runs)


def box_of(segment: Segment) -> tuple[float, float, float, float] | None:
    """Left, top, width, height of the polygons' points, in their own unit; None of run lengths."""
    if not segment.polygons:
        return None
    xs, ys = [x for p in segment.polygons for x in p[::2]], [y for p in segment.polygons for y in p[1::2]]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def is_apart(region: Segment, box: Sequence[float]) -> bool:
    """Whether the greater part of the polygons' extent lies beside the box (left, top, width, height), by more than rounding; run lengths are not asked."""
    extent = box_of(region)
    if extent is None:
        return False
    (left, top, width, height), (x, y, w, h) = extent, box
    inside_x, inside_y = min(left + width, x + w) - max(left, x), min(top + height, y + h) - max(top, y)
    if max(x - left, y - top, left + width - x - w, top + height - y - h) <= ROUNDED:
        return False
    return inside_x <= 0 or inside_y <= 0 or inside_x * inside_y < width * height / 2


def drawn(segments: Sequence[Segment], height: int, width: int) -> MaskRead | None:
    """The mask [H, W] of a picture's regions, later ones above earlier ones; of the size that run lengths state, where there are any. None where none can be drawn."""
    size = next((s.size for s in segments if s.runs), (height, width))
    fitting = [s for s in segments if not s.runs or s.size == size]
    if not fitting or not 0 < size[0] * size[1] <= MOST_PIXELS:
        return None
    image = Image.new("I", (size[1], size[0]))
    pen = ImageDraw.Draw(image)
    for segment in sorted(fitting, key=lambda s: not s.crowd):
        if segment.runs:
            inside = np.repeat(np.arange(len(segment.runs)) % 2 == 1, segment.runs).reshape(size[1], size[0]).T
            image.paste(segment.code, mask=Image.fromarray(np.ascontiguousarray(inside).astype(np.uint8) * 255))
        for polygon in segment.polygons:
            points = np.array(polygon).reshape(-1, 2) * ((width, height) if segment.shares else (1, 1))
            pen.polygon([(float(x), float(y)) for x, y in np.clip(points, -FARTHEST, FARTHEST)], fill=segment.code)
    codes = np.asarray(image).astype(np.int32)
    return counted(codes, mode="drawn", digest=hashlib.sha256(codes.tobytes()).digest())


def _size(value: Any) -> tuple[int, int]:
    found = _whole(value)
    if len(found) != 2 or not all(v > 0 for v in found):
        raise SegmentError(f"has the size {str(value)[:40]}, not a height and a width")
    if found[0] * found[1] > MOST_PIXELS:
        raise SegmentError(f"has {found[0] * found[1]:,} pixels; at most {MOST_PIXELS:,} are drawn")
    return found[0], found[1]


def _whole(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(isinstance(v, int) and not isinstance(v, bool) for v in value):
        raise SegmentError(f"has {str(value)[:40]} where a list of whole numbers is wanted")
    return tuple(value)
