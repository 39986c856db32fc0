"""Whether pictures become smoother when their bytes are turned on by a number and begin again at zero: then they were rolled over before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.wrapped_values import BYTE, spacing
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 0
LEAST, ITEMS, SIDE = 32, 128, 8  # pictures; those looked at; pixels, the smallest
FINE = 8  # bytes between two turns that are tried
NEAR = 8  # bytes: so near to an end of the range a value is at it
SPAN = 160  # bytes that the values reach over, at the least


@dataclass(frozen=True, kw_only=True)
class RolledValues:
    """The channel that gains least."""

    items: int
    rough: float  # mean step between neighbours after the best turn, by that of the pictures as given
    turn: int  # bytes
    ends: float  # share of the pixels at an end of the range, as given


def measure(setup: Setup) -> RolledValues:
    """The training pictures, channel by channel, as levels of a byte."""
    import numpy as np

    from nohero.setup.items import parts_of

    part = parts_of(setup)["train"]
    x = part.x
    if x is None or x.ndim not in (3, 4) or part.n < LEAST or x.dtype.kind not in "fiu":
        raise Unmeasurable("the training inputs are no pictures")
    x = x[:: max(1, len(x) // ITEMS)][:ITEMS]
    x = x[:, None] if x.ndim == 3 else np.moveaxis(x, -1, 1) if x.shape[-1] <= 4 < x.shape[1] else x
    if not 1 <= x.shape[1] <= 4 or min(x.shape[2:]) < SIDE:
        raise Unmeasurable("the training inputs are no pictures")
    levels = [_levels(x[:, c].astype(np.float64)) for c in range(x.shape[1])]
    if any(v is None for v in levels):
        raise Unmeasurable("the pictures' values are not levels of a byte, or do not reach over its range")
    found = [_least(v) for v in levels]
    rough, turn, ends = max(found)
    return RolledValues(items=len(x), rough=rough, turn=turn, ends=ends)


def _levels(channel: Any) -> Any:
    """The values as numbers from 0 to 255; None where they are not."""
    step = spacing([channel])
    if step is None:
        return None
    v = ((channel - channel.min()) / step).round().astype(int)
    return v if v.max() >= SPAN else None


def _least(v: Any) -> tuple[float, int, float]:
    """(least roughness by that of the values as they are, the turn that gives it, share of the values at the ends)."""
    as_given = _rough(v)
    if not as_given > 0:
        return 1.0, 0, 1.0
    rough, turn = min((_rough((v + turn) % BYTE), turn) for turn in range(FINE, BYTE, FINE))
    return rough / as_given, turn, float(((v < NEAR) | (v >= BYTE - NEAR)).mean())


def _rough(v: Any) -> float:
    """Mean size of the step from a pixel to its right and to its lower neighbour."""
    import numpy as np

    return float(np.abs(np.diff(v, axis=-1)).mean() + np.abs(np.diff(v, axis=-2)).mean())
