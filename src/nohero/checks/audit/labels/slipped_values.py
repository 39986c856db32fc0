"""What it asks: are the labels of a stretch of items, where labels are values, those of the items before or after them?

Why it matters: a row that is lost or comes twice in one of two lists that were put side by side moves every label below it by one; most
of them are then wrong, and nothing looks odd in either list.

How it is measured: random trees say each item's label out of their bags; the stretch in which a neighbour's label lies nearer in rank to
what they say than the own one does, by most.

When it is right to fail: a stretch of 30 items or more, such as chance brings once in a million times among items whose own labels fit
better: that warns.

What it cannot see: a set in which all labels slipped, items sorted by their label, labels that the fields do not tell, and rows beyond the
first 20,000.

Mend: find the row at which the stretch begins, and put both lists together anew by a key.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.slips import slid, slip, told_a_row_later
from nohero.checks.check import Case, Check
from nohero.evidence.audit.value_shift import ValueShifts
from nohero.run import sources
from nohero.run.finding import Finding, passed

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(told: ValueShifts) -> Finding:
    """One stretch is enough."""
    shift = told.shift
    if shift is None:
        return passed(f"no stretch of {told.n:,} labels fits the items beside them better than their own (correlation of ranks with a small model {told.told:.2f})")
    said = f"what a small model says goes with those at {shift.neighbours:.2f}, with their own at {shift.own:.2f}, and elsewhere with their own at {shift.own_outside:.2f} (correlation of ranks)"
    return slip(shift, said, told.n)


def slipped(collection: Collection) -> Collection:
    """In a third of the rows each sum stands one row too low."""
    return slid(collection, _told, "spent", until=2 / 3)


def as_the_day_before(collection: Collection) -> Collection:
    """Rows in a row in time, whose label is told by a field that follows a row later."""
    return told_a_row_later(collection, _told, "spent")


def _told(columns: dict[str, list[str]]) -> list[str]:
    """Mostly by the age."""
    return [f"{3 * int(a) + i * 7919 % 31:.1f}" for i, a in enumerate(columns["age"])]


CHECK = Check(
    code="DAT537", name="slipped-values", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=slipped),), lookalikes=(Case(toy="people", plant=as_the_day_before),),
)  # fmt: skip
