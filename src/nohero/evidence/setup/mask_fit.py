"""Whether dense masks lie on their pictures: a probe from pixels to mask, against the mask flipped, turned and shifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.items import Part
    from nohero.setup.setup import Setup

PRICE = 0.4  # seconds
STEPS = 0
ITEMS = 200  # pictures looked at
CLASSES = 40  # more values than this are no mask
BETTER = 0.15  # correlation by which another pose must fit better to count
PIXELS = 40_000  # for the probe


@dataclass(frozen=True, kw_only=True)
class PoseFit:
    """One pose of the masks against the pictures, under the probe that was fitted to this pose."""

    pose: str
    fit: float  # mean correlation over the pictures, probe fitted to other pictures
    better: float  # share of pictures that it fits better than the pose as given, with the probe of the given pose
    worse: float


@dataclass(frozen=True, kw_only=True)
class MaskFit:
    """The poses, and values that stand only between two others."""

    n: int
    given: float  # fit of the masks as given
    poses: tuple[PoseFit, ...]
    values: tuple[float, ...]  # of the masks
    between: tuple[float, ...]  # values that stand only on the edges between a lower and a higher one
    between_share: float
    whole: bool  # the masks are whole numbers
    ramps: int  # lines one pixel wide whose value lies between those on its two sides
    thin: int  # all lines one pixel wide between two other values
    own_pairs: float  # correlation of a picture's brightness with its own mask
    best_pairs: float  # the same when the masks are dealt out to the pictures as fits best, one each
    items: tuple[int, ...]  # those that another pose fits better


def measure(setup: Setup) -> MaskFit:
    """Only for pictures whose target has their height and width."""
    import numpy as np

    from nohero.setup.items import parts_of
    from nohero.setup.refusal import Unmeasurable

    part = parts_of(setup)["train"]
    picture, mask = _pair(part)
    if picture is None:
        raise Unmeasurable("no target of the height and width of the pictures")
    values = np.unique(mask)
    if mask.ndim != 3 or len(values) < 2 or len(picture) < 12 or min(mask.shape[1:]) < 6:
        raise Unmeasurable("too few masks, or masks of one value")
    between, share = _between(mask, values)
    if len(values) > CLASSES and not between:
        raise Unmeasurable("the dense targets take too many values for masks")
    chosen = np.linspace(0, len(picture) - 1, min(ITEMS, len(picture))).astype(int)
    features = _features(picture[chosen])
    wanted = _inner(mask[chosen], values)
    given, own = _fit(features, wanted)
    poses, items = [], np.zeros(len(chosen), dtype=bool)
    for name, pose in _poses(wanted.shape[1:]):
        moved = pose(wanted)
        fit, _ = _fit(features, moved)
        scores, was = _scores(own, moved), _scores(own, wanted)
        gains = scores - was
        items |= (gains > BETTER) & (scores > 0.3)
        poses.append(PoseFit(pose=name, fit=fit, better=float(((gains > BETTER) & (scores > 0.3)).mean()), worse=float((gains < -BETTER).mean())))
    ramps, thin = _ramps(mask[chosen])
    own_pairs, best_pairs = _pairs(features, wanted)
    return MaskFit(
        ramps=ramps, thin=thin, own_pairs=own_pairs, best_pairs=best_pairs, n=len(chosen), given=given, poses=tuple(poses), values=tuple(float(v) for v in values[:CLASSES]), between=between, between_share=share,
        whole=mask.dtype.kind in "iu" or bool((mask == np.round(mask)).all()), items=tuple(int(part.index[chosen[i]]) for i in np.flatnonzero(items)[:5]),
    )  # fmt: skip


def _pair(part: Part) -> tuple[Any, Any]:
    """(pictures with channels first, masks without), or (None, None)."""
    import numpy as np

    mask = part.y if part.y is not None else next((t for t in part.targets.values() if t.ndim >= 3), None)
    if mask is None:
        return None, None
    if mask.ndim == 4 and mask.shape[1] == 1:
        mask = mask[:, 0]
    elif mask.ndim == 4 and mask.shape[-1] == 1:
        mask = mask[..., 0]
    elif mask.ndim == 4 and set(np.unique(mask[:50])) <= {0.0, 1.0} and mask.shape[1] > 1:
        mask = mask.argmax(1) if (mask[:50].sum(1) == 1).all() else mask[:, 0]
    for x in part.inputs.values():
        if x.ndim == 4 and mask.ndim == 3 and len(x) == len(mask) and x.dtype.kind in "fu":
            if x.shape[2:] == mask.shape[1:]:
                return (None, None) if x.shape[1] == 1 and np.array_equal(x[:, 0], mask) else (x, mask)
            if x.shape[1:3] == mask.shape[1:]:
                return x.transpose(0, 3, 1, 2), mask
    return None, None


def _inner(mask: Any, values: Any) -> Any:
    """One wanted map: everything but the commonest value."""
    import numpy as np

    flat, counts = np.unique(mask, return_counts=True)
    if mask.dtype.kind == "f" and len(values) > CLASSES:
        return (mask > (values[0] + values[-1]) / 2).astype(np.float32)
    return (mask != flat[counts.argmax()]).astype(np.float32)


def _features(picture: Any) -> Any:
    """Per pixel: channels, their mean of 3 x 3, steepness, and all standardised within the set; (N, H, W, K)."""
    import numpy as np
    from scipy.ndimage import gaussian_filter, uniform_filter

    x = np.nan_to_num(picture.astype(np.float32))
    x = (x - x.mean((0, 2, 3), keepdims=True)) / (x.std((0, 2, 3), keepdims=True) + 1e-6)
    x = x[:, :4]
    smooth = uniform_filter(x, size=(1, 1, 3, 3), mode="nearest")
    gy, gx = np.gradient(gaussian_filter(x, sigma=(0, 0, 1, 1)), axis=(2, 3))
    stack = np.concatenate([x, smooth, smooth**2, np.sqrt(gy**2 + gx**2)], axis=1)
    return stack.transpose(0, 2, 3, 1)


def _fit(features: Any, wanted: Any) -> tuple[float, Any]:
    """(mean correlation on pictures outside the fit, predictions), by least squares in two halves."""
    import numpy as np

    n = len(features)
    said = np.zeros(wanted.shape, dtype=np.float32)
    for half in (0, 1):
        fit = np.arange(n) % 2 != half
        a = features[fit].reshape(-1, features.shape[-1])
        step = max(1, len(a) // PIXELS)
        a, b = a[::step], wanted[fit].reshape(-1)[::step]
        a1 = np.concatenate([a, np.ones((len(a), 1), dtype=a.dtype)], 1)
        weights = np.linalg.solve(a1.T @ a1 + 1e-3 * len(a) * np.eye(a1.shape[1]), a1.T @ b)
        said[~fit] = features[~fit] @ weights[:-1] + weights[-1]
    return float(np.nanmean(_scores(said, wanted))), said


def _scores(said: Any, wanted: Any) -> Any:
    """Correlation a picture, 0 where one side is flat."""
    import numpy as np

    a, b = said.reshape(len(said), -1), wanted.reshape(len(wanted), -1)
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    size = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    return np.where(size > 1e-9, (a * b).sum(1) / np.maximum(size, 1e-9), 0.0)


def _poses(shape: tuple[int, ...]) -> list[tuple[str, Any]]:
    import numpy as np

    height, width = shape
    found: list[tuple[str, Any]] = [
        ("flipped left to right", lambda m: m[:, :, ::-1]),
        ("flipped upside down", lambda m: m[:, ::-1]),
        ("turned by half", lambda m: m[:, ::-1, ::-1]),
    ]
    if height == width:
        found += [("transposed", lambda m: m.transpose(0, 2, 1)), ("turned by a quarter", lambda m: np.rot90(m, 1, (1, 2))), ("turned by three quarters", lambda m: np.rot90(m, 3, (1, 2)))]
    by = max(1, min(height, width) // 8)
    found += [(f"shifted by ({dy}, {dx}) pixels", lambda m, dy=dy, dx=dx: np.roll(m, (dy, dx), (1, 2))) for dy in (-by, 0, by) for dx in (-by, 0, by) if dy or dx]
    return found


def _ramps(mask: Any) -> tuple[int, int]:
    """(lines one pixel wide that step from one side's value to the other's, all lines one pixel wide)."""
    import numpy as np

    ramps = thin = 0
    for axis in (1, 2):
        m = np.moveaxis(mask.astype(np.float64), axis, -1)
        left, here, right = m[..., :-2], m[..., 1:-1], m[..., 2:]
        apart = (left != here) & (here != right) & (left != right)
        thin += int(apart.sum())
        ramps += int((apart & ((left < here) == (here < right))).sum())
    return ramps, thin


def _pairs(features: Any, wanted: Any) -> tuple[float, float]:
    """Correlation of brightness and mask, picture by picture: with its own, and with the best deal; in the channel that tells most."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    def standard(v: Any) -> Any:
        flat = v.reshape(len(v), -1).astype(np.float64)
        flat = flat - flat.mean(1, keepdims=True)
        return flat / np.maximum(np.sqrt((flat**2).sum(1, keepdims=True)), 1e-9)

    masks, found = standard(wanted), (0.0, 0.0)
    for k in range(min(3, features.shape[-1])):
        table = standard(features[..., k]) @ masks.T
        for sign in (1.0, -1.0):
            rows, best = linear_sum_assignment(-sign * table)
            dealt = float((sign * table[rows, best]).mean())
            if dealt > found[1]:
                found = (float((sign * np.diag(table)).mean()), dealt)
    return found


def _between(mask: Any, values: Any) -> tuple[tuple[float, ...], float]:
    """Values that stand only on edges, with a lower and a higher one beside them: (the values, their share of all pixels)."""
    import numpy as np
    from scipy.ndimage import maximum_filter, minimum_filter

    if len(values) < 3:
        return (), 0.0
    some = mask[:ITEMS].astype(np.float32)
    high, low = maximum_filter(some, size=(1, 3, 3)), minimum_filter(some, size=(1, 3, 3))
    inside = (low < some) & (some < high)
    odd = []
    for value in values[1:-1][:200]:
        here = some == value
        if here.sum() >= 3 and inside[here].mean() > 0.95:
            odd.append(value)
    share = float(np.isin(some, odd).mean()) if odd else 0.0
    return tuple(float(v) for v in odd[:CLASSES]), share
