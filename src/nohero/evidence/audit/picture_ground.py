"""Pictures of things on a plain ground: one outline on white is no copy of another, so the things themselves are compared.

Legend: H height, W width, C channels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PLAIN = 8.0  # grey levels: standard deviation along the edge of the picture, up to which its ground is plain
APART = 16.0  # grey levels from the ground: the thing
LEAST = 20  # pixels of a thing, its rim aside, times the square of the scale, to have a texture
TEXTURE = 3.0  # times the ground's own: less is noise, and a thing without texture has its colour alone
SAME_TEXTURE = 0.8  # correlation; planted copies as JPEG of 60 % have 0.94 at least, two things of one outline 0.64 at most
SAME_COLOUR = 0.12  # of the ground's brightness: a darker copy has a darker ground too
NARROW = 12  # pixels: too small to have a thing on a ground
REACH = 2  # pixels by which one may be moved


def same_thing(one_HWC: Any, other_HWC: Any, scale: float) -> bool:
    """Whether what stands out from a plain ground in either has the same colour and texture; True where there is no such ground to compare on.

    Both are float [H, W, C] and lie on each other up to two pixels; `scale` is the width in pixels below which structure is noise.
    """
    from scipy.ndimage import binary_erosion

    if one_HWC.shape != other_HWC.shape or min(one_HWC.shape[:2]) < NARROW:
        return True
    grounds = [_ground(p) for p in (one_HWC, other_HWC)]
    if any(g is None for g in grounds):
        return True
    stands = np.any([np.abs(p - g).max(axis=2) > APART for p, g in zip((one_HWC, other_HWC), grounds, strict=True)], axis=0)
    inside, around = (binary_erosion(where, iterations=max(1, round(scale))) for where in (stands, ~stands))
    if not inside.any():
        return True
    tones = [p[inside].mean(axis=0) - g for p, g in zip((one_HWC, other_HWC), grounds, strict=True)]
    light = [max(float(g.mean()), 255.0 - float(g.mean())) for g in grounds]
    if np.abs(tones[0] / light[0] - tones[1] / light[1]).max() > SAME_COLOUR:
        return False
    if inside.sum() < LEAST * scale**2:
        return True
    textures, noises = ([_texture(p.mean(axis=2), where, scale) for p in (one_HWC, other_HWC)] for where in (inside, around))
    if any(t[inside].std() < TEXTURE * (n[around].std() if around.any() else 0.0) for t, n in zip(textures, noises, strict=True)):
        return True
    return _fit(textures[0], textures[1], inside) >= SAME_TEXTURE


def _ground(picture_HWC: Any) -> Any:
    """The colour [C] along the edge, or None where the edge is not of one colour."""
    edge = np.concatenate([picture_HWC[:2].reshape(-1, picture_HWC.shape[2]), picture_HWC[-2:].reshape(-1, picture_HWC.shape[2]), *(picture_HWC[:, k] for k in (0, 1, -2, -1))])
    return np.median(edge, axis=0) if float(edge.std(axis=0).max()) <= PLAIN else None


def _texture(grey_HW: Any, where: Any, scale: float) -> Any:
    """What is between half a width and three fine, reckoned from what lies `where` alone: the outline is no texture."""
    from scipy.ndimage import gaussian_filter

    weight = where.astype(float)
    soft = [gaussian_filter(grey_HW * weight, times * scale) / np.maximum(gaussian_filter(weight, times * scale), 1e-6) for times in (0.5, 3)]
    return np.where(where, soft[0] - soft[1], 0.0)


def _fit(one: Any, other: Any, inside: Any) -> float:
    """The best correlation inside over small moves."""
    best = -1.0
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            a, b = one[inside], np.roll(other, (dy, dx), (0, 1))[inside]
            best = max(best, float(((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std() + 1e-6)))
    return best
