"""What fields say of each other in nearly all rows: an order, what follows from what, a sum, a part of a time; and the rows that break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.exchanged_fields import exchanged
from nohero.evidence.audit.long_sums import long_sums
from nohero.evidence.audit.order_rules import OrderRule, order_rules
from nohero.evidence.audit.sums import Reckoned, reckoned
from nohero.evidence.audit.time_rules import TimePart, time_rules
from nohero.evidence.audit.told_fields import ToldField, told_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 1.0  # seconds


@dataclass(frozen=True, kw_only=True)
class FieldRules:
    """Rules of four kinds; those with most broken rows first. A table whose items are no rows has none."""

    orders: tuple[OrderRule, ...] = ()
    told: tuple[ToldField, ...] = ()
    sums: tuple[Reckoned, ...] = ()
    times: tuple[TimePart, ...] = ()
    items: Sequence[str] = ()
    label: str = ""
    num_fields: int = 0


def measure(collection: Collection) -> FieldRules:
    """Of a table too large to be held, over its sample."""
    if collection.kind != "row":
        return FieldRules(items=collection.items, label=collection.label)
    collection = collection.plain
    return FieldRules(
        orders=_orders(collection), times=time_rules(collection), told=told_fields(collection), sums=_sums(collection), items=collection.items, label=collection.label, num_fields=collection.frame.width
    )


def _orders(collection: Collection) -> tuple[OrderRule, ...]:
    """A pair once."""
    known = order_rules(collection)
    return known + tuple(o for o in exchanged(collection) if not any((o.low, o.high) == (k.low, k.high) for k in known))


def _sums(collection: Collection) -> tuple[Reckoned, ...]:
    """A sum of two that lacks a third is told with it alone."""
    long = long_sums(collection)
    short = tuple(r for r in reckoned(collection) if not any(len(o.rows) < len(r.rows) and {r.field, *r.of} <= {o.field, *o.of} for o in long))
    whole = tuple(r for r in long if not any(len(o.rows) <= len(r.rows) and {o.field, *o.of} < {r.field, *r.of} and o.field == r.field for o in short))
    return short + whole
