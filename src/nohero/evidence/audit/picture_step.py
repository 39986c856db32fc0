"""Pictures that are nearly the same in their outlines alone: what lies beside the strong edges must not speak against it.

Two pictures with the rim of a lens, a wall or a horizon at one place agree almost wholly, whatever they show: the one edge makes up nearly all of
their contrast. Beside it each has a texture of its own, weak but above the noise of storing, and two textures that do not go together are two things.

Legend: H height, W width.
"""

from __future__ import annotations

from typing import Any

import numpy as np

EDGE, WIDE = 0.15, 2  # of the steepest slope, from which a place is an edge; widths of such a slope that are left out around it
ROOM = 0.3  # of the picture that must lie beside the edges to be compared
TEXTURE, APART = 0.5, 0.2  # grey levels in both, and correlation: of 579 copies as JPEG of 60 %, smaller or darker, none has so much texture that agrees so little
ONE_WAY = 0.7  # length of the mean slope against the mean length of slopes: 1 for a straight edge, 0.8 for an arc of a third of a circle, below 0.3 for things
AGREE = 0.5  # correlation from which the texture beside a single edge speaks for a copy
EXACT = 1.5  # grey levels: so near are copies of plain pictures that were stored anew


def outlines_alone(one_HW: Any, other_HW: Any, scale: float) -> bool:
    """Of grey pictures that lie on each other: whether the textures beside the edges differ, or a single edge is all that they have in common."""
    slopes = [_slopes(v, scale) for v in (one_HW, other_HW)]
    steep = np.maximum(*(np.hypot(*s) for s in slopes))
    beside = ~_grown(steep > EDGE * steep.max(), 2 * round(WIDE * scale) + 1)
    if beside.mean() < ROOM:
        return False
    first, second = (_texture(v, beside, scale) for v in (one_HW, other_HW))
    fit = float((first * second).mean() / (first.std() * second.std() + 1e-6))
    if min(first.std(), second.std()) >= TEXTURE and fit < APART:
        return True
    single = min(_one_way(*s) for s in slopes) >= ONE_WAY
    return single and fit < AGREE and float(np.sqrt(((one_HW - other_HW) ** 2).mean())) >= EXACT


def _slopes(grey_HW: Any, scale: float) -> Any:
    """Down and to the right."""
    from scipy.ndimage import gaussian_filter

    return np.gradient(gaussian_filter(grey_HW, scale))


def _grown(where_HW: Any, size: int) -> Any:
    from scipy.ndimage import maximum_filter

    return maximum_filter(where_HW, size=size)


def _texture(grey_HW: Any, beside_HW: Any, scale: float) -> Any:
    """[places beside the edges]: what is between half a width and two fine, reckoned from those places alone, without its mean."""
    from scipy.ndimage import gaussian_filter

    weight = beside_HW.astype(float)
    soft = [gaussian_filter(grey_HW * weight, times * scale) / np.maximum(gaussian_filter(weight, times * scale), 1e-6) for times in (0.5, 2)]
    fine = (soft[0] - soft[1])[beside_HW]
    return fine - fine.mean()


def _one_way(down: Any, right: Any) -> float:
    """How far all slopes point one way, from 0 to 1; the rim, where blurs end, aside."""
    inner = (slice(2, -2), slice(2, -2))
    down, right = down[inner], right[inner]
    return float(np.hypot(down.sum(), right.sum()) / (np.hypot(down, right).sum() + 1e-6))
