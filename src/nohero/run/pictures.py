"""Small pictures as PNG in base64, for sheets of samples; pillow is imported here alone outside the data room."""

from __future__ import annotations

import base64
import io
from typing import Any

SIDE = 56  # pixels: the side of a thumbnail
LEAST = 1e-9


def picture(pixels_HWC: Any, caption: str = "", tone: str = "plain") -> Any:  # numpy, uint8 or 0..1 -> Image
    """A thumbnail of an array [H, W], [H, W, 1] or [H, W, 3]; numbers that are not bytes are stretched to their own range."""
    import numpy as np
    from PIL import Image as Pillow

    from nohero.run.figure import Image

    array = np.asarray(pixels_HWC)
    if array.dtype != np.uint8:
        low, high = float(array.min()), float(array.max())
        array = ((array - low) / max(high - low, LEAST) * 255).astype(np.uint8)
    if array.ndim == 3 and array.shape[2] != 3:
        array = array[:, :, 0]
    image = Pillow.fromarray(array)
    scale = SIDE / max(image.size)
    image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), Pillow.Resampling.NEAREST if scale > 1 else Pillow.Resampling.BILINEAR)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return Image(png=base64.b64encode(buffer.getvalue()).decode(), caption=caption, tone=tone)
