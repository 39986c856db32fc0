"""What it asks: is "missing" written as a word or a sign that a reader may take for a value?

Why it matters: a question mark or the word "unknown" becomes a category of its own, or turns a column of numbers into one of strings.

How it is measured: each field's different cells are compared with the marks that people use, in any case; those that common readers know (empty, NA, NaN, null) are left aside.

When it is right to fail: never more than a warning: the mark may be a category that was meant. A word among names that comes no oftener than the others
may be a name (there is a film called Missing) and is left open; where nearly all cells differ and it comes once, it is one. So is the reverse left
open, `NA` among codes of two letters (Namibia). A sign that stands in two columns of names in the same row is one in both.

What it cannot see: marks that no one else uses.

Mend: name the mark to the reader (null_values, na_values), or keep it as a category on purpose.

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
    from nohero.evidence.audit.cell_facts import CellOddity
    from nohero.sources.collection import Collection

NAMED = 3  # fields in the message, and marks of each; the table has them all
OFTEN, NAMES = 2.0, 100  # times as often as other values come; values of a field of names
ALL_THEIR_OWN = 0.9  # of the cells differ in a field of names, in which one word says nothing of gaps


def judge(cells: CellFacts) -> Finding:
    """Name the fields, the marks and how often."""
    found = tuple(o for o in _without_signs(cells.of("mark")) if not _is_a_name(o))
    if not found and (codes := cells.of("code")):
        return _codes(cells, codes)
    if not found:
        return passed(f"no mark for missing among the cells of {cells.fields} fields but those that readers know")
    found = tuple(sorted(found, key=_may_be_a_name))
    items, count = cells.named(found), cells.concerned(found)
    first = found[0]
    told = ", ".join(f"{', '.join(f'`{v}`' for v in o.values[:NAMED])} in `{o.field}` ({o.count:,})" for o in found[:NAMED])
    return (unsure if _may_be_a_name(first) else warned)(
        f"{count:,} {'item holds' if count == 1 else 'items hold'} a mark for missing that readers take for a value: {told}" + (f" and in {len(found) - NAMED} more fields" if len(found) > NAMED else ""),
        expected="missing cells that are empty, NA or NaN",
        observed=Observed(value=float(count), unit="items", n=len(cells.items)),
        component="data",
        where=tuple(o.field for o in found),
        items=items,
        remedies=(f"have the reader take {', '.join(f'`{v}`' for v in dict.fromkeys(v for o in found for v in o.values))} for missing",),
        figure=Table(title="Marks for missing", columns=("field", "mark", "cells"), rows=tuple((o.field, ", ".join(o.values), o.count) for o in found)),
    )


def _is_a_name(mark: CellOddity) -> bool:
    """A word that stands once in a field where nearly every row has a word of its own."""
    return mark.count == 1 and mark.different >= max(NAMES, ALL_THEIR_OWN * mark.of) and mark.values[0].strip().isalpha()


def _codes(cells: CellFacts, codes: tuple[CellOddity, ...]) -> Finding:
    """The other way round: a value that readers take for a mark."""
    return unsure(
        f"{', '.join(f'`NA` in `{o.field}` ({o.count:,})' for o in codes)} is read as missing, among codes of two letters: it may be the code of Namibia, or of North America",
        expected="codes that no reader takes for missing",
        observed=Observed(value=float(cells.concerned(codes)), unit="items", n=len(cells.items)),
        component="data",
        where=tuple(o.field for o in codes),
        items=cells.named(codes),
        effect="the rows of one country are without one",
        remedies=("if it is a code, have the reader keep it (pandas: keep_default_na=False; polars reads it as it is)", "if it is missing, leave the cell empty"),
    )


def _without_signs(marks: tuple[CellOddity, ...]) -> tuple[CellOddity, ...]:
    """But for single signs in columns of names, rare there and in another such column in the same rows: a point is a point in all languages."""
    signs = [m for m in marks if m.different >= NAMES and m.count <= OFTEN * m.of / max(1, m.different) * len(m.values) and not any(c.isalnum() for v in m.values for c in v)]
    meant = [m for m in signs if any(2 * len(set(m.rows) & set(o.rows)) >= len(m.rows) for o in signs if o is not m)]
    return tuple(m for m in marks if m not in meant)


def _may_be_a_name(mark: CellOddity) -> bool:
    """A word among names."""
    usual = mark.of / max(1, mark.different)
    return mark.different >= NAMES and mark.count <= OFTEN * usual and any(c.isalpha() for c in mark.values[0])


def question_marks(collection: Collection) -> Collection:
    """A thirtieth of the towns is a question mark."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"][5::30] = ["?"] * len(columns["town"][5::30])
        return columns

    return recelled(collection, change)


def unknown_among_numbers(collection: Collection) -> Collection:
    """Some heights are not known, and say so in a word."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][7::60] = ["unknown"] * len(columns["height"][7::60])
        return columns

    return recelled(collection, change)


def written_plainly(collection: Collection) -> Collection:
    """Missing is NA, as readers know it."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["trade"] = [c or "NA" for c in columns["trade"]]
        return columns

    return recelled(collection, change)


def a_film_called_missing(collection: Collection) -> Collection:
    """Titles, of which one is a word that others use for a gap."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["title"] = [f"Story {i * 7919 % 100_003}" for i in range(len(columns["age"]))]
        columns["title"][30] = "Unknown"
        return columns

    return recelled(collection, change)


def signs_in_two_languages(collection: Collection) -> Collection:
    """Words of a program in two languages: a point is a point in both."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        for name, end in (("en", "er"), ("de", "ung")):
            columns[name] = ["." if i == 40 else "?" if i == 90 else f"{end} {i * 7919 % 100_003}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT510", name="hidden-missing", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=question_marks), Case(toy="people", plant=unknown_among_numbers)),
    lookalikes=(Case(toy="people", plant=written_plainly), Case(toy="people", plant=a_film_called_missing), Case(toy="people", plant=signs_in_two_languages)),
)  # fmt: skip
