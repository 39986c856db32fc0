"""What it asks: is every date of a field written in one form, in one order of day and month, and on clocks that all tell their zone or none?

Why it matters: 03/04/2021 is a day in March or in April; a reader that expects one order gets other days without a word, and one that
meets a second form makes the field one of strings, or its cells missing. Stamps with and without a zone stand hours apart when they are
read as one clock's.

How it is measured: each value that is a date is told by its form (year first or last, separator, month in letters); and where day and
month stand in two figures each, numbers above 12 tell their order. Stamps with a clock are told by whether Z or a distance from UTC follows.

When it is right to fail: it warns, where some dates are of another form than most, both orders are proved in one field, or some stamps tell a
zone and others do not.

What it cannot see: the other order where no number is above 12; clocks of two zones that neither tells.

Mend: bring the named cells to one form at their source, year first.

Source: the recipe, the data ("become one with the data"); ISO 8601.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.date_facts import DateFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


HOW = {
    "order": "otherwise than with {usual}, which more of the dates in figures have",
    "zone": "{usual}",
    "form": "in another form than the others ({usual})",
}
EFFECT = {
    "order": "days and months are exchanged, or these cells go missing, when the field is read",
    "zone": "read as one clock's, these times are hours off, and in a night of spring and of autumn one more",
    "form": "readers take these cells for missing, or the whole field for words",
}


def judge(dates: DateFacts) -> Finding:
    """Orders first: they are read wrongly without a word; so are zones."""
    found = (*dates.of("order"), *dates.of("zone"), *dates.of("form"))
    if not found:
        return passed(f"one form of dates in each of {dates.fields} fields of dates" if dates.fields else "there are no dates written in letters")
    first = found[0]
    how = HOW[first.kind].format(usual=first.usual)
    also = sum(o.count for o in found if o.field == first.field and o is not first)
    return warned(
        f"{first.count:,} of {first.of:,} dates of `{first.field}` are written {how}: {', '.join(f'`{v[:40]}`' for v in first.values)}" + (f"; {also:,} are of another form than most" if also else ""),
        expected="one form of dates a field",
        observed=Observed(value=float(first.count), unit="cells", n=first.of),
        component="data",
        where=tuple(dict.fromkeys(o.field for o in found)),
        items=dates.items(found),
        effect=EFFECT[first.kind],
        remedies=("find out which clock these times are of, and write all in UTC", "look which file or system wrote them") if first.kind == "zone" else ("write the named cells as the others, best with the year first (2021-04-03)", "ask whoever made the file which order is meant where neither number is above 12"),
        figure=Table(title="Dates of another form", columns=("field", "cells", "of", "usual", "as written"), rows=tuple((o.field, o.count, o.of, o.usual, ", ".join(v[:40] for v in o.values)) for o in found)),
    )


def some_with_the_year_last(collection: Collection) -> Collection:
    """Every thirtieth day is written as in Europe."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"][3::30] = [".".join(reversed(c.split("-"))) for c in columns["joined"][3::30]]
        return columns

    return recelled(collection, change)


def both_orders(collection: Collection) -> Collection:
    """Two offices, one of which writes the month first."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        parts = [c.split("-") for c in columns["joined"]]
        columns["joined"] = [f"{m}/{d}/{y}" if i % 9 == 0 else f"{d}/{m}/{y}" for i, (y, m, d) in enumerate(parts)]
        return columns

    return recelled(collection, change)


def some_without_a_zone(collection: Collection) -> Collection:
    """From a day on the logger no longer tells that its times are UTC."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"] = [f"{c}T{i % 24:02d}:00:00" + ("" if i > 600 else "Z") for i, c in enumerate(columns["joined"])]
        return columns

    return recelled(collection, change)


def of_two_zones(collection: Collection) -> Collection:
    """Local times that tell how far they are from UTC, in winter and in summer."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"] = [f"{c}T{i % 24:02d}:00:00" + ("+02:00" if "04" <= c[5:7] <= "09" else "+01:00") for i, c in enumerate(columns["joined"])]
        return columns

    return recelled(collection, change)


def all_with_the_month_first(collection: Collection) -> Collection:
    """One form throughout, and some days are missing."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        parts = [c.split("-") for c in columns["joined"]]
        columns["joined"] = ["" if i % 40 == 0 else f"{m}/{d}/{y}" for i, (y, m, d) in enumerate(parts)]
        return columns

    return recelled(collection, change)


def versions_and_ratios(collection: Collection) -> Collection:
    """Numbers of versions and shares that look like days now and then."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["trade"] = [f"{i % 30}.{i % 7}.{i % 100}" if i % 2 else f"{i % 5}/{i % 9 + 1}" for i in range(len(columns["trade"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT519", name="mixed-date-forms", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=some_with_the_year_last), Case(toy="people", plant=both_orders), Case(toy="people", plant=some_without_a_zone)),
    lookalikes=(Case(toy="people", plant=all_with_the_month_first), Case(toy="people", plant=versions_and_ratios), Case(toy="people", plant=of_two_zones)),
)  # fmt: skip
