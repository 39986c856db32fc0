"""Bands of the mel scale, on which steps that sound equal are equal.

Source: O'Shaughnessy 1987, Speech communication (2595 log10(1 + f / 700)).
"""

from __future__ import annotations

import math

import numpy as np

from nohero.data.preprocessing.numbers import Array


def mel_filters(rate: int, length: int, bands: int, lowest: float, highest: float) -> Array:
    """float64 [length // 2 + 1, bands]: triangles over the bins of a Fourier transform of `length` samples, from `lowest` to `highest` Hz."""
    top = min(highest, rate / 2)
    edges = np.linspace(_mel(lowest), _mel(top), bands + 2)
    centres = 700 * (10 ** (edges / 2595) - 1) * length / rate
    bins = np.arange(length // 2 + 1)[:, None]
    low, middle, high = centres[:-2], np.maximum(centres[1:-1], centres[:-2] + 1e-6), centres[2:]
    rising, falling = (bins - low) / (middle - low), (high - bins) / np.maximum(high - middle, 1e-6)
    made = np.clip(np.minimum(rising, falling), 0, None)
    thin = made.sum(axis=0) == 0  # narrower than a bin: the nearest one
    made[np.clip(middle[thin].round().astype(int), 0, length // 2), np.flatnonzero(thin)] = 1.0
    return np.asarray(made)


def _mel(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)
