"""Tables that have a row for each thing and each of its labels: two rows of a thing are no contradiction there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

SEVERAL = 0.6  # of the rows, that things without their labels are at most: on average each has nearly two labels
KEYS = 40  # fields of which a key is sought


def crossed_with(frame: pl.DataFrame, label: str, hashes: dict[str, Any]) -> tuple[str, ...]:
    """The fewest fields, fractions aside, that name every row together with the label, and many rows each without it; none where there are none."""
    import numpy as np

    names = sorted((s.name for s in frame if s.name != label and not s.dtype.is_float() and not s.dtype.is_nested()), key=lambda n: -frame[n].n_unique())[:KEYS]
    key = hashes[label].copy()
    for name in names:
        key ^= hashes[name]
    if not names or len(np.unique(key)) < frame.height:
        return ()
    for name in tuple(names):
        if len(np.unique(key ^ hashes[name])) == frame.height:
            key ^= hashes[name]
            names.remove(name)
    return tuple(names) if names and len(np.unique(key ^ hashes[label])) <= SEVERAL * frame.height else ()
