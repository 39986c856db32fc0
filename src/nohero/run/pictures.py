"""Small pictures as PNG in base64, for sheets of samples; pillow is imported here alone outside the data room."""

from __future__ import annotations

import base64
import io
from typing import Any

SIDE = 56  # pixels: the side of a thumbnail
LEAST = 1e-9


def picture(pixels_HWC: Any, caption: str = "", tone: str = "plain", side: int = SIDE) -> Any:  # numpy, uint8 or 0..1 -> Image
    """A thumbnail of an array [H, W], [H, W, 1] or [H, W, 3]; numbers that are not bytes are stretched to their own range.

    Of other numbers of channels the first is drawn, other shapes become rows, and what is not finite is drawn black.
    """
    import numpy as np
    from PIL import Image as Pillow

    from nohero.run.figure import Image

    array = np.asarray(pixels_HWC)
    if array.size == 0:
        array = np.zeros((1, 1))
    if array.ndim not in (2, 3):
        array = array.reshape(len(array) if array.ndim else 1, -1)
    if array.ndim == 3 and array.shape[2] != 3:
        array = array[:, :, 0]
    if array.dtype != np.uint8:
        array = _bytes(array)
    image = Pillow.fromarray(np.ascontiguousarray(array))
    scale = side / max(image.size)
    image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), Pillow.Resampling.NEAREST if scale > 1 else Pillow.Resampling.BILINEAR)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return Image(png=base64.b64encode(buffer.getvalue()).decode(), caption=caption, tone=tone)


def _bytes(array: Any) -> Any:
    """Finite numbers from their least to their greatest as 0 to 255."""
    import numpy as np

    values = np.asarray(array, dtype=np.float64)
    finite = np.isfinite(values)
    low, high = (values[finite].min(), values[finite].max()) if finite.any() else (0.0, 0.0)
    spread = max(high / 2 - low / 2, LEAST / 2)  # halves: the difference of two huge numbers would overflow
    shares = (np.where(finite, values, low) / 2 - low / 2) / spread
    return np.where(finite, shares * 255, 0.0).astype(np.uint8)
