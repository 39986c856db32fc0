"""What it asks: in a source that stands in the order of its times, which rows do not?

Why it matters: lags, rolling means and splits by row take the next row for the next moment; a block in the wrong place, or a stamp
written wrongly, mixes past and future there.

How it is measured: the field named with --time, or the only field of dates in whose order nearly all rows stand; file by file, and
within groups where that is the order. Named are the fewest rows without which the others are in order, and the mistake in writing (day
and month, the afternoon's 12 hours, a year, a unit) that puts them back between their neighbours, where one does.

When it is right to fail: it warns where one mistake explains these rows, or where the others are a series of even steps. Rows of
events that stand far from their place, and series told apart by a guess, are left open; that some come a little late is usual, and shuffled rows have no order.

What it cannot see: rows with a wrong time that is still in order.

Mend: correct the named stamps at their source, or sort the rows by their time.

Source: Schensted 1961, Longest increasing and decreasing subsequences (doi:10.4153/CJM-1961-015-3).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from nohero.checks.audit.timed import hours, timed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.time_order import TimeOrder
from nohero.evidence.audit.time_steps import TimeSteps
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FAR = 0.05  # of the whole span that a row is away from its place: late entries of a log are nearer
SHOWN = 20  # jumps of the table


def judge(order: TimeOrder, steps: TimeSteps) -> Finding:
    """A known mistake, or an even series, is sure; other rows far from their place may be meant."""
    if not order.ordered:
        return passed(f"the rows do not stand in the order of `{order.field}`, so none is out of it")
    if not order.out:
        return passed(f"all {order.rows:,} rows stand in the order of `{order.field}`" + (", the latest first" if order.descending else "") + (f", within each `{order.by}`" if order.by else ""))
    even = steps.single and steps.regular
    if not (even or order.mistake or order.deepest >= FAR):
        return passed(f"{len(order.out):,} of {order.rows:,} rows stand a little out of the order of `{order.field}`, as entries do that come late")
    first = order.jumps[0]
    blocks = f" in {order.blocks:,} block{'s' if order.blocks > 1 else ''}"
    cause = f"; {order.explains:,} of them would be in order {order.mistake}" if order.mistake else ""
    sure = order.mistake or (even and not steps.guessed)
    return (warned if sure else unsure)(
        f"{len(order.out):,} of {order.rows:,} rows{blocks} stand out of the order of `{order.field}`, which the others keep: {first.row} goes from {first.before} to {first.after}{cause}",
        expected="rows in the order of their times",
        observed=Observed(value=float(len(order.out)), unit="rows", n=order.rows),
        numbers={"steps against the order": float(order.back)},
        component="data",
        where=(order.field,),
        items=order.out,
        effect="lags, rolling means and splits by row mix past and future there",
        remedies=(f"find out how these times were written: they are in order {order.mistake}",) if order.mistake else (*(() if sure else ("are these times right? If they are, the rows may stand as they came in",)), "sort the rows by their time, if the times are right", "look how the pieces of the source were put together"),
        figure=Table(title="Steps against the order", columns=("row", "from", "to"), rows=tuple((j.row, j.before, j.after) for j in order.jumps[:SHOWN])),
    )  # fmt: skip


def a_block_in_the_wrong_place(collection: Collection) -> Collection:
    """Three days were appended after a week that follows them."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        return {name: cells[:300] + cells[372:540] + cells[300:372] + cells[540:] for name, cells in columns.items()}

    return timed(collection, change)


def afternoons_lost(collection: Collection) -> Collection:
    """For ten days the clock has twelve hours."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = [f"{t[:11]}{int(t[11:13]) % 12:02d}{t[13:]}" if 240 <= i < 312 else t for i, t in enumerate(columns["taken"])]
        return columns

    return timed(collection, change)


def months_for_days(collection: Collection) -> Collection:
    """Several events a day, in order, and one in twenty with day and month exchanged."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        days = [t[:10] for t in hours(len(columns["age"]), step=timedelta(hours=9))]
        columns["taken"] = [f"{d[:4]}-{d[8:]}-{d[5:7]}" if i % 20 == 3 and int(d[8:]) <= 12 else d for i, d in enumerate(days)]
        return columns

    return timed(collection, change)


def late_entries(collection: Collection) -> Collection:
    """Events of a log, some of which came in some hours late."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        hours = columns["taken"]
        columns["taken"] = [hours[max(i - 1 - i % 4, 0)][:14] + f"{i % 60:02d}:09" if i % 25 == 4 else t[:14] + f"{i * i % 60:02d}:{i * 7 % 60:02d}" for i, t in enumerate(hours)]
        return columns

    return timed(collection, change)


def the_latest_first(collection: Collection) -> Collection:
    """Sorted the other way."""
    return timed(collection, lambda columns: {name: cells[::-1] for name, cells in columns.items()})


def one_town_after_another(collection: Collection) -> Collection:
    """Two series in one file, one of them short, each in order."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = columns["taken"][:850] + columns["taken"][:50]
        columns["town"] = ["Cork"] * 850 + ["Delft"] * 50
        return columns

    return timed(collection, change)


def shuffled(collection: Collection) -> Collection:
    """On purpose."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["taken"])
        columns["taken"] = [columns["taken"][i * 331 % n] for i in range(n)]
        return columns

    return timed(collection, change)


CHECK = Check(
    code="DAT561", name="unordered-times", source="Schensted 1961, Longest increasing and decreasing subsequences (doi:10.4153/CJM-1961-015-3)", judge=judge,
    sabotages=(Case(toy="people", plant=a_block_in_the_wrong_place), Case(toy="people", plant=afternoons_lost), Case(toy="people", plant=months_for_days)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (late_entries, the_latest_first, one_town_after_another, shuffled)),
    under=("DAT560",),
)  # fmt: skip
