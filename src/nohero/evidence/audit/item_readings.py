"""How the items of a program's data set came: their forms, and whether they come again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection
    from nohero.sources.item_reading import PartReading

PRICE = 0.0  # seconds


@dataclass(frozen=True, kw_only=True)
class ItemReadings:
    """One entry a part, training first where it was named so."""

    parts: tuple[PartReading, ...]


def measure(collection: Collection) -> ItemReadings:
    """What opening the source has noted."""
    from nohero.setup.refusal import Unmeasurable

    if not collection.readings:
        raise Unmeasurable("the items were not given one by one by a data set in memory")
    return ItemReadings(parts=collection.readings)
