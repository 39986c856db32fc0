"""How far the values of each picture of an array reach, in each part, as they are stored.

Legend: N pictures, H height, W width, C channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
CHUNK = 4096


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A part."""

    name: str
    size: int
    least: float  # of all values
    greatest: float
    below: float  # share of its pictures with values below zero
    ground: tuple[float, float]  # the commonest least value of a picture, and the share of pictures that have it
    usual: float  # median of the pictures' spans
    whole: bool  # nine in ten of its pictures hold whole numbers alone


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueRanges:
    """One entry a picture; what is of one value has no span."""

    parts: tuple[Reach, ...]
    part_of: Any  # int [N], places in `parts`
    span: Any  # float64 [N]: greatest less least
    top: Any  # float64 [N]: the greatest
    whole: Any  # bool [N]: whole numbers alone
    collection: Any  # for names and drawing


def measure(collection: Collection) -> ValueRanges:
    """Pictures of files have the range of their format."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE or collection.pictures is None:
        raise Unmeasurable("the items are no pictures of an array")
    array = collection.pictures
    count = len(array)
    low, top, whole = np.zeros(count), np.zeros(count), np.ones(count, dtype=bool)
    for start in range(0, count, CHUNK):
        flat = np.asarray(array[start : start + CHUNK]).reshape(len(array[start : start + CHUNK]), -1)
        rows = slice(start, start + len(flat))
        low[rows], top[rows] = flat.min(axis=1), flat.max(axis=1)
        if array.dtype.kind == "f":
            whole[rows] = (flat == np.round(flat)).all(axis=1)
    span = top - low
    names = collection.parts or ("",)
    part_of = np.zeros(count, dtype=np.int64)
    for k, name in enumerate(names):
        part_of[collection.part(name)] = k
    reach = []
    for k, name in enumerate(names):
        own = part_of == k
        seen = span[own & (span > 0)]
        reach.append(Reach(
            name=name, size=int(own.sum()), least=float(low[own].min()), greatest=float(top[own].max()), usual=float(np.median(seen)) if len(seen) else 0.0,
            whole=bool(whole[own].mean() >= 0.9), below=float((low[own] < 0).mean()), ground=_commonest(low[own]),
        ))  # fmt: skip
    return ValueRanges(parts=tuple(reach), part_of=part_of, span=span, top=top, whole=whole, collection=collection)


def _commonest(values: Any) -> tuple[float, float]:
    """(value, share of all)."""
    different, counts = np.unique(values.astype(np.float32), return_counts=True)
    return float(different[counts.argmax()]), float(counts.max() / len(values))
