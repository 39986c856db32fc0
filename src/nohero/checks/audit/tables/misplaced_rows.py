"""What it asks: does every row's cell stand under its own name?

Why it matters: a separator that was lost or one too many moves the rest of its row by one column: a country stands among the heights, and a height among the
latitudes, where it looks like any number. A header that comes again, as where files were put together, makes words of the numbers.

How it is measured: rows of which half the cells or more are the names of their fields; and rows with a word among a field's numbers or dates,
whose cells all fit the column beside theirs: numbers within what that field holds, its dates, one of its few words.

When it is right to fail: never more than a warning. One slipped row alone is left open.

What it cannot see: slips among fields of numbers alone, and rows that were left out because they have a cell too many or too few.

Mend: leave out the headers; for slipped rows look in the file for a separator that is lost or one too many.

Source: the recipe, the data ("look for bugs in the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.row_places import RowPlaces
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SURE = 2  # rows that slipped alike: of one, chance may have made the cells fit


def judge(places: RowPlaces) -> Finding:
    """Headers, then slipped rows."""
    rows = sorted({*places.headers, *(i for s in places.slipped for i in s.rows)})
    if not rows:
        return passed(f"no row is the header once more, and none stands a column off, in {places.fields} fields")
    said = [f"{len(places.headers):,} {'row is' if len(places.headers) == 1 else 'rows are'} the header once more"] if places.headers else []
    said += [
        f"{len(s.rows):,} {'row stands' if len(s.rows) == 1 else 'rows stand'} one column to the {'right' if s.by > 0 else 'left'}: `{s.cell[:40]}` in `{s.field}` {f'belongs to `{s.belongs}`' if s.belongs else 'does not belong there'}"
        for s in places.slipped
    ]
    return (warned if places.headers or len(rows) >= SURE else unsure)(
        "; ".join(said),
        expected="each cell under its own name",
        observed=Observed(value=float(len(rows)), unit="rows", n=len(places.items)),
        component="data",
        where=tuple(dict.fromkeys(s.field for s in places.slipped)),
        items=tuple(places.items[i] for i in rows),
        effect="words stand among numbers, and numbers of one field pass for those of another",
        remedies=(*(("leave the headers out",) if places.headers else ()), *(("look at these lines of the file for a separator that is lost or one too many, or leave the rows out",) if places.slipped else ())),
        figure=Table(title="Rows out of place", columns=("row", "what"), rows=tuple((places.items[i], "header" if i in places.headers else "a column off") for i in rows[:100])),
    )


def headers_amid(collection: Collection) -> Collection:
    """Three files were put together, headers and all."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        return {name: [*cells[:300], name, *cells[300:600], name, *cells[600:]] for name, cells in columns.items()}

    return recelled(collection, change)


def rows_a_column_off(collection: Collection) -> Collection:
    """In every sixtieth row the second field was lost, and all behind it moved to the left."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        names = list(columns)
        for i in range(7, len(columns["age"]), 60):
            row = [columns[n][i] for n in names]
            for name, cell in zip(names, [row[0], *row[2:], ""], strict=True):
                columns[name][i] = cell
        return columns

    return recelled(collection, change)


def words_among_numbers(collection: Collection) -> Collection:
    """Heights that are not known say so, and a field of names holds the name of a field."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][7::60] = ["not asked"] * len(columns["height"][7::60])
        columns["town"][9] = "town"
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT505", name="misplaced-rows", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=headers_amid), Case(toy="people", plant=rows_a_column_off)),
    lookalikes=(Case(toy="people", plant=words_among_numbers),),
)  # fmt: skip
