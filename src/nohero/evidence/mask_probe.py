"""A small probe from pixels to masks, the masks in other poses and dealt out to other pictures, and values that stand only on edges.

Legend: N pictures, H height, W width, K features.
"""

from __future__ import annotations

from typing import Any

ITEMS = 200  # pictures looked at for values on edges
CLASSES = 40  # more values than this are no mask
PIXELS = 40_000  # for the probe


def inner(mask: Any, values: Any) -> Any:
    """One wanted map: everything but the commonest value."""
    import numpy as np

    flat, counts = np.unique(mask, return_counts=True)
    if mask.dtype.kind == "f" and len(values) > CLASSES:
        return (mask > (values[0] + values[-1]) / 2).astype(np.float32)
    return (mask != flat[counts.argmax()]).astype(np.float32)


def features_of(picture: Any) -> Any:
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


def probed(features: Any, wanted: Any) -> tuple[float, Any]:
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
    return float(np.nanmean(scores_of(said, wanted))), said


def scores_of(said: Any, wanted: Any) -> Any:
    """Correlation a picture, 0 where one side is flat."""
    import numpy as np

    a, b = said.reshape(len(said), -1), wanted.reshape(len(wanted), -1)
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    size = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    return np.where(size > 1e-9, (a * b).sum(1) / np.maximum(size, 1e-9), 0.0)


def poses_of(shape: tuple[int, ...]) -> list[tuple[str, Any]]:
    """Each pose by name, as a function of masks [N, H, W]."""
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


def ramps_of(mask: Any) -> tuple[int, int]:
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


def dealt_pairs(features: Any, wanted: Any) -> tuple[float, float]:
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


def values_between(mask: Any, values: Any) -> tuple[tuple[float, ...], float]:
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
