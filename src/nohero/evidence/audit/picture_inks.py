"""Stamps whose figures vary, as dates do: a colour that most pictures of one class have at one place along the edge, and hardly ever elsewhere along it.

Legend: N pictures, H height, W width, C channels, K colours, G cells of a grid along each side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

GRID = 8
STEP, LEVELS = 64, 5  # grey levels of a bin, and bins, counted from 0 and from half a bin
REACH = 3  # cells around, into which a stamp may go on
MOST = 4000  # pictures that are looked at
MEMBERS = 15  # pictures of a class
GAP = 0.55  # between the share of the class's pictures with the colour there, and the shares of others there and of its own elsewhere: in sets without stamps, photographs, textures, faces and signs, at most 0.40
SHARE = 0.6  # of the class's pictures
CHUNK = 256


@dataclass(frozen=True, kw_only=True)
class Ink:
    """A colour at a place."""

    code: int  # the class
    place: tuple[float, float]  # down and to the right, of the picture
    share: float  # of the class's pictures that have it there
    others: float  # of the other classes'
    colour: tuple[int, ...]
    rows: tuple[int, ...]  # pictures of the class that have it, among those handed over


def inks(pixels_NHWC: Any, target: Any) -> tuple[Ink, ...]:
    """At most one a class, the clearest."""
    some = np.linspace(0, len(target) - 1, min(MOST, len(target))).astype(int)
    pixels, codes = pixels_NHWC[some], target[some]
    best: dict[int, Ink] = {}
    for shift in (0, STEP // 2):
        there = _there(pixels, shift)
        for code in np.unique(codes):
            own = codes == code
            if min(own.sum(), (~own).sum()) >= MEMBERS and (found := _clearest(there, own)) is not None:
                colour, down, right, share, others = found
                if int(code) not in best or share - others > best[int(code)].share - best[int(code)].others:
                    rows = tuple(some[own & there[:, colour, down, right]].tolist())
                    best[int(code)] = Ink(
                        code=int(code), place=((down + 0.5) / GRID, (right + 0.5) / GRID), share=share, others=others, colour=_colour(colour, pixels.shape[3], shift), rows=rows,
                    )  # fmt: skip
    return tuple(best.values())


def _there(pixels_NHWC: Any, shift: int) -> Any:
    """Bool [N, K, G, G]: whether a picture has the colour in the cell."""
    count, height, width, channels = pixels_NHWC.shape
    colours = LEVELS if channels == 1 else LEVELS**3
    cells = (np.arange(height) * GRID // height)[:, None] * GRID + np.arange(width) * GRID // width
    there = np.zeros((count, colours * GRID * GRID), dtype=bool)
    for start in range(0, count, CHUNK):
        levels = (pixels_NHWC[start : start + CHUNK].astype(np.int32) + shift) // STEP
        code = levels[..., 0] if channels == 1 else (levels[..., 0] * LEVELS + levels[..., 1]) * LEVELS + levels[..., 2]
        flat = (code * GRID * GRID + cells).reshape(len(levels), -1)
        there[np.arange(start, start + len(levels))[:, None], flat] = True
    return there.reshape(count, colours, GRID, GRID)


def _clearest(there: Any, own: Any) -> tuple[int, int, int, float, float] | None:
    """(colour, row, column, share, share of the others) of the cell along the edge where the class is most alone, and alone with itself."""
    shares, others = there[own].mean(axis=0), there[~own].mean(axis=0)
    rim = np.ones((GRID, GRID), dtype=bool)
    rim[1:-1, 1:-1] = False
    gaps = np.where(rim & (shares >= SHARE), shares - others, -1.0)
    best = None
    for colour in np.flatnonzero(gaps.reshape(len(gaps), -1).max(axis=1) >= GAP):
        down, right = (int(v) for v in np.unravel_index(int(gaps[colour].argmax()), (GRID, GRID)))
        far = rim & ((np.abs(np.arange(GRID)[:, None] - down) > REACH) | (np.abs(np.arange(GRID) - right) > REACH))
        gap = float(shares[colour, down, right]) - max(float(others[colour, down, right]), float(shares[colour][far].max()))
        if gap >= GAP and (best is None or gap > best[0]):
            best = (gap, (int(colour), down, right, float(shares[colour, down, right]), float(others[colour, down, right])))
    return None if best is None else best[1]


def _colour(code: int, channels: int, shift: int) -> tuple[int, ...]:
    """The middle of the bin."""
    levels = (code,) if channels == 1 else (code // LEVELS**2, code // LEVELS % LEVELS, code % LEVELS)
    return tuple(min(255, max(0, level * STEP + STEP // 2 - shift)) for level in levels)
