"""Small copies of a collection's pictures, all of one size, with what only the whole picture tells; made once.

Legend: N pictures, S side, H height, W width, C channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.data.picture_look import LEAST_SIDE, MOST, SIDE, Look, look, sharpness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

KEY = "thumbnails"
CHUNK = 512  # pictures that are prepared at a time
OTHER_SCALE = 8.0  # times the span: such parts are compared as what they show, and another check names the scale


@dataclass(frozen=True, kw_only=True, eq=False)
class Thumbnails:
    """One row a picture; `pixels` are squeezed to squares where they come from files."""

    pixels: Any  # uint8 [N, S, S, C] or [N, H, W, C]
    low: Any  # int [N]: the darkest value of the whole picture
    high: Any
    sharpness: Any  # float32 [N]
    clear: Any  # float32 [N]: share of transparent pixels
    digests: tuple[bytes, ...]  # of the files; empty for arrays
    coarse: Any = None  # float32 [N]: mean step of a JPEG file's brightness; None for arrays

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self.pixels)

    def take(self, rows: Sequence[int]) -> Thumbnails:
        """These rows alone."""
        chosen = np.asarray(rows, dtype=np.int64)
        digests = tuple(self.digests[i] for i in rows) if self.digests else ()
        return Thumbnails(pixels=self.pixels[chosen], low=self.low[chosen], high=self.high[chosen], sharpness=self.sharpness[chosen], clear=self.clear[chosen], digests=digests, coarse=None if self.coarse is None else self.coarse[chosen])


def thumbnails(collection: Collection) -> Thumbnails:
    """Of this collection's files or arrays."""
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE:
        raise ValueError(f"a collection of {collection.kind}s has no pictures")

    def make() -> Thumbnails:
        if collection.pictures is not None:
            return of_arrays(collection.pictures, [collection.part(name) for name in collection.parts])
        assert collection.root is not None  # noqa: S101 (pictures are files or arrays)
        return of_looks(*look([collection.root / name for name in collection.files]))

    made = collection.shared(KEY, make)
    assert isinstance(made, Thumbnails)  # noqa: S101 (the type of what is kept)
    return made


def of_looks(looks: Sequence[Look], pixels_NSSC: Any) -> Thumbnails:
    """What was seen of files."""
    return Thumbnails(
        pixels=pixels_NSSC, digests=tuple(one.digest for one in looks), low=np.array([one.low for one in looks]), high=np.array([one.high for one in looks]),
        sharpness=np.array([one.sharpness for one in looks], dtype=np.float32), clear=np.array([one.clear for one in looks], dtype=np.float32),
        coarse=np.array([one.coarse for one in looks], dtype=np.float32),
    )  # fmt: skip


def of_arrays(pictures: Any, parts: Sequence[Any] = ()) -> Thumbnails:
    """Arrays [N, H, W] or [N, H, W, C]; of numbers that are no bytes the whole range of the set becomes 0 to 255, or that of each part where they are on other scales."""
    array = pictures if pictures.ndim == 4 else pictures[..., None]
    count, height, width, channels = array.shape
    low, span = _ranges(array, parts)
    kept = min(channels, 3) if channels != 2 else 1
    room = max(LEAST_SIDE, min(SIDE, int((MOST / max(1, count * kept)) ** 0.5)))
    step_h, step_w = max(1, -(-height // room)), max(1, -(-width // room))
    pixels = np.zeros((count, -(-height // step_h), -(-width // step_w), kept), dtype=np.uint8)
    lows, highs, sharp = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.float32)
    for start in range(0, count, CHUNK):
        part = np.asarray(array[start : start + CHUNK])[..., :kept]
        rows = slice(start, start + len(part))
        whole = part if part.dtype == np.uint8 else _bytes(part, low[rows], span[rows])
        pixels[rows] = _mean_of_blocks(whole, step_h, step_w)
        lows[rows], highs[rows] = whole.min(axis=(1, 2, 3)), whole.max(axis=(1, 2, 3))
        constant = (whole.min(axis=(1, 2)) == whole.max(axis=(1, 2))).all(axis=1)
        lows[rows] = np.where(constant, highs[rows], lows[rows])
        sharp[rows] = [sharpness(one) for one in whole.mean(axis=3)] if kept > 1 else [sharpness(one) for one in whole[..., 0]]
    return Thumbnails(pixels=pixels, low=lows, high=highs, sharpness=sharp, clear=np.zeros(count, dtype=np.float32), digests=())


def _ranges(array: Any, parts: Sequence[Any]) -> tuple[Any, Any]:
    """Least value and span for each picture, float32 [N, 1, 1, 1]; `parts` are bool [N]."""
    low, span = _range(array)
    lows, spans = (np.full((len(array), 1, 1, 1), v, dtype=np.float32) for v in (low, span))
    own = [_range(array[np.flatnonzero(part)]) for part in parts if part.any()] if array.dtype != np.uint8 and len(parts) > 1 else []
    if own and max(s for _, s in own) >= OTHER_SCALE * min(s for _, s in own):
        for part, (least, wide) in zip([p for p in parts if p.any()], own, strict=True):
            lows[part], spans[part] = least, wide
    return lows, spans


def _range(array: Any) -> tuple[float, float]:
    if array.dtype == np.uint8:
        return 0.0, 255.0
    some = np.asarray(array[:: max(1, len(array) // 2000)], dtype=np.float64)
    finite = some[np.isfinite(some)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return low, max(high - low, 1e-12)


def _bytes(part: Any, low: Any, span: Any) -> Any:
    values = np.asarray(part, dtype=np.float32)
    values = np.where(np.isnan(values) | (values == -np.inf), low, np.where(values == np.inf, low + span, values))
    return np.clip((values - low) / span * 255, 0, 255).round().astype(np.uint8)


def _mean_of_blocks(whole: Any, step_h: int, step_w: int) -> Any:
    if step_h == step_w == 1:
        return whole
    rows = np.add.reduceat(whole.astype(np.float32), np.arange(0, whole.shape[1], step_h), axis=1)
    both = np.add.reduceat(rows, np.arange(0, whole.shape[2], step_w), axis=2)
    high = np.diff(np.append(np.arange(0, whole.shape[1], step_h), whole.shape[1]))
    wide = np.diff(np.append(np.arange(0, whole.shape[2], step_w), whole.shape[2]))
    return (both / (high[:, None] * wide[None, :])[None, :, :, None]).round().astype(np.uint8)
