"""Items read several times: does an augmentation of brightness run over the end of a byte, so that the brightest values become the darkest?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.items import drawn, read_one
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 0
ITEMS, READS = 12, 4
SECONDS = 0.5
PIXELS = 64  # of an item, at the least
LEVELS = (8, 256)  # different values of a reading
BYTE = 256
LINE = 0.999  # correlation of one reading's levels with the other's, once the turn of the byte is taken back
TOLD = 0.02  # of the byte, to which levels are taken for the same


@dataclass(frozen=True, kw_only=True)
class WrappedValues:
    """Pairs of readings of one item, of which the one's values are a function of the other's."""

    pairs: int  # that differ
    wrapped: int  # in which the function is a line but for one fall over the whole range of a byte
    share: float  # of the pixels that fell over the end, over the wrapped pairs
    example: tuple[float, float, float, float]  # two values next to each other in one reading, and what they are in the other


def measure(setup: Setup) -> WrappedValues:
    """Only for data sets that are read by index and give another picture at another reading."""
    items = setup.train.items
    if items is None or not len(items):
        raise Unmeasurable("the training items cannot be read one by one")
    began, read = time.monotonic(), []
    with setup.apart(data=True):
        places = drawn(setup.train)
        if places is None or not len(places):
            raise Unmeasurable("which training items are drawn cannot be listed")
        for i in places[:: max(1, len(places) // ITEMS)][:ITEMS]:
            read.append(_readings(items, i))
            if time.monotonic() - began > SECONDS:
                break
    step = spacing([r for of in read for r in of])
    if step is None:
        raise Unmeasurable("no items whose values are levels of a byte and differ from reading to reading")
    found = [fall for of in read for k, a in enumerate(of) for b in of[k + 1 :] if (fall := _fall(a, b, BYTE * step)) is not None]
    wrapped = [f for f in found if f[0] > 0]
    return WrappedValues(
        pairs=len(found), wrapped=len(wrapped), share=sum(f[0] for f in wrapped) / max(1, len(wrapped)), example=max(wrapped, default=(0.0, (0.0,) * 4))[1],
    )  # fmt: skip


def _readings(items: Any, i: int) -> list[Any]:
    """The item's first picture a few times; none where two readings are the same."""
    import numpy as np

    found = [next(_pictures(read_one(items, i)), None) for _ in range(2)]
    if found[0] is None or found[1] is None or found[0].shape != found[1].shape or np.array_equal(found[0], found[1]):
        return []
    found += [next(_pictures(read_one(items, i)), None) for _ in range(READS - 2)]
    return [f for f in found if f is not None and f.shape == found[0].shape]


def _pictures(item: Any) -> Iterator[Any]:
    import numpy as np
    import torch

    for part in item if isinstance(item, tuple | list) else item.values() if isinstance(item, dict) else [item]:
        if isinstance(part, torch.Tensor | np.ndarray) and part.ndim >= 2:
            values = part.detach().cpu().numpy() if isinstance(part, torch.Tensor) else part
            if values.size >= PIXELS and values.dtype.kind in "fiu":
                yield values.astype(np.float64)


def spacing(readings: list[Any]) -> float | None:
    """The distance between two neighbouring levels, where all values are levels of one byte (of one channel's)."""
    import numpy as np

    if not readings:
        return None
    levels = np.unique(np.concatenate([_channel(r).reshape(-1) for r in readings]).round(6))
    if not LEVELS[0] <= len(levels) <= LEVELS[1] or not np.isfinite(levels).all():
        return None
    steps = np.diff(levels)
    step = float(np.median(steps[steps <= 1.5 * steps.min()]))
    off = np.abs(steps / step - (steps / step).round()).max()
    return step if off < 10 * TOLD and levels[-1] - levels[0] <= (BYTE - 1 + TOLD) * step else None


def _channel(picture: Any) -> Any:
    """The first channel: others may have another mean and spread."""
    if picture.ndim == 3:
        return picture[0] if picture.shape[0] <= 4 else picture[..., 0] if picture.shape[2] <= 4 else picture
    return picture


def _fall(one: Any, other: Any, byte: float) -> tuple[float, tuple[float, float, float, float]] | None:
    """(share of pixels beyond the fall, the values beside it); share 0: no fall. None where the one is no function of the other."""
    import numpy as np

    a, b = _channel(one).reshape(-1), _channel(other).reshape(-1)
    levels, at, counts = np.unique(a.round(6), return_inverse=True, return_counts=True)
    if len(levels) < LEVELS[0]:
        return None
    said = np.bincount(at.reshape(-1), b) / counts
    if np.abs(said[at.reshape(-1)] - b).max() > TOLD * byte:
        return None
    falls = np.flatnonzero(np.diff(said) < 0)
    if len(falls) != 1 or said[falls[0]] - said[falls[0] + 1] < byte / 2:
        return 0.0, (0.0,) * 4
    k = int(falls[0])
    back = np.where(np.arange(len(levels)) > k, said + byte, said)
    if float(np.corrcoef(levels, back)[0, 1]) < LINE:
        return 0.0, (0.0,) * 4
    beyond = float(counts[k + 1 :].sum() / counts.sum())
    return min(beyond, 1 - beyond), (float(levels[k]), float(levels[k + 1]), float(said[k]), float(said[k + 1]))
