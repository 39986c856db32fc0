"""Whether two pictures that are nearly the same differ in a region: another sign in one frame, a star in one corner of a flag.

Legend: H height, W width.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nohero.evidence.audit.picture_fine import differ_in_a_place

SIDE = 32  # pixels: structure finer than the pixels of such a copy is left to the storing
REGION = 5  # such pixels: the side of what is compared place by place
REACH = 2  # pixels by which one may be moved
OTHER = 0.1  # of the picture's deviation: the difference where what is seen is not alike; copies moved, darker, or stored as JPEG have 0.07 at most, pictures of one frame with another thing in it mostly more
FAR = 0.4  # the same anywhere, as a copy's edges differ a little where it was moved by less than a pixel: 0.3 at most
ELSEWHERE = 3.0  # times the difference in the middle place: of copies of noisy pictures, resized or stored as JPEG, 2.5 at most
ALIKE = 0.5  # correlation of a place in both


def differ_in_a_region(one_HW: Any, other_HW: Any) -> bool:
    """Of grey pictures of one size that lie on each other up to two pixels; brightness and contrast may differ as a whole."""
    from scipy.ndimage import gaussian_filter, uniform_filter

    if one_HW.shape != other_HW.shape or min(one_HW.shape) < 4 * REGION:
        return False
    scale = max(1.0, one_HW.shape[0] / SIDE)
    one, other = _laid(*(gaussian_filter(v.astype(np.float64), scale) for v in (one_HW, other_HW)))
    side = max(3, round(REGION * scale))

    def mean(values: Any) -> Any:
        return uniform_filter(values, side)[side // 2 : -(side // 2), side // 2 : -(side // 2)]

    apart = np.sqrt(np.maximum(mean((one - other) ** 2), 0))
    spreads = np.maximum(mean(one * one) - mean(one) ** 2, 0) * np.maximum(mean(other * other) - mean(other) ** 2, 0)
    fit = (mean(one * other) - mean(one) * mean(other)) / np.sqrt(spreads + 1e-4)  # a place without structure in either fits nothing
    noise = ELSEWHERE * float(np.median(apart))
    return differ_in_a_place(one_HW, other_HW) or bool(apart.max() > max(FAR, noise) or apart[fit < ALIKE].max(initial=0.0) > max(OTHER, noise))


def _laid(one: Any, other: Any) -> tuple[Any, Any]:
    """Both where they overlap best, without mean and of deviation one."""
    height, width = one.shape
    edge = REACH
    inner = _levelled(one[edge : height - edge, edge : width - edge])
    best = (-1.0, inner)
    for dy in range(-edge, edge + 1):
        for dx in range(-edge, edge + 1):
            moved = _levelled(other[edge + dy : height - edge + dy, edge + dx : width - edge + dx])
            best = max(best, (float((inner * moved).mean()), moved), key=lambda found: found[0])
    return inner, best[1]


def _levelled(values: Any) -> Any:
    return (values - values.mean()) / (values.std() + 1e-6)
