"""What it asks: do cells hold other rows of the table?

Why it matters: a quotation mark without its partner swallows all lines up to the next one: rows are lost, and one text holds the others'
numbers and labels.

How it is measured: of cells with three line breaks or more, the lines in between, cut at commas, semicolons, tabs or bars: they are rows where
the pieces have the forms of the fields left and right of the cell, digits and letters by kind, in four lines of five.

When it is right to fail: never more than a warning.

What it cannot see: two rows that were joined, and tables whose other fields have no form of their own.

Mend: find the row's place in the file, close or double the quotation mark there, and read it anew.

Source: RFC 4180; the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.joined_rows import JoinedRows
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 20  # rows of the table


def judge(told: JoinedRows) -> Finding:
    """Name the cells."""
    if not told.joined:
        return passed(f"none of {told.broken:,} cells with several line breaks holds rows")
    first = told.joined[0]
    return warned(
        f"{len(told.joined):,} cells hold other rows of the table, {sum(j.rows for j in told.joined):,} in all: `{first.field}` of {first.item} has `{first.line[:60]}` in it",
        expected="one row in a row",
        observed=Observed(value=float(len(told.joined)), unit="cells", n=told.broken),
        component="data",
        where=tuple(f"{j.item}: {j.field}" for j in told.joined[:5]),
        items=tuple(j.item for j in told.joined),
        effect="the rows in it are lost, and their numbers and labels are read as its text",
        remedies=("close or double the quotation mark at which the cell begins, and read the file anew",),
        figure=Table(title="Cells that hold rows", columns=("item", "field", "rows in it", "one of them"), rows=tuple((j.item, j.field, j.rows, j.line) for j in told.joined[:SHOWN])),
    )


def _with_remarks(collection: Collection, *, swallowed: bool) -> Collection:
    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        columns["remark"] = [f"rang in the {('morning', 'evening')[i % 2]}, at {i % 12}" for i in range(n)]
        rows = [",".join(columns[name][i] for name in columns) for i in range(n)]
        notes = [f"\n{rows[100]}\n{rows[101]}\n{rows[102]}"] * 2 if swallowed else ["\nDear madam,\nI am 40 years old, as you are,\nand yours, as ever", "\n- eggs, 12\n- milk, 2\n- bread, 1"]
        columns["remark"] = [f"{text}{notes[i % 2]}" if i % 300 == 5 else text for i, text in enumerate(columns["remark"])]
        return columns

    return recelled(collection, change)


def quotation_not_closed(collection: Collection) -> Collection:
    """Some remarks hold the three rows behind them."""
    return _with_remarks(collection, swallowed=True)


def letters_and_lists(collection: Collection) -> Collection:
    """Some remarks are letters and lists of several lines with commas."""
    return _with_remarks(collection, swallowed=False)


CHECK = Check(
    code="DAT717", name="joined-rows", source="RFC 4180", judge=judge,
    sabotages=(Case(toy="people", plant=quotation_not_closed),), lookalikes=(Case(toy="people", plant=letters_and_lists),),
)  # fmt: skip
