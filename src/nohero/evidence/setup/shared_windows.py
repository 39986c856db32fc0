"""Windows over one series in two parts: stretches of values that stand in evaluated items and in training items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.items import Part

MARGIN = 5.0  # nats of surprise beyond what makes one chance pair of equal stretches likely
WINDOWS = 4000  # of training
LOOKED_AT = 400  # evaluated windows
CHANNELS = 64
PIECES = 1_000_000  # stretches of training windows that lie along the last axis


def shared(train: Part, part: Part) -> tuple[int, int, int]:
    """(evaluated windows half of which stands in training windows, those with a known target, windows looked at)."""
    x, z = train.x, part.x
    if x is None or z is None or x.ndim not in (2, 3) or x.shape[1:] != z.shape[1:] or part.n < 10:
        return 0, 0, 0
    if x.shape[1] >= 4 and (x.ndim == 2 or x.shape[2] <= CHANNELS) and _slides(x):
        return _found(train, part, x, z)
    if x.ndim == 3 and x.shape[1] < x.shape[2] and min(train.n, WINDOWS) * x.shape[2] <= PIECES:  # channels first, as convolutions want it
        x, z = x[:, :1].swapaxes(1, 2).copy(), z[:, :1].swapaxes(1, 2).copy()
        return _found(train, part, x, z) if _slides(x) else (0, 0, 0)
    return 0, 0, 0


def _found(train: Part, part: Part, x: Any, z: Any) -> tuple[int, int, int]:
    """Steps on the second axis."""
    import numpy as np

    half = max(2, x.shape[1] // 2)
    pieces = {x[i, s : s + half].tobytes() for i in range(min(train.n, WINDOWS)) for s in range(x.shape[1] - half + 1)}
    whole = x.dtype.kind in "iu"
    share = dict(zip(*(v.tolist() for v in np.unique(x, return_counts=True)), strict=True)) if whole else {}
    values = set(np.unique(x).tolist()) | {float(v) for t in train.targets.values() for v in np.unique(t)[:50_000]}
    target = part.y.reshape(part.n, -1)[:, 0] if part.y is not None and part.y.dtype.kind == "f" and part.y.reshape(part.n, -1).shape[1] == 1 else None
    found = known = 0
    picked = np.linspace(0, part.n - 1, min(part.n, LOOKED_AT)).astype(int)
    for i in picked:
        hit = any(
            z[i, s : s + half].tobytes() in pieces and _varied(z[i, s : s + half]) and (not whole or _surprise(z[i, s : s + half], share, x.size) > 2 * np.log(x.size) + MARGIN)
            for s in range(z.shape[1] - half + 1)
        )
        found += hit
        known += bool(hit and target is not None and float(target[i]) in values)
    return found, known if target is not None else found, len(picked)


def _slides(x: Any) -> bool:
    """Whether training windows share stretches among themselves at another offset, with values that are no code."""
    import numpy as np

    rows = x[: min(len(x), 300)]
    if len(np.unique(rows)) < (60 if x.dtype.kind == "f" else 12) or (x.dtype.kind == "f" and not np.isfinite(rows).all()):
        return False
    half = max(2, x.shape[1] // 2)
    seen: dict[bytes, int] = {}
    shared = 0
    for i in range(len(x[:WINDOWS])):
        for s in range(x.shape[1] - half + 1):
            piece = x[i, s : s + half]
            place = seen.setdefault(piece.tobytes(), s)
            if place != s and _varied(piece):
                shared += 1
                break
    return bool(shared >= 0.2 * min(len(x), WINDOWS))


def _varied(piece: Any) -> bool:
    """Whether most values of the stretch are different: codes and padding are not."""
    return len(set(piece.reshape(-1).tolist())) >= max(2, 0.6 * piece.size)


def _surprise(piece: Any, counts: dict[Any, int], size: int) -> float:
    import math

    return sum(-math.log(counts.get(v, 1) / size) for v in set(piece.reshape(-1).tolist()))
