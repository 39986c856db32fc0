"""What stands on the outer rim of each mask: in most sets the ground, and where a mask was exchanged with its ground, anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
FEWEST = 12  # masks
HALF = 0.5  # of the rim: masks with less of the ground are told


@dataclass(frozen=True, kw_only=True)
class MaskBorders:
    """Of the small copies of the masks that hold more than one value."""

    n: int
    ground: int  # the commonest value on the rims
    usual: float  # its share of the rim of the middle mask
    other: tuple[tuple[str, float, float], ...]  # picture, share of the ground on its mask's rim, and within


def measure(collection: Collection) -> MaskBorders:
    """The rim is one pixel of the small copy wide."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    marking = collection.marking
    if marking is None or marking.drawn:
        raise Unmeasurable("the collection has no mask files")
    known = [i for i, m in enumerate(marking.masks) if m is not None and m.num_values > 1 and not m.colours]
    if len(known) < FEWEST:
        raise Unmeasurable(f"fewer than {FEWEST} masks of more than one value")
    rims = np.stack([np.concatenate([m[0], m[-1], m[1:-1, 0], m[1:-1, -1]]) for m in (marking.masks[i].small for i in known)])
    values, counts = np.unique(rims, return_counts=True)
    ground = int(values[counts.argmax()])
    shares = (rims == ground).mean(axis=1)
    other = [(collection.items[i], float(share), float((marking.masks[i].small[1:-1, 1:-1] == ground).mean())) for i, share in zip(known, shares, strict=True) if share < HALF]
    return MaskBorders(n=len(known), ground=ground, usual=float(np.median(shares)), other=tuple(other))
