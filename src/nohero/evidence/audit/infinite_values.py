"""Numbers that are infinite, or become so in a network's 32 bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
GREATEST = 3.4028234663852886e38  # of float32


@dataclass(frozen=True, kw_only=True)
class Infinite:
    """One field's."""

    field: str
    infinite: int  # values
    too_large: int  # finite ones beyond GREATEST
    of: int  # values
    rows: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class InfiniteValues:
    """All fields that have any, most first."""

    found: tuple[Infinite, ...]
    fields: int  # numeric ones
    label: str
    items: tuple[str, ...]  # names of the items concerned


def measure(collection: Collection) -> InfiniteValues:
    """Each numeric field; of a table that is too large to be held, its sample."""
    from nohero.setup.refusal import Unmeasurable

    table = collection.tabled
    if table is None:
        raise Unmeasurable("the items are no rows of a table, nor named by one")
    collection = table
    numeric = [s for s in collection.frame if s.dtype.is_numeric()]
    found = []
    for series in (s for s in numeric if s.dtype.is_float()):
        beyond = (series.abs() > GREATEST).fill_null(value=False) & ~series.is_nan().fill_null(value=False)
        if beyond.any():
            infinite = int(series.is_infinite().sum())
            found.append(Infinite(field=series.name, infinite=infinite, too_large=int(beyond.sum()) - infinite, of=series.len() - series.null_count(), rows=tuple(beyond.arg_true().to_list())))
    found.sort(key=lambda f: -len(f.rows))
    return InfiniteValues(found=tuple(found), fields=len(numeric), label=collection.label, items=tuple(collection.items[i] for i in sorted({i for f in found for i in f.rows})))
