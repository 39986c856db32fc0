"""What it asks: does a series of even steps have one row a time?

Why it matters: a time that stands twice has two values, of which one is wrong or of another series; lags and joins by time double there.

How it is measured: the times of each series in order; the series are told apart by the group named, by files, or by the field that
leaves fewest times twice. Copies of whole rows are left to the check of repeated rows, unless they are the hour by which clocks are set back.

When it is right to fail: where most steps are one and the same and at least 95 % of the rows have a time of their own, or the others are three
stretches without a hole at most, as where rows are sent again with revised values, each time that stands twice with different values is a warning; where the series were told apart by a guess it is left open.

What it cannot see: events, panels and surveys, where many rows share a time.

Mend: keep the right one of the rows named; where clocks were set back, write times in UTC.

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

SHOWN = 30  # times of the table


def judge(steps: TimeSteps, order: TimeOrder) -> Finding:
    """Times with several different rows."""
    if order.mistake:
        return skipped(f"some times of `{steps.field}` are written wrongly: mend them first")
    if not (steps.single and steps.regular):
        return passed(f"`{steps.field}` is no series of one row a time in even steps")
    found = [t for t in steps.twice if not t.copies or steps.summer]
    if not found:
        again = f", but for {len(steps.twice):,} on rows that are copies of one another in all fields" if steps.twice else ""
        return passed(f"each time of `{steps.field}` stands once" + (f" in each `{steps.by}`" if steps.by else "") + f" ({steps.rows:,} rows; usual step: {steps.usual}){again}")
    first = found[0]
    rows = tuple(dict.fromkeys(r for t in found for r in t.rows))
    clocks = f"; it is one hour ({steps.summer}{':00' if len(steps.summer) == 13 else ''}), as where clocks are set back, so these times are local ones" if steps.summer else ""
    within = f" in `{steps.by}` {first.series}" if steps.by else ""
    return (unsure if steps.guessed else warned)(
        f"{len(found):,} time{'s' if len(found) > 1 else ''} of `{steps.field}` stand{'' if len(found) > 1 else 's'} on several rows, where the series has one row every {steps.usual}: {first.time}{within} on {' and '.join(first.rows[:3])}{clocks}",
        expected="one row a time",
        observed=Observed(value=float(len(found)), unit="times", n=steps.rows),
        component="data",
        where=(steps.field,),
        items=rows,
        effect="which of the rows is right is not told; lags, joins and plots by time are wrong there",
        remedies=("write the times in UTC, or with their zone",) if steps.summer else ("look which of the rows is right, and take the other out", *((f"is it `{steps.by}` that tells the series apart? Say so with --group",) if steps.guessed else ())),
        figure=Table(title="Times that stand twice", columns=("time", "series", "rows"), rows=tuple((t.time, t.series, ", ".join(t.rows[:4])) for t in found[:SHOWN])),
    )  # fmt: skip


def sent_twice(collection: Collection) -> Collection:
    """A logger sent eight hours again, with other values."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = sorted(columns["taken"][:-8] + columns["taken"][100:108])
        return columns

    return timed(collection, change)


def revised(collection: Collection) -> Collection:
    """The last hundred hours again, with other values."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = columns["taken"][:-100] + columns["taken"][-200:-100]
        return columns

    return timed(collection, change)


def clocks_set_back(collection: Collection) -> Collection:
    """A local clock in the night to the last Sunday of October."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        autumn = [t.replace("2021-03", "2021-10").replace("2021-04", "2021-11") for t in hours(len(columns["age"]))]
        columns["taken"] = sorted([t for t in autumn if not t.startswith("2021-10-01 00")] + ["2021-10-31 02:00:00"])
        return columns

    return timed(collection, change)


def several_a_day(collection: Collection) -> Collection:
    """Sales of a shop: many rows a day."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = sorted(t[:10] for t in columns["taken"])
        return columns

    return timed(collection, change)


def days_of_birth(collection: Collection) -> Collection:
    """Of people over fifty years, some born on one day by chance."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = [f"{1950 + i * i * 7 % 51}-{1 + i * 5 % 12:02d}-{1 + i * i * 3 % 28:02d}" for i in range(len(columns["age"]))]
        return columns

    return timed(collection, change)


def towns_at_one_time(collection: Collection) -> Collection:
    """Three towns, each with its row an hour."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = [t for t in columns["taken"][:300] for _ in range(3)]
        columns["town"] = ["Cork", "Delft", "Faro"] * 300
        return columns

    return timed(collection, change)


CHECK = Check(
    code="DAT562", name="repeated-times", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=sent_twice), Case(toy="people", plant=clocks_set_back), Case(toy="people", plant=revised)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (several_a_day, days_of_birth, towns_at_one_time)),
    under=("DAT560",),
)  # fmt: skip
