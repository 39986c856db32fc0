"""What is said of a stretch of labels that slipped, of classes and of values alike, and how such labels are planted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.run.finding import Finding, Observed, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.evidence.audit.label_shift import Shift
    from nohero.evidence.audit.value_shift import ValueShift
    from nohero.sources.collection import Collection

Columns = dict[str, list[str]]


def slip(shift: Shift | ValueShift, told: str, n: int) -> Finding:
    """`told` says how well the neighbours' labels fit, and their own; `n` items were looked at."""
    where = f"{abs(shift.lag)} {'before' if shift.lag > 0 else 'after'}"
    return warned(
        f"the labels of {shift.items:,} items from {shift.first} to {shift.last} fit the items {where} them: {told}",
        expected="labels that fit their own items",
        observed=Observed(value=float(shift.items), unit="items", n=n),
        component="data",
        where=(f"{shift.first} to {shift.last}",),
        effect="most labels of the stretch are wrong",
        remedies=(f"look at the rows about {shift.first}: one was lost or came twice in one of the lists", "put labels and items together anew by a key, not by place"),
    )


def slid(collection: Collection, told_of: Callable[[Columns], list[str]], label: str, *, until: float) -> Collection:
    """From a third of the rows on, up to such a share of them, each label stands one row too low."""

    def change(columns: Columns) -> Columns:
        told = told_of(columns)
        first, last = len(told) // 3, round(until * len(told))
        return {**columns, label: [*told[:first], *told[first - 1 : last - 1], *told[last:]]}

    return recelled(collection, change, label=label)


def told_a_row_later(collection: Collection, told_of: Callable[[Columns], list[str]], label: str) -> Collection:
    """The label stands in a field of the next row too."""

    def change(columns: Columns) -> Columns:
        told = told_of(columns)
        return {**columns, "last": ["", *told[:-1]], label: told}

    return recelled(collection, change, label=label)
