"""Whether each value of a mask is one connected thing, as in masks that number their things, or is spread over many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
FEWEST = 12  # masks
NUMBERED = 3  # values besides the ground, from which a mask numbers its things
MOST_PIECES = 1.5  # pieces of a value, in the mean over such a mask: a small copy cuts thin ones apart
LEAST = 4  # pixels of a piece, in the small copy
MOST = 2000  # masks that are looked at


@dataclass(frozen=True, kw_only=True)
class MaskInstances:
    """Of the small copies of the masks that hold more than one value."""

    n: int
    numbered: int  # masks whose values are a thing each
    typical: int  # values of the middle one of these
    merged: tuple[tuple[str, int], ...]  # masks of one value besides the ground, and the pieces that it lies in


def measure(collection: Collection) -> MaskInstances:
    """Value 0 is the ground."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    marking = collection.marking
    if marking is None or marking.drawn:
        raise Unmeasurable("the collection has no mask files")
    known = [(i, m) for i, m in enumerate(marking.masks) if m is not None and m.num_values > 1 and not m.colours]
    if len(known) < FEWEST:
        raise Unmeasurable(f"fewer than {FEWEST} masks of more than one value")
    known = [known[k] for k in np.linspace(0, len(known) - 1, min(MOST, len(known))).astype(int)]
    counts: list[int] = []
    merged: list[tuple[str, int]] = []
    for i, m in known:
        pieces = _pieces(m.small)
        if len(pieces) >= NUMBERED and np.mean(list(pieces.values())) <= MOST_PIECES:
            counts.append(len(pieces))
        elif len(pieces) == 1 and m.num_values == 2:
            merged.append((collection.items[i], next(iter(pieces.values()))))
    return MaskInstances(n=len(known), numbered=len(counts), typical=int(np.median(counts)) if counts else 0, merged=tuple(merged))


def _pieces(small_HW: Any) -> dict[int, int]:
    """How many connected pieces each value but the ground has."""
    import numpy as np
    from scipy.ndimage import label

    found = {}
    for value in np.unique(small_HW[small_HW != 0]):
        marks, number = label(small_HW == value)
        sizes = np.bincount(marks.ravel(), minlength=number + 1)[1:]
        if (kept := int((sizes >= LEAST).sum())) > 0:
            found[int(value)] = kept
    return found
