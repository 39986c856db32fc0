"""What it asks: are the labels of a stretch of items those of the items before or after them?

Why it matters: a row that is lost or comes twice in one of two lists that were put side by side moves every label below it by one; most
of them are then wrong, and nothing looks odd in either list.

How it is measured: what a small model says of each item that was left out of its fitting, beside the item's own label and beside the
labels of its neighbours; the stretch in which a neighbour's label fits most beyond the own one.

When it is right to fail: a stretch of 30 items or more, such as chance brings once in a million times among items whose own labels fit
better: that warns.

What it cannot see: a set in which all labels slipped; items sorted by class; labels that no small model tells.

Mend: find the row at which the stretch begins, and put both lists together anew by a key.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.slips import slid, slip, told_a_row_later
from nohero.checks.check import Case, Check
from nohero.evidence.audit.label_doubts import LabelDoubts
from nohero.run import sources
from nohero.run.finding import Finding, passed

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHORT = 0.05  # of the items: labels that slipped fit their neighbours as labels elsewhere fit their own; those that alternate in blocks, of rows that a model knows by their numbers, fall short by 15 to 20


def judge(doubts: LabelDoubts) -> Finding:
    """One stretch is enough."""
    shift = doubts.shift
    if shift is None or shift.neighbours < shift.own_outside - SHORT:
        return passed(f"no stretch of {doubts.n:,} labels fits the items beside them better than their own")
    said = f"a small model says {shift.neighbours:.0%} of these, {shift.own:.0%} of their own, and {shift.own_outside:.0%} of their own elsewhere"
    return slip(shift, said, doubts.n)


def slipped(collection: Collection) -> Collection:
    """From a third of the rows on each label stands one row too low."""
    return slid(collection, _told, "returned", until=1.0)


def as_the_day_before(collection: Collection) -> Collection:
    """Rows in a row in time, whose label is told by a field that follows a row later."""
    return told_a_row_later(collection, _told, "returned")


def _told(columns: dict[str, list[str]]) -> list[str]:
    return ["yes" if int(a) > 45 else "no" for a in columns["age"]]


CHECK = Check(
    code="DAT764", name="slipped-labels", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=slipped),), lookalikes=(Case(toy="people", plant=as_the_day_before),),
)  # fmt: skip
