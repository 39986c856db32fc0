"""What fields say of each other in nearly all rows: an order, what follows from what, a sum; and the rows that break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.order_rules import OrderRule, order_rules
from nohero.evidence.audit.sums import Reckoned, reckoned
from nohero.evidence.audit.told_fields import ToldField, told_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 1.0  # seconds


@dataclass(frozen=True, kw_only=True)
class FieldRules:
    """Rules of three kinds; those with most broken rows first. A table whose items are no rows has none."""

    orders: tuple[OrderRule, ...] = ()
    told: tuple[ToldField, ...] = ()
    sums: tuple[Reckoned, ...] = ()
    items: Sequence[str] = ()
    label: str = ""
    num_fields: int = 0


def measure(collection: Collection) -> FieldRules:
    """Of a table too large to be held, over its sample."""
    if collection.kind != "row":
        return FieldRules(items=collection.items, label=collection.label)
    collection = collection.plain
    return FieldRules(
        orders=order_rules(collection), told=told_fields(collection), sums=reckoned(collection), items=collection.items, label=collection.label, num_fields=collection.frame.width
    )
