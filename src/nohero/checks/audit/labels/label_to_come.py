"""What it asks: does a field hold the label of a later row?

Why it matters: a shift in the wrong direction makes a lag of what is yet to come. What is to be told is near its neighbours in time, so the score is
far too good, and when the model is used the field is not there.

How it is measured: in the order of time, within each group where groups are named, each field of the label's type is compared with the label one to ten
rows on, in the rows whose own label is another.

When it is right to fail: the field is the later label in 95 rows of a hundred: that warns. Fields that hold an earlier label are as they should be.

What it cannot see: what was reckoned from later rows, as a mean about each row is; several things in one table whose group is not named.

Mend: shift the other way, or leave the field out.

Source: Kaufman, Rosset and Perlich 2012, Leakage in data mining: formulation, detection, and avoidance (TKDD 6:4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.labels_to_come import LabelsToCome
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(told: LabelsToCome) -> Finding:
    """One field is enough."""
    if not told.found:
        return passed(f"no field is the `{told.label}` of a later row by `{told.time}`" + (f"; `{told.past[0]}` is that of an earlier one" if told.past else ""))
    first = told.found[0]
    rows = "the next row" if first.lag == 1 else f"the row {first.lag} on"
    return warned(
        f"`{first.field}` is the label `{told.label}` of {rows} by `{told.time}`, in {first.agree:.1%} of {first.n:,} rows whose own is another" + (f"; so are {len(told.found) - 1} more fields" if len(told.found) > 1 else ""),
        expected="fields that are known when a row's time has come",
        observed=Observed(value=first.agree, unit="of the rows", n=first.n),
        component="data",
        where=tuple(f.field for f in told.found),
        level=Level.MEASURED,
        effect="the score would be far too good, and fall where what is to come is not known",
        remedies=(f"shift `{first.field}` the other way, so that it is the label of an earlier row", "or leave it out"),
    )


def _daily(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """A flow day by day."""
    import numpy as np

    n = len(columns["age"])
    flow = 100 + np.cumsum(np.random.default_rng(6).normal(size=n))
    return {**columns, "day": [str(np.datetime64("2001-01-01") + i) for i in range(n)], "flow": [f"{v:.2f}" for v in flow]}


def tomorrow(collection: Collection) -> Collection:
    """What was to be yesterday's flow is tomorrow's."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _daily(columns)
        return {**columns, "lag": [*columns["flow"][1:], ""]}

    return recelled(collection, change, label="flow")


def yesterday(collection: Collection) -> Collection:
    """The flow of the day before, newest day first."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _daily(columns)
        lagged = {**columns, "lag": ["", *columns["flow"][:-1]]}
        return {name: cells[::-1] for name, cells in lagged.items()}

    return recelled(collection, change, label="flow")


CHECK = Check(
    code="DAT556", name="label-to-come", source="Kaufman, Rosset and Perlich 2012, Leakage in data mining: formulation, detection, and avoidance (TKDD 6:4)", judge=judge,
    sabotages=(Case(toy="people", plant=tomorrow),), lookalikes=(Case(toy="people", plant=yesterday),),
)  # fmt: skip
