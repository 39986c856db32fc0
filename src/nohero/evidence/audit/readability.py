"""Items that could not be read, and why."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
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
    heads = [reason.partition(":")[0] for _, reason in unusable]
    alike = [re.sub(r"-?[0-9]+([.,][0-9]+)*(e[+-]?[0-9]+)?", "#", head) for head in heads]  # the same reason with another number is the same reason
    first = dict(zip(reversed(alike), reversed(heads), strict=True))
    spellings: dict[str, set[str]] = defaultdict(set)
    for one, head in zip(alike, heads, strict=True):
        spellings[one].add(head)
    said = {one: f"{first[one]}, and the like" if len(spellings[one]) > 1 else first[one] for one in first}
    return Readability(items=collection.total, unusable=unusable, reasons=tuple((said[one], count) for one, count in Counter(alike).most_common()))
