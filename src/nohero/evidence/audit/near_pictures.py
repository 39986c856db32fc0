"""Pictures that are nearly the same: moved, darker, stored anew, resized, mirrored or turned.

Fourier magnitudes do not move when a picture does: a tree over their principal directions gives each picture's neighbours. A pair of
neighbours is compared by the correlation of blurred copies over small shifts, and counts as a copy when it is far closer than the
other neighbours of the two are.

Legend: N pictures, P pairs, H height, W width, C channels, K frequencies, D directions, M places of the grid on which blurred copies are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nohero.evidence.audit.picture_fine import same_in_full
from nohero.evidence.audit.picture_frames import without_frames
from nohero.evidence.audit.picture_ground import same_thing

SIDE = 32  # pixels: at most, of the grey copies
FREQUENCIES = 4
DIRECTIONS = 16
NEIGHBOURS, TURNED_NEIGHBOURS = 8, 3
BLUR = 1.5  # pixels
NARROW, WIDE = 2, 4  # pixels at the edge that are not compared, of a picture moved by one pixel and by two: what moved in there is new
SHIFTS = tuple((dy, dx) for dy in (0, -1, 1) for dx in (0, -1, 1))
FARTHER = tuple((dy, dx) for dy in range(-2, 3) for dx in range(-2, 3) if max(abs(dy), abs(dx)) == 2)
POSSIBLE = 0.2  # residual after SHIFTS, below which FARTHER ones are tried: of copies moved by two pixels all are below
RESIDUAL = 0.01  # one less the correlation: copies at 60 % JPEG quality or three quarters of the size stay below
RATIO = 0.1  # of the residual to that of the other neighbours
USUAL = 0.15  # of what is usual between neighbours in this set
NTH, SOME = 4, 1000  # the fifth neighbour, as nearer ones may be copies too; pictures that tell what is usual
SURE = 0.0005  # residual that needs no other neighbours to compare with
DETAIL, PRESSED = 0.94, 0.2  # correlation of the fine structure, so that one outline is no copy of another; planted copies: 0.93 to 1
FAR, LOOSE = 0.03, 0.5  # of what is usual: so much closer, half of the fine structure (the rest may be noise) is enough
TURNED = 0.85  # of what lies inside frames, mirrored or turned; a crossing and a T-junction turned by a quarter: 0.79
EXACT = 0.01  # residual of the pixels themselves, of those moved by two: outlines alone agree too easily once moves are free
COLOUR = 0.05  # residual with the colours
FLAT = 3.0  # grey levels: standard deviation below which a picture shows nothing
RADIUS = 0.05  # between the magnitudes of a picture and of its turned copy; at 60 % JPEG quality nine in ten are below 0.03
CHUNK = 8192
PLAIN, MOVED = "moved, resized, stored anew or of another brightness", "moved by two pixels"
UPRIGHT = (PLAIN, MOVED)  # neither mirrored nor turned
WAYS = {0: (PLAIN, "turned upside down"), 1: ("mirrored", "mirrored and turned upside down"), 2: ("mirrored and turned", "mirrored and turned"), 3: ("turned a quarter", "turned a quarter")}


@dataclass(frozen=True, kw_only=True)
class Near:
    """Two pictures, first < second, and how the second differs."""

    first: int
    second: int
    how: str
    residual: float


def near_pairs(pixels_NHWC: Any) -> list[Near]:
    """All pairs that are found, closest first."""
    grey_NHW = _grey(pixels_NHWC)
    rows = np.flatnonzero(grey_NHW.std(axis=(1, 2)) > FLAT)
    if len(rows) < 2:
        return []
    grey_NHW = grey_NHW[rows]
    spectra = _spectra(grey_NHW)
    square = grey_NHW.shape[1] == grey_NHW.shape[2]
    neighbours, turned = _neighbours(spectra, square)
    grids = [_grid(grey_NHW, dy, dx) for dy, dx in SHIFTS]
    found = _plain(grey_NHW, grids, neighbours)
    for kind, others in turned.items():
        found += _turned(grids[0], kind, others)
    usual = _usual(grids, neighbours)
    return _confirmed(_standing_out(found, grids, neighbours, usual), pixels_NHWC, rows, FAR * usual)


def _grey(pixels_NHWC: Any) -> Any:
    """float32 [N, H, W] of at most SIDE pixels."""
    step = max(1, -(-max(pixels_NHWC.shape[1:3]) // SIDE))
    height, width = (n // step * step for n in pixels_NHWC.shape[1:3])
    parts = []
    for start in range(0, len(pixels_NHWC), CHUNK):
        part = pixels_NHWC[start : start + CHUNK, :height, :width]
        grey = part[..., 0].astype(np.float32) if part.shape[3] == 1 else part.mean(axis=3, dtype=np.float32)
        parts.append(grey.reshape(len(part), height // step, step, width // step, step).mean(axis=(2, 4)) if step > 1 else grey)
    return np.concatenate(parts)


def _blur(size: int, centres: Any, width: float) -> Any:
    """[len(centres), size]: each row a bell over the pixels."""
    weights = np.exp(-0.5 * ((np.arange(size)[None, :] - centres[:, None]) / width) ** 2)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _grid(grey_NHW: Any, dy: int, dx: int, *, margin: int = NARROW) -> Any:
    """float32 [N, M]: blurred values on every second pixel but those at the edge, moved by so much, without mean and of length one."""
    matrices = []
    for size, move in zip(grey_NHW.shape[1:], (dy, dx), strict=True):
        count = max(2, (size - 2 * margin) // 2)
        centres = (size - 1) / 2 + 2 * (np.arange(count) - (count - 1) / 2)  # symmetric, so that a mirrored picture has a mirrored grid
        matrices.append(_blur(size, centres + move, BLUR))
    values = (matrices[0] @ grey_NHW @ matrices[1].T).reshape(len(grey_NHW), -1)
    values -= values.mean(axis=1, keepdims=True)
    return values / (np.linalg.norm(values, axis=1, keepdims=True) + 1e-6)


def _spectra(grey_NHW: Any) -> Any:
    """float32 [N, 2K+1, 2K+1]: magnitudes of low frequencies, of length one, which a cyclic shift or a half turn leaves alone."""
    height, width = grey_NHW.shape[1:]
    near = [min(FREQUENCIES, (n - 1) // 2) for n in (height, width)]
    blurred = [_blur(n, np.arange(n), 1.0) for n in (height, width)]
    parts = []
    for start in range(0, len(grey_NHW), CHUNK):
        part = blurred[0] @ grey_NHW[start : start + CHUNK] @ blurred[1].T
        part -= part.mean(axis=(1, 2), keepdims=True)
        half = np.abs(np.fft.rfft2(part))[:, np.r_[-near[0] : near[0] + 1]][:, :, : near[1] + 1]
        whole = np.concatenate([half[:, ::-1, :0:-1], half], axis=2)  # a real picture's magnitudes are the same at opposite frequencies
        parts.append((whole / (np.linalg.norm(whole, axis=(1, 2), keepdims=True) + 1e-6)).astype(np.float32))
    return np.concatenate(parts)


def _neighbours(spectra: Any, square: bool) -> tuple[Any, dict[int, Any]]:  # noqa: FBT001
    """[N, k] nearest others; and by the kind of turn the nearest to the turned picture (0 is no turn)."""
    from scipy.spatial import cKDTree

    count = len(spectra)
    flat = spectra.reshape(count, -1)
    mean = flat.mean(axis=0)
    some = flat[:: max(1, count // 5000)] - mean
    directions = np.linalg.eigh(some.T @ some)[1][:, ::-1][:, :DIRECTIONS]
    tree = cKDTree((flat - mean) @ directions)
    k = min(NEIGHBOURS + 1, count)
    nearest = tree.query(tree.data, k=k)[1]
    own = np.arange(count)[:, None]
    away = np.argsort(nearest == own, axis=1, kind="stable")[:, : k - 1]  # leaves the picture itself out
    nearest = np.take_along_axis(nearest, away, axis=1)
    turned = {0: nearest[:, :TURNED_NEIGHBOURS]}
    for kind, spectrum in {1: spectra[:, ::-1], **({2: spectra.transpose(0, 2, 1), 3: spectra.transpose(0, 2, 1)[:, ::-1]} if square else {})}.items():
        others = tree.query((spectrum.reshape(count, -1) - mean) @ directions, k=min(TURNED_NEIGHBOURS + 1, count), distance_upper_bound=RADIUS)[1]
        turned[kind] = np.where(others == count, own, others)  # where nothing is as near
    return nearest, turned


def _pairs(neighbours: Any) -> Any:
    """Integers [P, 2]: each pair once, the smaller first."""
    first = np.repeat(np.arange(len(neighbours)), neighbours.shape[1])
    both = np.stack([first, neighbours.ravel()], axis=1)
    both.sort(axis=1)
    both = both[both[:, 0] < both[:, 1]]
    keys = np.unique(both[:, 0].astype(np.int64) * len(neighbours) + both[:, 1])
    return np.stack([keys // len(neighbours), keys % len(neighbours)], axis=1)


def _residual(grid: Any, moved: list[Any], first: Any, second: Any) -> Any:
    """float32 [P]: one less the best correlation of the first as it is with the second, moved."""
    best = np.full(len(first), -1.0, dtype=np.float32)
    for start in range(0, len(first), CHUNK):
        rows = slice(start, start + CHUNK)
        one = grid[first[rows]]
        for other in moved:
            best[rows] = np.maximum(best[rows], np.einsum("pm,pm->p", one, other[second[rows]]))
    return 1 - best


def _plain(grey_NHW: Any, grids: list[Any], neighbours: Any) -> list[tuple[int, int, str, float]]:
    """Pairs that a small move makes alike; two pixels are tried where one has helped, a grid at a time, as all of them would not fit."""
    pairs = _pairs(neighbours)
    residual = _residual(grids[0], grids, pairs[:, 0], pairs[:, 1])
    open_ = np.flatnonzero((residual >= SURE) & (residual < POSSIBLE))
    near, inner = residual.copy(), _grid(grey_NHW, 0, 0, margin=WIDE)
    for dy, dx in FARTHER if len(open_) else ():
        moved = _grid(grey_NHW, dy, dx, margin=WIDE)
        residual[open_] = np.minimum(residual[open_], _residual(inner, [moved], pairs[open_, 0], pairs[open_, 1]))
    return [
        (int(pairs[p, 0]), int(pairs[p, 1]), how, float(values[p]))
        for how, values, rows in ((PLAIN, near, near < RESIDUAL), (MOVED, residual, (residual < RESIDUAL) & (residual < near)))
        for p in np.flatnonzero(rows)
    ]


def _turned(grid: Any, kind: int, neighbours: Any) -> list[tuple[int, int, str, float]]:
    """Pairs of which one is the other, turned or mirrored; without shifts."""
    pairs = _pairs(neighbours)
    side = round(grid.shape[1] ** 0.5)
    found = []
    for start in range(0, len(pairs), CHUNK):
        part = pairs[start : start + CHUNK]
        one, other = grid[part[:, 0]], grid[part[:, 1]]
        if kind:
            squares = other.reshape(len(part), -1, side) if side * side == grid.shape[1] else None
            if squares is None:
                return []
            other = {1: squares[:, :, ::-1], 2: squares.transpose(0, 2, 1), 3: np.rot90(squares, axes=(1, 2))}[kind].reshape(len(part), -1)
        for half, how in enumerate(WAYS[kind]):
            if kind == 0 and half == 0:
                continue
            turned = other if half == 0 else other[:, ::-1]  # a half turn is the grid read backwards
            residual = 1 - np.einsum("pm,pm->p", one, turned)
            found += [(int(part[i, 0]), int(part[i, 1]), how, float(residual[i])) for i in np.flatnonzero(residual < RESIDUAL)]
    return found


def _usual(grids: list[Any], neighbours: Any) -> float:
    """The residual to the fifth neighbour that is in the middle of the set."""
    count, k = neighbours.shape
    some = np.arange(0, count, max(1, count // SOME))
    return float(np.median(np.sort(_to_neighbours(grids, some, neighbours), axis=1)[:, min(NTH, k - 1)]))


def _standing_out(found: list[tuple[int, int, str, float]], grids: list[Any], neighbours: Any, usual: float) -> list[tuple[int, int, str, float]]:
    """Those that are far closer than other neighbours are: than those of the two, and than is usual in the set."""
    k = neighbours.shape[1]
    nth = min(NTH, k - 1)
    found = [pair for pair in found if pair[3] < max(SURE, USUAL * usual)]
    if k < 2 or not found:
        return [pair for pair in found if pair[3] < SURE]
    items = np.unique(np.array([pair[:2] for pair in found]))
    residuals = dict(zip(items.tolist(), _to_neighbours(grids, items, neighbours), strict=True))

    def reference(one: int, other: int) -> float:
        rest = np.sort(residuals[one][neighbours[one] != other])
        return float(rest[min(nth, len(rest) - 1)])

    return [pair for pair in found if pair[3] < SURE or pair[3] < RATIO * min(reference(pair[0], pair[1]), reference(pair[1], pair[0]))]


def _to_neighbours(grids: list[Any], items: Any, neighbours: Any) -> Any:
    """[items, k]: residuals to the neighbours of each."""
    k = neighbours.shape[1]
    return _residual(grids[0], grids, np.repeat(items, k), neighbours[items].ravel()).reshape(len(items), k)


def _confirmed(found: list[tuple[int, int, str, float]], pixels_NHWC: Any, rows: Any, far: float) -> list[Near]:
    """Those whose fine structure and colours agree; of one pair the closest way."""
    best: dict[tuple[int, int], Near] = {}
    for i, j, how, residual in sorted(found, key=lambda pair: pair[3]):
        first, second = int(rows[i]), int(rows[j])
        least = LOOSE if residual < far else DETAIL
        one, other = (pixels_NHWC[row].astype(np.float32) for row in (first, second))
        if (first, second) not in best and _agree(one, other, how, least) and _agree_inside(one, other, how):
            best[first, second] = Near(first=first, second=second, how=how, residual=residual)
    return sorted(best.values(), key=lambda pair: (pair.residual, pair.first, pair.second))


def _agree(one_HWC: Any, other_HWC: Any, how: str, least: float) -> bool:
    """Whether lines and texture agree, weak ones as much as outlines, and the colours."""
    from scipy.ndimage import gaussian_filter

    scale = max(1.0, one_HWC.shape[0] / SIDE)
    fine = [_detail(v.mean(axis=2), scale) for v in (one_HWC, other_HWC)]
    turns = _turns(how)
    fits = [_best(fine[0], turn(fine[1])) for turn in turns]
    if max(fits) < least:
        return False
    if how == MOVED and 1 - _best(one_HWC, other_HWC) >= EXACT:
        return False
    chosen = turns[int(np.argmax(fits))]
    soft = [gaussian_filter(v, (BLUR * scale, BLUR * scale, 0)) for v in (one_HWC, other_HWC)]
    if one_HWC.shape[2] > 1 and 1 - _best(soft[0], chosen(soft[1])) >= COLOUR:
        return False
    return same_thing(one_HWC, chosen(other_HWC), scale) and same_in_full(one_HWC, chosen(other_HWC))


def _agree_inside(one_HWC: Any, other_HWC: Any, how: str) -> bool:
    """Whether what lies inside frames agrees too; True where there are none."""
    insides = [inside for turn in _turns(how) if (inside := without_frames(one_HWC, turn(other_HWC))) is not None]
    return not insides or any(_agree(*inside, PLAIN, LOOSE if how in UPRIGHT else TURNED) for inside in insides)


def _detail(grey_HW: Any, scale: float) -> Any:
    """What is finer than two pixels of the grey copy, pressed into -1 to 1."""
    from scipy.ndimage import gaussian_filter

    fine = gaussian_filter(grey_HW, scale) - gaussian_filter(grey_HW, 2 * scale)
    fine /= fine.std() + 1e-6
    return fine / (np.abs(fine) + PRESSED)


def _turns(how: str) -> list[Any]:
    whole: list[Any] = [lambda v: v, lambda v: v[::-1, ::-1], lambda v: v[:, ::-1], lambda v: v[::-1]]
    if how in UPRIGHT:
        return whole[:1]
    quarter: list[Any] = [np.rot90, lambda v: np.rot90(v, 3), lambda v: v.swapaxes(0, 1), lambda v: np.rot90(v, 2).swapaxes(0, 1)]
    return [*whole[1:], *(quarter if "quarter" in how or how == "mirrored and turned" else [])]


def _best(one: Any, other: Any) -> float:
    """The best correlation over shifts of up to two pixels."""
    if one.shape != other.shape:
        return -1.0
    edge = min(2, (min(one.shape[:2]) - 1) // 2)
    height, width = one.shape[:2]
    a = one[edge : height - edge, edge : width - edge].ravel()
    best = -1.0
    for dy in range(-edge, edge + 1):
        for dx in range(-edge, edge + 1):
            b = other[edge + dy : height - edge + dy, edge + dx : width - edge + dx].ravel()
            best = max(best, float(((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std() + 1e-6)))
    return best
