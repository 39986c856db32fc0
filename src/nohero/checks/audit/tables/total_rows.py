"""What it asks: are some rows the sum of others?

Why it matters: a state's total among its counties is counted twice in every sum, is by far the greatest of its kind, and tells a model what the rows
that it adds up have, on either side of a split.

How it is measured: within the groups of each field of few values, of two such, and in the whole table: in most groups one row is the sum of three or more others, exactly.
And cells that are a word for it: total, subtotal, grand total.

When it is right to fail: never more than a warning. A word that no sum bears out is left open where its rows are the greatest in some number: of all, if they are few, or
each of its group. Else it is the name of a kind, as of eclipses.

What it cannot see: totals of groups that no field or two tell, means, and aggregates of shares: the world among its countries.

Mend: leave the totals out, or keep them as a table of their own.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.total_rows import TotalRows
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 100  # rows of the table


def judge(totals: TotalRows) -> Finding:
    """Sums are sure, words are not."""
    if not totals.rows and not totals.said:
        return passed(f"none of {totals.num_rows:,} rows is the sum of others, or says so")
    rows = sorted({*totals.rows, *totals.said})
    if totals.rows:
        of = f"of its {' and '.join(f'`{b}`' for b in totals.by)}" if totals.by else "in the table"
        what = f"{len(totals.rows):,} of {totals.num_rows:,} rows {'is' if len(totals.rows) == 1 else 'are'} the sum of all others {of}, in {', '.join(f'`{f}`' for f in totals.fields[:3])}" + (f" and {len(totals.fields) - 3} more" if len(totals.fields) > 3 else "")
    else:
        what = f"{len(totals.said):,} of {totals.num_rows:,} rows {'has' if len(totals.said) == 1 else 'have'} `{totals.word}` in `{totals.where}`: they may be sums of other rows"
    return (warned if totals.rows else unsure)(
        what,
        expected="rows of one kind, none of them made of others",
        observed=Observed(value=float(len(rows)), unit="rows", n=totals.num_rows),
        component="data",
        where=totals.fields if totals.rows else (totals.where,),
        items=tuple(totals.items[i] for i in rows),
        effect="what they add up is counted twice, and stands on both sides of a split",
        remedies=("leave these rows out of training and of every score", "if the totals are what is to be told, leave the other rows out"),
        figure=Table(title="Rows that are sums", columns=("row", "how it is known"), rows=tuple((totals.items[i], "by its numbers" if i in set(totals.rows) else f"it says {totals.word}") for i in rows[:SHOWN])),
    )


def _sales(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Two amounts of each row."""
    rows = range(len(columns["age"]))
    return {**columns, "sold": [str(20 + i * 7919 % 900) for i in rows], "returned items": [str(i * 104_729 % 37) for i in rows]}


def totals_of_towns(collection: Collection) -> Collection:
    """A row a town, that adds up the others."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _sales(columns)
        for town in sorted(set(columns["town"])):
            inside = [i for i, t in enumerate(columns["town"]) if t == town]
            for name, cells in columns.items():
                cells.append(str(sum(int(cells[i]) for i in inside)) if name in ("sold", "returned items") else town if name == "town" else cells[inside[0]])
        return columns

    return recelled(collection, change)


def a_last_line(collection: Collection) -> Collection:
    """The table ends with its total."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _sales(columns)
        for name, cells in columns.items():
            cells.append(str(sum(map(int, cells))) if name in ("sold", "returned items") else "Total" if name == "town" else "")
        return columns

    return recelled(collection, change)


def a_shop_that_sells_most(collection: Collection) -> Collection:
    """In each town one row has far more than any other; and there are total eclipses."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _sales(columns)
        for town in set(columns["town"]):
            first = columns["town"].index(town)
            columns["sold"][first] = str(80_000 + first)
        columns["eclipse"] = [("total", "partial", "annular")[i * 7919 % 3] for i in range(len(columns["age"]))]
        columns["name"] = ["Total Fitness" if i == 30 else f"shop {i}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT507", name="total-rows", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=totals_of_towns), Case(toy="people", plant=a_last_line)), lookalikes=(Case(toy="people", plant=a_shop_that_sells_most),),
)  # fmt: skip
