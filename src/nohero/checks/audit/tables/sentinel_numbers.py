"""What it asks: does a number stand for "missing"?

Why it matters: one value far outside, many times the same, sets mean and spread of its field; taken as a number it says that these items are extreme.

How it is measured: the least and the greatest value of each field that come three times at least; their distance to all other values, in ranges of these; -1, 99, 999 and the like need less. In a scale of a few whole numbers, -9, 99 and the like alone.

When it is right to fail: never more than a warning: it may be a cap. A -1 where ones thin out to zeros may be the end of that tail, and is left
open: only who made the field knows. So is a 99 or a 9997 that comes often behind a gap, and may be a cap or a price.

What it cannot see: a mark amid the other values, such as 0 among numbers around 0.

Mend: have the reader take it for missing, fill in the training part's median, and add a field that tells where.

Source: the recipe, the data; adult's capital gain of 99999.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.number_facts import NumberFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PLACES = {"mark": "far outside of all others", "code": "behind a gap at the end of its range, as surveys write no answer", "step": "the only number below zero, where a tail that thins out would end"}


def judge(numbers: NumberFacts) -> Finding:
    """Name the fields and the values."""
    found = (*numbers.of("mark"), *numbers.of("code"), *numbers.of("step"))
    if not found:
        return passed(f"no repeated value far outside of all others in {numbers.fields} numeric fields")
    first = found[0]
    place = PLACES[first.kind]
    return (warned if first.kind == "mark" else unsure)(
        f"{first.count:,} of {first.of:,} values of {numbers.said(first.field)} are exactly {first.value:g}, {place} (their median is {first.typical:g})",
        expected="missing values that are missing",
        observed=Observed(value=first.value, unit="repeated value", n=first.count),
        component="data",
        where=tuple(o.field for o in found),
        items=numbers.items(found),
        effect="mean and spread of the field are those of the mark",
        remedies=(
            f"have the reader take {first.value:g} for missing in `{first.field}`, and " + ("leave these items out: their label is not known" if first.field == numbers.label else "fill in the training part's median"), "if it is a cap, say so to the model: a field of zeros and ones beside it",
        ),
        figure=Table(title="Repeated values far outside", columns=("field", "value", "times", "of", "median of the rest"), rows=tuple((o.field, o.value, o.count, o.of, o.typical) for o in found)),
    )


def nine_hundred_ninety_nine(collection: Collection) -> Collection:
    """Missing heights are 999."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"] = [c or "999" for c in columns["height"]]
        return columns

    return recelled(collection, change)


def minus_one(collection: Collection) -> Collection:
    """A twentieth of the numbers of visits is -1."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["visits"][3::20] = ["-1"] * len(columns["visits"][3::20])
        return columns

    return recelled(collection, change)


def no_answer(collection: Collection) -> Collection:
    """Answers of one to seven; who gave none has 99, or -9."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = range(len(columns["age"]))
        columns["trust"] = ["99" if i % 30 == 4 else str(1 + i * 7919 % 7) for i in rows]
        columns["mood"] = ["-9" if i % 40 == 9 else str(1 + i * 104_729 % 7) for i in rows]
        return columns

    return recelled(collection, change)


def ninety_nine_points(collection: Collection) -> Collection:
    """Points up to 99, of which the greatest comes often, and no gap is before it."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["points"] = [str(99 - i * 7919 % 100 % 40) for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def minus_nought_plus(collection: Collection) -> Collection:
    """Opinions of -1, 0 and 1, and classes 1 to 9."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = range(len(columns["age"]))
        columns["opinion"] = [str(i * 7919 % 3 - 1) for i in rows]
        columns["form"] = [str((1, 2, 3, 4, 9)[i * 104_729 % 5]) for i in rows]
        return columns

    return recelled(collection, change)


def one_rich_person(collection: Collection) -> Collection:
    """A single income is ten times the next."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"][100] = str(10 * max(int(c) for c in columns["income"]))
        return columns

    return recelled(collection, change)


def years_since_school(collection: Collection) -> Collection:
    """Age less schooling less six: a few began early."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["experience"] = [str(value) for value in ([-1] * 4 + [0] * 16 + [1] * 40 + [2] * 70 + [2 + i % 38 for i in range(len(columns["age"]))])[: len(columns["age"])]]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT511", name="sentinel-numbers", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=nine_hundred_ninety_nine), Case(toy="people", plant=minus_one), Case(toy="people", plant=no_answer)),
    lookalikes=(Case(toy="people", plant=minus_nought_plus), Case(toy="people", plant=ninety_nine_points), Case(toy="people", plant=one_rich_person), Case(toy="people", plant=years_since_school)),
)  # fmt: skip
