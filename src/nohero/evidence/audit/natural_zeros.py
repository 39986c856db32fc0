"""Zeros that are the last step of a tail, or go with a number of things that is zero: a calm among winds, a share of none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

STEPS, NEXT = 5.0, 4  # between the values next to zero: as near to these the zero is the next step; how many of them
SELDOM = 0.5  # of the least value's count: so seldom a zero comes where a tail thins out to it
FROM = 0.05  # of its median, from which on at most a number of things has other values than zero


def ends_a_tail(different: Any, counts: Any) -> bool:
    """Whether the zero before these values goes on as they do: no farther away than their steps, and more seldom than the least of them."""
    import numpy as np

    steps = np.diff(different[1 : NEXT + 1])
    return bool(len(steps) and counts[0] <= SELDOM * counts[1] and different[1] <= STEPS * float(steps.mean()))


def of_a_count(collection: Collection, rows: tuple[int, ...], name: str) -> str:
    """The field of whole numbers that is zero in these rows alone, and elsewhere begins near zero; "" where there is none."""
    for other in collection.frame:
        if other.name == name or not other.dtype.is_integer():
            continue
        tally = collection.tally(other.name)
        if len(tally.values) < 2 or tally.values[0] != 0 or tally.counts[0] != len(rows) or tally.values[1] > FROM * tally.median:
            continue
        if (other == 0).fill_null(value=False).arg_true().to_list() == sorted(rows):
            return str(other.name)
    return ""
