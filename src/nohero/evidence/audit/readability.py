"""Items that could not be read, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Readability:
    """Counts, and each unreadable item with its reason."""

    items: int  # that were read
    unusable: tuple[tuple[str, str], ...]  # where, why
    reasons: tuple[tuple[str, int], ...]  # commonest first


def measure(collection: Collection) -> Readability:
    """What opening the source has set aside."""
    unusable = tuple((u.where, u.reason) for u in collection.unusable)
    reasons = Counter(reason.partition(":")[0] for _, reason in unusable)
    return Readability(items=collection.total, unusable=unusable, reasons=tuple(reasons.most_common()))
