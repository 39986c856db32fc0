"""What it asks: are there words among a field's numbers, or numbers among its dates?

Why it matters: one cell of "12 kg" makes the whole column one of strings for some readers, and goes missing silently for others.

How it is measured: fields whose cells are nearly all numbers; the others that are no mark for missing are listed as they are written.
So are cells of a field of dates that are no dates in any form: 43420 is a day as spreadsheets count them.

When it is right to fail: never more than a warning: such a field may be a code. Letters in codes that are filled up with zeros (2A beside 01) are no fault;
where all the odd cells are letters before figures, or one behind (V57, 12C), it is left open.

What it cannot see: fields of which less than nine tenths are numbers or dates.

Mend: write the unit into the field's name, and mend the cells named.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.cell_facts import CellFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(cells: CellFacts) -> Finding:
    """Name the fields and the words."""
    found = cells.of("mixed")
    if not found:
        return passed(f"no words among the numbers and dates of {cells.fields} fields")
    found = tuple(sorted(found, key=lambda o: o.codes))
    first = found[0]
    return (unsure if first.codes else warned)(
        f"{first.count:,} of {first.of:,} cells of `{first.field}` are no {first.among} where the others are: {', '.join(f'`{v[:40]}`' for v in first.values)}",
        expected=f"{first.among} in every cell that is not missing",
        observed=Observed(value=float(first.count), unit="cells", n=first.of),
        component="data",
        where=tuple(o.field for o in found),
        items=cells.named(found),
        effect="readers take the whole field for strings, or these cells for missing",
        remedies=(("where they count days since 1899-12-30, as spreadsheets do, turn them into dates",) if first.among == "dates" and all(v.isdigit() for v in first.values) else ()) + (("if the field is one of codes, read it as text: its numbers are names",) if first.codes else ()) + ("mend these cells at the source, or have them read as missing on purpose",),
        figure=Table(title="Words among numbers", columns=("field", "cells", "of", "as written"), rows=tuple((o.field, o.count, o.of, ", ".join(v[:40] for v in o.values)) for o in found)),
    )


def units_in_cells(collection: Collection) -> Collection:
    """Some heights carry their unit."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][4::40] = [f"{c} cm" if c else c for c in columns["height"][4::40]]
        return columns

    return recelled(collection, change)


def days_of_a_spreadsheet(collection: Collection) -> Collection:
    """A few dates are written as the days since the end of 1899."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"] = [str(43_400 + i % 300) if i % 40 == 3 else f"2018-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def dates_with_gaps(collection: Collection) -> Collection:
    """Dates with marks for missing, and some in another form."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"] = ["unknown" if i % 40 == 3 else f"{1 + i % 28:02d}.{1 + i % 12:02d}.2018" if i % 30 == 2 else f"2018-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def codes_with_letters(collection: Collection) -> Collection:
    """Half of a field of codes has letters."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["trade"] = [f"{i % 2 * 'A'}{i % 60}" for i in range(len(columns["trade"]))]
        return columns

    return recelled(collection, change)


def provinces(collection: Collection) -> Collection:
    """Codes of two figures, of which two have a letter."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["province"] = [("2A", "2B")[i % 2] if i % 50 < 2 else f"{1 + i * 7919 % 95:02d}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT512", name="mixed-cells", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=units_in_cells), Case(toy="people", plant=days_of_a_spreadsheet)),
    lookalikes=(Case(toy="people", plant=codes_with_letters), Case(toy="people", plant=dates_with_gaps), Case(toy="people", plant=provinces)),
)  # fmt: skip
