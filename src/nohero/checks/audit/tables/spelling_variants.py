"""What it asks: is one value spelt in several ways?

Why it matters: each spelling is a class or a category of its own; counts and encodings are split among them.

How it is measured: the different cells of each field of categories, with case, blanks of any kind and width, underscores within and a final full stop taken away; signs such as < and > are kept.
Fields of which most values come once are names or texts, and no categories. And odd blanks behind the last word of a text file's cells, which are taken off as they are read here.

When it is right to fail: never more than a warning.

What it cannot see: typing errors within a word.

Mend: write every value in one way, label and features alike.

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
    found = cells.of("variant")
    if not found and cells.blanks:
        return warned(
            cells.blanks, expected="one spelling a value", component="data", effect="`Ohio` and `Ohio` with a blank that nobody sees are two categories",
            remedies=("strip all kinds of blanks before anything is counted (str.strip() does)", "write the file anew without them"),
        )  # fmt: skip
    if not found:
        return passed(f"none among the cells of {cells.fields} fields")
    first = found[0]
    return warned(
        f"{first.count:,} of {first.of:,} cells of `{first.field}` are another spelling of a value that stands there too: {', '.join(f'`{_seen(v)}`' for v in first.values)}" + (f"; {cells.blanks}" if cells.blanks else ""),
        expected="one spelling a value",
        observed=Observed(value=float(first.count), unit="cells", n=first.of),
        component="data",
        where=tuple(o.field for o in found),
        items=cells.named(found),
        remedies=("strip blanks and full stops and fold the case before anything is counted",),
        figure=Table(title="Spellings", columns=("field", "cells", "of", "as written"), rows=tuple((o.field, o.count, o.of, ", ".join(_seen(v) for v in o.values)) for o in found)),
    )


def _seen(value: str) -> str:
    """With what nobody sees by its code."""
    return "".join(c if c == " " or (c.isprintable() and not c.isspace()) else f"<U+{ord(c):04X}>" for c in value[:40])


def in_capitals(collection: Collection) -> Collection:
    """Some trades are in capitals, some have a blank."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["trade"][1::30] = [c.upper() for c in columns["trade"][1::30]]
        return columns

    return recelled(collection, change)


def unseen_blanks(collection: Collection) -> Collection:
    """Some towns have a no-break blank amid them or a blank of no width behind."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"] = [("New\u00a0Ross" if i % 30 == 6 else "New Ross\u200b" if i % 40 == 7 else "New Ross") if i % 3 == 0 else c for i, c in enumerate(columns["town"])]
        return columns

    return recelled(collection, change)


def a_final_full_stop(collection: Collection) -> Collection:
    """Half of the labels end in a full stop."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"][450:] = [c + "." for c in columns["returned"][450:]]
        return columns

    return recelled(collection, change)


def more_and_less(collection: Collection) -> Collection:
    """Values that differ in a sign."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"] = [">50K" if i % 3 else "<=50K" for i in range(len(columns["town"]))]
        return columns

    return recelled(collection, change)


def names_of_functions(collection: Collection) -> Collection:
    """Names in which a capital and an underscore before it make another name."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["call"] = [("exit", "_exit", "read", "_read", "open")[i * 7919 % 5] for i in range(len(columns["town"]))]
        columns["name"] = [("Value", "value")[i % 2] + str(i // 2) if i % 7 else "other" for i in range(len(columns["town"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT517", name="spelling-variants", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=in_capitals), Case(toy="people", plant=a_final_full_stop), Case(toy="people", plant=unseen_blanks)),
    lookalikes=(Case(toy="people", plant=more_and_less), Case(toy="people", plant=names_of_functions)),
)  # fmt: skip
