"""Pictures from bytes to float32, each channel standardised by the mean and deviation of train.

Legend: N pictures, H height, W width, C channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

BLOCK = 1024  # pictures summed at a time: bounds the memory of the float64 copy
FLAT = 1e-3  # least deviation of a channel, in 0..1 units: a channel that never varies stays finite


@dataclass(frozen=True, kw_only=True)
class ImageTransform:
    """Mean and deviation of each channel, in 0..1 units, and the size that pictures must have."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    height: int
    width: int

    @property
    def channels(self) -> int:
        """C."""
        return len(self.mean)

    def apply(self, images_NHWC: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """uint8 [N, H, W, C] to float32 [N, C, H, W]."""
        std = np.asarray(self.std, dtype=np.float64)
        scale = (1 / (255 * std)).astype(np.float32)
        shift = (np.asarray(self.mean, dtype=np.float64) / std).astype(np.float32)
        moved: np.ndarray[Any, np.dtype[np.float32]] = np.ascontiguousarray(images_NHWC.transpose(0, 3, 1, 2)).astype(np.float32)
        moved *= scale[:, None, None]
        moved -= shift[:, None, None]
        return moved

    def invert(self, x_NCHW: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """float32 [N, C, H, W] back to uint8 [N, H, W, C]."""
        values = np.asarray(x_NCHW, dtype=np.float32).transpose(0, 2, 3, 1)
        values = (values * np.asarray(self.std, dtype=np.float32) + np.asarray(self.mean, dtype=np.float32)) * 255
        return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def fit_images(images_NHWC: np.ndarray[Any, Any]) -> ImageTransform:
    """Exact mean and deviation from counts of byte values: no rounding, no large copy."""
    _, height, width, channels = images_NHWC.shape
    levels = np.arange(256) / 255
    counts = np.zeros((channels, 256), dtype=np.int64)
    for start in range(0, len(images_NHWC), BLOCK):
        block = images_NHWC[start : start + BLOCK]
        for channel in range(channels):
            counts[channel] += np.bincount(block[..., channel].ravel(), minlength=256)
    shares = counts / counts.sum(axis=1, keepdims=True)
    mean = shares @ levels
    std = np.sqrt(np.maximum(shares @ levels**2 - mean**2, 0))
    return ImageTransform(mean=tuple(mean.tolist()), std=tuple(np.maximum(std, FLAT).tolist()), height=height, width=width)
