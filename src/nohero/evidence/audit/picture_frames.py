"""Pictures that were padded to one form: two of one frame agree where they show nothing, so that what lies inside is compared anew. And drawings.

Legend: H height, W width, C channels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

APART = 16.0  # grey levels from the frame
FILLED = 0.8  # of a line along the seam that is apart from the frame: a thing on a plain ground begins with a few pixels
PADDED = 0.1  # of the picture that is frame
LEAST = 8  # pixels of a side inside
SAME = 1  # pixels between the sides of what lies inside of either
FLAT, DRAWN = 1, 0.15  # grey levels within three by three pixels, and of the picture: photographs have noise, but for what is overexposed


def frame_of(picture_HWC: Any) -> tuple[slice, slice] | None:
    """Rows and columns inside a frame of one colour that goes around, or lies on some of the sides, as a caption does; None where there is none."""
    height, width = picture_HWC.shape[:2]
    for corner in (picture_HWC[0, 0], picture_HWC[-1, -1]):
        apart = np.abs(picture_HWC - corner).max(axis=2) > APART
        rows, columns = np.flatnonzero(apart.any(axis=1)), np.flatnonzero(apart.any(axis=0))
        if min(len(rows), len(columns)) < LEAST:
            continue
        box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
        inside = apart[box]
        seams = [line for line, cut in zip((inside[:2], inside[-2:], inside[:, :2].T, inside[:, -2:].T), (box[0].start, height - box[0].stop, box[1].start, width - box[1].stop), strict=True) if cut]
        if inside.size <= (1 - PADDED) * height * width and all(seam.any(axis=0).mean() >= FILLED for seam in seams):
            return box
    return None


def without_frames(one_HWC: Any, other_HWC: Any) -> tuple[Any, Any] | None:
    """What both show inside frames of one size, as large as the pictures; None where there are no such frames."""
    boxes = [box for p in (one_HWC, other_HWC) if (box := frame_of(p)) is not None]
    if len(boxes) < 2 or one_HWC.shape != other_HWC.shape:
        return None
    sides = [tuple(s.stop - s.start for s in box) for box in boxes]
    if max(abs(a - b) for a, b in zip(*sides, strict=True)) > SAME:
        return None
    if max(abs(a.start - b.start) for a, b in zip(*boxes, strict=True)) <= SAME:  # so that they lie on each other as the whole pictures do
        rows, columns = (slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(*boxes, strict=True))
        boxes = [(rows, columns)] * 2
    return _enlarged(one_HWC[boxes[0]], one_HWC.shape), _enlarged(other_HWC[boxes[1]], other_HWC.shape)


def _enlarged(inside_HWC: Any, shape: tuple[int, ...]) -> Any:
    """To the height and width of the shape, smoothly."""
    from PIL import Image

    channels = [np.asarray(Image.fromarray(np.ascontiguousarray(inside_HWC[..., c], dtype=np.float32)).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)) for c in range(shape[2])]
    return np.stack(channels, axis=2)


def drawn(pixels_HWC: Any) -> bool:
    """Whether much of the picture has no noise at all, as drawings and cut out things have it."""
    from scipy.ndimage import maximum_filter, minimum_filter

    high, low = (find(pixels_HWC, (3, 3, 1)).astype(np.int32) for find in (maximum_filter, minimum_filter))
    return bool((high - low <= FLAT).all(axis=2).mean() >= DRAWN)
