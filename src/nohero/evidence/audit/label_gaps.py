"""Items whose label is not there: how it is written where it is read as missing, and whether there is more than one label at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds


@dataclass(frozen=True, kw_only=True)
class LabelGaps:
    """Of the parts that are labelled at all."""

    label: str
    n: int  # items
    marks: tuple[tuple[str, int], ...]  # (what is written, items), commonest first; "" for nothing
    items: tuple[str, ...]  # names of those without a label
    constant: str  # the one label that all have; "" where there are several
    bare: tuple[str, ...]  # parts without any label


def measure(collection: Collection) -> LabelGaps:
    """The label's cells as they are written, where the source is a text."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if not collection.label:
        raise Unmeasurable("no field is named as the label")
    typed = collection.frame[collection.label]
    gone = typed.is_null().to_numpy() | (typed.is_nan().fill_null(value=False).to_numpy() if typed.dtype.is_float() else False)
    bare = () if gone.all() else tuple(p for p in collection.parts if gone[collection.part(p)].all())
    asked = np.ones(len(gone), dtype=bool)
    for part in bare:
        asked &= ~collection.part(part)
    rows = np.flatnonzero(gone & asked)
    cells = collection.cells
    written = cells[collection.label][rows].fill_null("").str.strip_chars().to_list() if cells is not None and collection.label in cells.columns else [""] * len(rows)
    known = typed.filter(asked & ~gone).unique()
    return LabelGaps(
        label=collection.label, n=int(asked.sum()), marks=tuple(Counter(written).most_common()), items=tuple(collection.items[i] for i in rows.tolist()),
        constant=str(known[0]) if len(known) == 1 else "", bare=bare,
    )  # fmt: skip
