"""What it asks: are the numbers of each field written in one form?

Why it matters: one reader takes 1.234,56 for text and the whole field with it, another takes 215,000 for 215, and 20% and 0.2 become twenty and a fifth.

How it is measured: the cells of fields of numbers as they are written, in three pairs of forms: decimal comma and decimal point, commas between
thousands and none, a sign of currency or per cent and none. Cells that may be of either form (1,234) prove neither, and a nothing needs no sign.

When it is right to fail: never more than a warning: whoever reads them with care gets every number right.

What it cannot see: forms that differ in less than three cells, numbers in letters, and tables that were not held as they are written.

Mend: write all numbers of a field in one form, at the source where the rows come from several.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.number_styles import NumberStyles
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(styles: NumberStyles) -> Finding:
    """Name the fields, both forms and the rows of the rarer one."""
    found = sorted(styles.found, key=lambda two: (not two.words, -len(two.rows)))
    if not found:
        return passed(f"numbers in one form in {styles.fields} fields that hold more than figures")
    first = found[0]
    return warned(
        f"{len(first.rows):,} of {first.of:,} numbers of `{first.field}` are written {first.rare}: {', '.join(f'`{v[:40]}`' for v in first.values)}; others are {first.usual}: {', '.join(f'`{v[:40]}`' for v in first.others)}"
        + ("; the field is read as words" if first.words else ""),
        expected="numbers of one form in a field",
        observed=Observed(value=float(len(first.rows)), unit="cells", n=first.of),
        component="data",
        where=tuple(dict.fromkeys(two.field for two in found)),
        items=tuple(styles.items[i] for i in sorted({i for two in found for i in two.rows})),
        effect="some readers take the field for words, others take these cells for other numbers",
        remedies=("write all numbers of the field in one form, and look whether those of the rarer form come from another source",),
        figure=Table(
            title="Two forms of numbers", columns=("field", "cells", "of", "written", "such as", "the others"),
            rows=tuple((two.field, len(two.rows), two.of, two.rare, ", ".join(v[:40] for v in two.values), two.usual) for two in found),
        ),
    )  # fmt: skip


def a_decimal_comma_here_and_there(collection: Collection) -> Collection:
    """A third of the heights comes from a place that writes commas."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"] = [f"{float(c):.1f}".replace(".", "," if i % 3 == 1 else ".") if c else c for i, c in enumerate(columns["height"])]
        return columns

    return recelled(collection, change)


def some_with_thousands(collection: Collection) -> Collection:
    """One income in twenty has a comma."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"] = [f"{int(c):,}" if i % 20 == 4 else c for i, c in enumerate(columns["income"])]
        return columns

    return recelled(collection, change)


def some_with_per_cent(collection: Collection) -> Collection:
    """Most rates are shares, some per cents."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["rate"] = [f"{5 + i * 7919 % 60}%" if i % 15 == 2 else f"{(5 + i * 7919 % 60) / 100}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def all_with_commas(collection: Collection) -> Collection:
    """Every income has commas where it is large, small ones have none; and every rate a sign, but a nothing."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"] = [f"{int(c) // (50 if i % 9 == 0 else 1):,}" for i, c in enumerate(columns["income"])]
        columns["rate"] = [f"{i % 60}%" if i % 60 else "0" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def answers_with_commas(collection: Collection) -> Collection:
    """Several answers in one cell, and versions."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["answers"] = [("1", "1,2", "2,5,6", "3", "1,2,3,4")[i * 7919 % 5] for i in range(len(columns["age"]))]
        columns["version"] = [f"1.{i % 12}.{i % 7}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT527", name="mixed-number-forms", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=a_decimal_comma_here_and_there), Case(toy="people", plant=some_with_thousands), Case(toy="people", plant=some_with_per_cent)),
    lookalikes=(Case(toy="people", plant=all_with_commas), Case(toy="people", plant=answers_with_commas)),
)  # fmt: skip
