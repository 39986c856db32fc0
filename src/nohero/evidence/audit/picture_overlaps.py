"""Pictures of two parts that overlap: crops of one scene, each moved against the other by up to two thirds of a side.

The phase of the spectra tells by how much one is moved against the other; where they overlap, one must be had from the other pixel by pixel.

Legend: N pictures, E those of other parts than the first, S side, P pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.evidence.audit.picture_sheets import pairs_drawn
from nohero.evidence.audit.picture_step import outlines_alone
from nohero.sources.collection import Collection
from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.run.figure import Images

PRICE = 2.0  # seconds
SIDE = 32  # pixels of the copies that are tried against each other
MOST_PAIRS = 100_000  # so many are tried; of more, some of the evaluated pictures are
MOST = 20_000  # pictures of the first part that they are tried against
PEAK = 0.12  # of the phase correlation, from which a pair is compared pixel by pixel: chance reaches 0.14 in one of a few hundred pairs
NEAREST, FARTHEST = 2, 21  # pixels of 32 that a copy is moved by: less is a near copy, more leaves too little to compare
FIT = 0.6  # correlation of the fine structure of the overlap, from which it is looked at closely
EXPLAINED = 0.93  # of that fine structure that the other's explains: crops of one scene, stored as JPEG, reach 0.95 and more, other places of one brick wall 0.91
TWO_WAYS = 0.1  # of the structure across its main direction to that along it: stripes fit at many moves
CLEAREST = 2  # moves of an evaluated picture that are compared
STRUCTURE = 4.0  # grey levels of that fine structure, in both
AREA = 0.25  # of the picture that overlaps at least
FINE = 2.0  # pixels of 64: what is wider is the light, or a gradient, and agrees too easily
CHUNK = 4096


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Two items of different parts."""

    evaluated: int
    training: int
    down: int  # pixels of 64
    right: int
    share: float  # of the picture


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureOverlaps:
    """The clearest of each evaluated picture."""

    overlaps: tuple[Overlap, ...]
    items: Sequence[str]
    looked_at: int  # pictures outside the first part
    of: int
    first: str  # the part that they are compared with
    collection: Any = None

    def sheet(self, title: str, overlaps: Sequence[Overlap]) -> Images:
        """The pairs side by side."""
        return pairs_drawn(self.collection, title, [(o.evaluated, o.training) for o in overlaps])


def measure(collection: Collection) -> PictureOverlaps:
    """Each picture outside the first part against all of the first."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE:
        raise Unmeasurable("the items are no pictures")
    if not collection.split or len(collection.parts) < 2:
        raise Unmeasurable("the pictures are not divided into parts")
    pixels = thumbnails(collection).pixels
    if min(pixels.shape[1:3]) < SIDE:
        raise Unmeasurable(f"the pictures have fewer than {SIDE} pixels a side")
    first = collection.part(collection.parts[0])
    training, others = np.flatnonzero(first), np.flatnonzero(~first)
    training = training[np.linspace(0, len(training) - 1, min(MOST, len(training))).astype(int)]
    if not len(training) or not len(others):
        raise Unmeasurable("one of the parts holds nothing")
    some = np.unique(np.linspace(0, len(others) - 1, max(1, min(len(others), MOST_PAIRS // len(training)))).astype(int))
    found, (own, theirs) = [], (_phases(_small(pixels[rows])) for rows in (others[some], training))
    for k, row in enumerate(others[some].tolist()):
        for j, down, right in _candidates(own[k], theirs):
            move = _compared(_fine(pixels[row]), _fine(pixels[training[j]]), down, right)
            if move is not None:
                found.append(Overlap(evaluated=row, training=int(training[j]), down=move[0], right=move[1], share=move[2]))
                break
    return PictureOverlaps(overlaps=tuple(found), items=collection.items, looked_at=len(some), of=len(others), first=str(collection.parts[0]), collection=collection)


def _grey(pixels_NHWC: Any) -> Any:
    return pixels_NHWC.astype(np.float32).mean(axis=3) if pixels_NHWC.ndim == 4 else pixels_NHWC.astype(np.float32)


def _small(pixels_NHWC: Any) -> Any:
    """float32 [N, 32, 32]: the mean of what falls on each pixel."""
    grey = _grey(pixels_NHWC)
    edges = [np.arange(SIDE) * n // SIDE for n in grey.shape[1:]]
    sums = np.add.reduceat(np.add.reduceat(grey, edges[0], axis=1), edges[1], axis=2)
    sizes = [np.diff(np.append(e, n)) for e, n in zip(edges, grey.shape[1:], strict=True)]
    return sums / (sizes[0][:, None] * sizes[1])


def _phases(small_NSS: Any) -> Any:
    """complex64 [N, S, S / 2 + 1] of length one; the rim is faded out, as a crop has no edge there."""
    window = np.hanning(SIDE + 2)[1:-1] ** 0.5
    level = (small_NSS - small_NSS.mean(axis=(1, 2), keepdims=True)) * (window[:, None] * window)
    spectra = np.fft.rfft2(level)
    return (spectra / (np.abs(spectra) + 1e-3 * SIDE * SIDE)).astype(np.complex64)


def _candidates(own: Any, phases: Any) -> list[tuple[int, int, int]]:
    """(which, down, right) in pixels of 32 of the clearest moves of few pictures."""
    found: list[tuple[float, int, int, int]] = []
    for start in range(0, len(phases), CHUNK):
        peaks = np.fft.irfft2(own * np.conj(phases[start : start + CHUNK]), s=(SIDE, SIDE)).reshape(-1, SIDE * SIDE)
        best = peaks.argmax(axis=1)
        heights = peaks[np.arange(len(peaks)), best]
        down, right = ((v + SIDE // 2) % SIDE - SIDE // 2 for v in np.divmod(best, SIDE))
        far = np.maximum(np.abs(down), np.abs(right))
        heights[(far < NEAREST) | (far > FARTHEST) | (heights < PEAK)] = 0
        top = np.argsort(-heights, kind="stable")[:CLEAREST]
        found += [(float(heights[i]), start + int(i), int(down[i]), int(right[i])) for i in top if heights[i]]
    return [(j, down, right) for _, j, down, right in sorted(found, reverse=True)[:CLEAREST]]


def _fine(pixels_HWC: Any) -> Any:
    from scipy.ndimage import gaussian_filter

    grey = _grey(pixels_HWC[None])[0]
    return grey - gaussian_filter(grey, FINE)


def _compared(one_HW: Any, other_HW: Any, down: int, right: int) -> tuple[int, int, float] | None:
    """(down, right, share of the picture) of the move by a little more or less that fits best, where one is had from the other by it."""
    scale = [n / SIDE for n in one_HW.shape]
    near = range(-int(np.ceil(max(scale))), int(np.ceil(max(scale))) + 1)
    moves = [(round(down * scale[0]) + dy, round(right * scale[1]) + dx) for dy in near for dx in near]
    fits = [_fit(_common(one_HW, y, x), _common(other_HW, -y, -x)) for y, x in moves]
    y, x = moves[int(np.argmax(fits))]
    one, other = _common(one_HW, y, x), _common(other_HW, -y, -x)
    if max(fits) < FIT or one.size < AREA * one_HW.size or min(one.std(), other.std()) < STRUCTURE or _one_way(other) or _explained(one, other) < EXPLAINED:
        return None
    if outlines_alone(one, other, 1.0):
        return None  # things of one outline on a plain ground
    return y, x, one.size / one_HW.size


def _fit(one: Any, other: Any) -> float:
    return float(((one - one.mean()) * (other - other.mean())).mean() / (one.std() * other.std() + 1e-6)) if min(one.shape, default=0) > 2 else -1.0


def _one_way(grey_HW: Any) -> bool:
    """Whether nearly all slopes lie along one line."""
    down, right = np.gradient(grey_HW)
    a, b, c = float((down * down).sum()), float((down * right).sum()), float((right * right).sum())
    spread = np.hypot(a - c, 2 * b)
    return bool(a + c - spread < TWO_WAYS * (a + c + spread))


def _common(grey_HW: Any, down: int, right: int) -> Any:
    """What is left of a picture that begins so much later, or ends so much sooner."""
    height, width = grey_HW.shape
    return grey_HW[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)]


def _explained(one: Any, other: Any) -> float:
    """Share of the one's variance that the other, its slopes and its bend explain: moves by less than a pixel, and another sharpness."""
    inner = (slice(1, -1), slice(1, -1))
    bend = np.gradient(np.gradient(other, axis=0), axis=0) + np.gradient(np.gradient(other, axis=1), axis=1)
    columns = np.stack([v[inner].ravel() for v in (other, *np.gradient(other), bend)], axis=1)
    level = one[inner].ravel() - one[inner].mean()
    columns = columns - columns.mean(axis=0)
    left = level - columns @ np.linalg.lstsq(columns, level, rcond=None)[0]
    return float(1 - (left**2).mean() / max(float((level**2).mean()), 1e-9))
