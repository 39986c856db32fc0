"""What it asks: are there numbers that are infinite, or too large for a network's 32 bits?

Why it matters: one of them makes the mean and the spread of its field infinite, and every loss after it no number. They come from a division by zero, or from a logarithm of zero.

How it is measured: values of each numeric field that are infinite, or beyond 3.4e38.

When it is right to fail: one value is enough for a warning; readers that take it for missing are safe.

What it cannot see: values that become infinite in 16 bits, beyond 65,504: scaled, they fit.

Mend: look at how the field was made: where it divides by zero the cell is missing, and where it takes a logarithm of zero a small number may be added first.

Source: the recipe, the data; IEEE 754-2019, binary32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.infinite_values import InfiniteValues
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(numbers: InfiniteValues) -> Finding:
    """Name the fields and how many."""
    if not numbers.found:
        return passed(f"all values of {numbers.fields} numeric fields are finite, and fit into 32 bits")
    first = numbers.found[0]
    what = "infinite" if first.infinite else "beyond 3.4e38, which is infinite in 32 bits"
    return warned(
        f"{first.infinite or first.too_large:,} of {first.of:,} values of `{first.field}` are {what}" + (f"; {len(numbers.found) - 1} more fields have such values" if len(numbers.found) > 1 else ""),
        expected="finite numbers",
        observed=Observed(value=float(len(first.rows)), unit="values", n=first.of),
        component="data",
        where=tuple(f.field for f in numbers.found),
        items=numbers.items,
        effect="mean and spread of the field, and every loss after it, are no numbers",
        remedies=(
            "leave these items out: their label is not known" if first.field == numbers.label else "look at how the field was made, and write these cells as missing",
            "measure in another unit, or take a logarithm, if the numbers are real",
        ),
        figure=Table(title="Infinite values", columns=("field", "infinite", "beyond 3.4e38", "of"), rows=tuple((f.field, f.infinite, f.too_large, f.of) for f in numbers.found)),
    )


def a_division_by_zero(collection: Collection) -> Collection:
    """Income by visits, where some have never come."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["rate"] = [f"{float(income) / int(visits):.1f}" if int(visits) else "inf" for income, visits in zip(columns["income"], columns["visits"], strict=True)]
        return columns

    return recelled(collection, change)


def too_large(collection: Collection) -> Collection:
    """Numbers that only 64 bits hold."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["weight"] = [f"{1 + i % 97}e{300 if i % 50 == 7 else 3}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def very_large(collection: Collection) -> Collection:
    """Stars' masses in kilograms."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["mass"] = [f"{1 + i % 97}e30" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT525", name="infinite-numbers", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=a_division_by_zero), Case(toy="people", plant=too_large)),
    lookalikes=(Case(toy="people", plant=very_large),),
)  # fmt: skip
