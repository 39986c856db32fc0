"""What it asks: are there cells that a spreadsheet would run?

Why it matters: a table that is opened in a spreadsheet runs what begins with an equals sign; such cells come from forms that anyone could fill in.

How it is measured: cells of text that begin with =, +, @ or - and go on as a formula does: with a call, a cell, a sum. Names after an @ and words after a dash are none.

When it is right to fail: never more than a warning: nothing of it is run here.

What it cannot see: formulas in other forms.

Mend: write an apostrophe before such cells on export.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.cell_facts import CellFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(cells: CellFacts) -> Finding:
    """Name the fields and the cells."""
    found = cells.of("formula")
    if not found:
        return passed(f"none among the cells of {cells.fields} fields")
    first = found[0]
    return warned(
        f"{first.count:,} of {first.of:,} cells of `{first.field}` begin as a formula does: {', '.join(f'`{v[:40]}`' for v in first.values)}",
        expected="cells of plain text",
        observed=Observed(value=float(first.count), unit="cells", n=first.of),
        component="data",
        where=tuple(o.field for o in found),
        items=cells.named(found),
        remedies=("put an apostrophe before such cells wherever the table is exported, and look where they come from",),
        figure=Table(title="Formulas", columns=("field", "cells", "of", "as written"), rows=tuple((o.field, o.count, o.of, ", ".join(v[:40] for v in o.values)) for o in found)),
    )


def a_formula(collection: Collection) -> Collection:
    """Two towns are formulas."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"][9] = columns["town"][90] = '=HYPERLINK("http://example.org","x")'
        return columns

    return recelled(collection, change)


def names_and_dashes(collection: Collection) -> Collection:
    """A column of short messages: they name people, smile, and begin with a dash."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["message"] = [("@anna see you", "- But the flesh is weak", "-But not now", "=D well done", "+1 from me")[i % 5] + f" {i}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def signed_numbers(collection: Collection) -> Collection:
    """Numbers with a sign."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["visits"] = [f"+{c}" for c in columns["visits"]]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT518", name="formula-cells", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=a_formula),),
    lookalikes=(Case(toy="people", plant=signed_numbers), Case(toy="people", plant=names_and_dashes)),
)  # fmt: skip
