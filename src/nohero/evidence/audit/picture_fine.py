"""Whether two pictures that are nearly the same blurred are so at full size: with the structure, the place of every detail, and the hues.

One is fitted by the other, its slopes and its Laplacian, which takes up brightness, contrast, moves by less than a pixel, and blur; what
is left is noise and JPEG error in copies, and a thing of its own where the two differ.

Legend: H height, W width, C channels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nohero.evidence.audit.picture_step import outlines_alone

SIDE = 32  # pixels: structure finer than those of such a copy is left to the storing
REACH = 2  # pixels of such a copy, by which one may be moved
SOFT = 0.7  # pixels
PLAIN = 2.0  # grey levels of what rows, columns and a wide blur leave: below it two pictures are alike whatever they show, as skies and stripes are
EXACT = 1.5  # grey levels, in the mean: so near are copies of plain pictures that were stored anew
HUE, COLOURED = 0.3, 30.0  # of the colourfulness, left by the fit; grey levels of it, from which hues tell: copies as JPEG of 50 % have 0.2 at most
REGION, LOUD = 3, 12.0  # pixels of such a copy; grey levels
APART, ELSEWHERE = 0.4, 12.0  # of the picture's deviation, and times what is left in the middle place: 1,500 copies of photographs, smaller, larger, moved or stored as JPEG of 50 %, have at most 8.6 where they reach it


def same_in_full(one_HWC: Any, other_HWC: Any) -> bool:
    """Of float pictures that lie on each other up to two pixels: more than a plain ground or a single edge in common, and the hues."""
    from scipy.ndimage import gaussian_filter

    if one_HWC.shape != other_HWC.shape or min(one_HWC.shape[:2]) < 5 * REACH:
        return True
    scale = max(1.0, one_HWC.shape[0] / SIDE)
    inner = laid(one_HWC, other_HWC, scale)
    if outlines_alone(inner[0].mean(axis=2), inner[1].mean(axis=2), scale):
        return False
    one, other = (gaussian_filter(v, (SOFT, SOFT, 0)) for v in inner)
    if min(_structure(v.mean(axis=2), scale).std() for v in (one, other)) < PLAIN and np.sqrt(((one - other) ** 2).mean()) >= EXACT:
        return False
    return one.shape[2] == 1 or not _other_hues(one, other, scale)


def differ_in_a_place(one_HW: Any, other_HW: Any) -> bool:
    """Of grey pictures: one place is far beyond what is left elsewhere."""
    from scipy.ndimage import gaussian_filter, uniform_filter

    scale = max(1.0, one_HW.shape[0] / SIDE)
    one, other = (gaussian_filter(v[..., 0], SOFT) for v in laid(one_HW[..., None].astype(np.float64), other_HW[..., None].astype(np.float64), scale))
    left, spread = min(((_left(a, b), float(a.std())) for a, b in ((one, other), (other, one))), key=lambda found: found[0].std() / (found[1] + 1e-6))
    apart = np.sqrt(np.maximum(uniform_filter(left**2, max(3, round(REGION * scale))), 0.0))  # running sums leave a little below zero
    return bool(apart.max() > max(LOUD, APART * spread, ELSEWHERE * (float(np.median(apart)) + 0.5)))  # half a grey level is rounding


def laid(one_HWC: Any, other_HWC: Any, scale: float) -> tuple[Any, Any]:
    """Both where they overlap best."""
    edge = round(REACH * scale)
    height, width = one_HWC.shape[:2]
    inner = one_HWC[edge : height - edge, edge : width - edge]
    level = inner - inner.mean()
    best = (-np.inf, inner)
    for dy in range(-edge, edge + 1):
        for dx in range(-edge, edge + 1):
            moved = other_HWC[edge + dy : height - edge + dy, edge + dx : width - edge + dx]
            fit = float((level * (moved - moved.mean())).mean() / (moved.std() + 1e-6))
            if fit > best[0]:
                best = (fit, moved)
    return inner, best[1]


def _structure(grey_HW: Any, scale: float) -> Any:
    """What neither a wide blur nor the means of rows and columns hold."""
    from scipy.ndimage import gaussian_filter

    fine = grey_HW - gaussian_filter(grey_HW, 4 * scale)
    return fine - fine.mean(axis=0, keepdims=True) - fine.mean(axis=1, keepdims=True) + fine.mean()


def _other_hues(one: Any, other: Any, scale: float) -> bool:
    """Whether the colours of one cannot be had from the other's by one factor."""
    from scipy.ndimage import gaussian_filter

    colours = [v - v.mean(axis=2, keepdims=True) for v in (one, other)]
    soft = [gaussian_filter(v, (1.5 * scale, 1.5 * scale, 0)) for v in colours]
    size = float(np.sqrt((soft[0] ** 2).sum(axis=2).mean()))
    factor = float((soft[0] * soft[1]).sum() / max(float((soft[1] ** 2).sum()), 1e-6))
    return size >= COLOURED and float(np.sqrt(((soft[0] - factor * soft[1]) ** 2).sum(axis=2).mean())) >= HUE * size


def _left(one: Any, other: Any) -> Any:
    """What the other, its slopes and its Laplacian leave of the one."""
    from scipy.ndimage import gaussian_laplace

    columns = np.stack([other.ravel(), *(v.ravel() for v in np.gradient(other)), gaussian_laplace(other, 1.0).ravel(), np.ones(other.size)], axis=1)
    weights = np.linalg.lstsq(columns, one.ravel(), rcond=None)[0]
    return one - (columns @ weights).reshape(one.shape)
