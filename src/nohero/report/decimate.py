"""Fewer points, same picture: long curves keep the lowest and highest point of every stretch, so that no spike is lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
STRETCHES = 240  # two to four points each: finer than the picture's own width can show


def spread(size: int, keep: int) -> list[int]:
    """`keep` indices out of `size`, evenly apart, first and last among them."""
    if size <= keep:
        return list(range(size))
    if keep <= 1:
        return [0] if keep == 1 and size else []
    return [round(i * (size - 1) / (keep - 1)) for i in range(keep)]


def envelope(y: Sequence[float], stretches: int = STRETCHES) -> list[int]:
    """Indices that keep the first, lowest, highest and last point of every stretch, and one gap where values are not finite."""
    size = len(y)
    if size <= 4 * stretches:
        return list(range(size))
    kept: set[int] = set()
    for part in range(stretches):
        indices = range(part * size // stretches, (part + 1) * size // stretches)
        finite = [i for i in indices if math.isfinite(y[i])]
        if finite:
            kept.update((finite[0], finite[-1], min(finite, key=y.__getitem__), max(finite, key=y.__getitem__)))
        if len(finite) < len(indices):
            kept.add(next(i for i in indices if not math.isfinite(y[i])))
    return sorted(kept)


def pick(values: Sequence[T], indices: Sequence[int]) -> list[T]:
    """The values at these indices; none where `values` is shorter."""
    return [values[i] for i in indices if i < len(values)]
