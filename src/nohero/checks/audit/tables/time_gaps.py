"""What it asks: does a series of even steps miss a stretch?

Why it matters: the row after a gap is not the next moment of the row before it: lags, differences and windows over it are wrong, and what
happened meanwhile is not in the data.

How it is measured: the times of each series in order. Where most steps are one and the same, the few steps (a thousandth of them, or three)
that last ten usual ones and three times as long as every other step are gaps; nights, weekends and holidays come too often, or are too short. Where 99 % of the
steps are the usual one, and the few others whole numbers of it, these are gaps too, however short.

When it is right to fail: never more than a warning; where many rows share a time, the gaps are short, or the series were told apart by a guess, it is left
open. Gaps of more than half of the whole span are what lies between campaigns. One hour of a Sunday's night in spring, once a year, is how clocks are set on: that
passes, and is said.

What it cannot see: gaps in a series that has many, and single rows that are missing from uneven steps.

Mend: ask the source for the missing stretch, or cut windows and lags at the gap.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.timed import hours, timed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.time_order import TimeOrder
from nohero.evidence.audit.time_steps import TimeSteps
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 30  # gaps of the table


def judge(steps: TimeSteps, order: TimeOrder) -> Finding:
    """The longest first."""
    if order.mistake:
        return skipped(f"some times of `{steps.field}` are written wrongly: mend them first")
    if not steps.regular:
        return passed(f"the times of `{steps.field}` do not come in even steps, so that none is missing")
    if not steps.gaps:
        but = f", but for the hour that clocks are set on: {steps.spring}" if steps.spring else ""
        return passed(f"no step of `{steps.field}` is far longer than all others (usual: {steps.usual}; the longest lasts {steps.longest} of them){but}")
    first, n = steps.gaps[0], len(steps.gaps)
    within = f" of `{steps.by}` {first.series}" if steps.by else ""
    sure = steps.single and not steps.guessed and not steps.short
    return (warned if sure else unsure)(
        f"{'a stretch is' if n == 1 else f'{n:,} stretches are'} missing in `{steps.field}`, where the usual step is {_a(steps.usual)}: "
        f"nothing between {first.after} and {first.before}{within} ({_a(first.lasts)})",
        expected=f"a row every {steps.usual}",
        observed=Observed(value=float(first.steps), unit="usual steps in the longest gap", n=steps.rows),
        component="data",
        where=(steps.field,),
        items=tuple(g.row for g in steps.gaps),
        effect="lags, differences and windows across it take the row before for the moment before",
        remedies=(*(() if sure else ("is a row to be had at every step? If nothing was taken in that time, it is no gap",)), "ask the source for these times, or say why they are missing", "cut lags and windows at the gap"),
        figure=Table(title="Gaps", columns=("after", "before", "lasts", "usual steps", "series"), rows=tuple((g.after, g.before, g.lasts, g.steps, g.series) for g in steps.gaps[:SHOWN])),
    )  # fmt: skip


def _a(step: str) -> str:
    """An hour, a day, 30 minutes."""
    return step if step[0].isdigit() else f"an {step}" if step[0] == "h" else f"a {step}"


def an_outage(collection: Collection) -> Collection:
    """Nine days are not there."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = [t for i, t in enumerate(hours(len(columns["age"]) + 216)) if not 400 <= i < 616]
        return columns

    return timed(collection, change)


def business_hours(collection: Collection) -> Collection:
    """Every quarter of an hour from nine to five, but not at the weekend, and a holiday."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        open_ = [f"{d[:11]}{9 + k // 4:02d}:{k % 4 * 15:02d}:00" for i, d in enumerate(hours(24 * 60)[::24]) if i % 7 < 5 and i != 11 for k in range(32)]
        columns["taken"] = open_[: len(columns["age"])]
        return columns

    return timed(collection, change)


def a_clock_of_summer(collection: Collection) -> Collection:
    """Hours of a clock that is set on at two on the last Sunday of March."""
    return timed(collection, lambda columns: {**columns, "taken": [t for t in hours(len(columns["age"]) + 1) if t != "2021-03-28 02:00:00"]})


def events(collection: Collection) -> Collection:
    """At uneven times, with quiet weeks."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        clock = hours(9 * n)
        columns["taken"] = sorted(clock[i * 7 + i * i * 13 % 97 + (900 if i > n // 2 else 0)] for i in range(n))
        return columns

    return timed(collection, change)


def once_a_month(collection: Collection) -> Collection:
    """Months have 28 to 31 days."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = [f"{1930 + i // 12}-{1 + i % 12:02d}-01" for i in range(len(columns["age"]))]
        return columns

    return timed(collection, change)


CHECK = Check(
    code="DAT563", name="time-gaps", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=an_outage),), lookalikes=tuple(Case(toy="people", plant=p) for p in (business_hours, events, once_a_month, a_clock_of_summer)),
    under=("DAT560",),
)  # fmt: skip
