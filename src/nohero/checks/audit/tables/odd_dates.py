"""What it asks: are there days that do not exist, that are decades away from all others, or births that are still to come?

Why it matters: 1900-01-01 and 9999-12-31 are what systems write for "not known"; as numbers they drown the field. A 30th of February shows
that cells were typed or joined by hand.

How it is measured: each date is read in its field's order of day and month; days that no calendar has are named, and days outside of the
middle 80 % by three of their widths and twenty years. In fields whose name says birth, days after today: a year of two figures was taken for one of this century.

When it is right to fail: never more than a warning.

What it cannot see: a wrong day within the usual years.

Mend: read marks for "not known" as missing, and mend the others at their source.

Source: the recipe, the data ("become one with the data").
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


def judge(dates: DateFacts) -> Finding:
    """Name the fields and the days."""
    found = dates.of("impossible", "far", "unborn")
    if not found:
        return passed(f"every day exists and lies among the others, in {dates.fields} fields of dates" if dates.fields else "there are no dates")
    first = found[0]
    how = {"impossible": "are days that do not exist", "far": f"are decades away from the others ({first.usual})", "unborn": f"are births still to come (the others are {first.usual})"}[first.kind]
    unborn = any(o.kind == "unborn" for o in found)
    return warned(
        f"{first.count:,} of {first.of:,} dates of `{first.field}` {how}: {', '.join(f'`{v[:40]}`' for v in first.values)}",
        expected="days that can be meant",
        observed=Observed(value=float(first.count), unit="cells", n=first.of),
        component="data",
        where=tuple(dict.fromkeys(o.field for o in found)),
        items=dates.items(found),
        effect="such cells go missing when they are read, or drown the others when dates are made numbers",
        remedies=(*(("take a hundred years off births still to come: years of two figures up to 68 are read as 20xx",) if unborn else ()), "read days that stand for `not known` as missing", "mend the others at their source"),
        figure=Table(title="Odd days", columns=("field", "kind", "cells", "of", "as written"), rows=tuple((o.field, o.kind, o.count, o.of, ", ".join(v[:40] for v in o.values)) for o in found)),
    )


def grandparents_to_be_born(collection: Collection) -> Collection:
    """Births of two-figure years: those up to 1968 were read as of this century."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        years = [1940 + i * 7919 % 65 for i in range(len(columns["age"]))]
        columns["date of birth"] = [f"{y + 100 if y <= 1968 else y}-{1 + i % 12:02d}-{1 + i % 28:02d}" for i, y in enumerate(years)]
        return columns

    return recelled(collection, change)


def not_known_written_as_a_day(collection: Collection) -> Collection:
    """A system wrote the end of time for those who had not joined."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"][5::45] = ["9999-12-31"] * len(columns["joined"][5::45])
        return columns

    return recelled(collection, change)


def days_of_no_calendar(collection: Collection) -> Collection:
    """Typed by hand."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"][7::100] = [c[:5] + "02-30" for c in columns["joined"][7::100]]
        return columns

    return recelled(collection, change)


def days_of_birth(collection: Collection) -> Collection:
    """A century of days, a few of them long ago."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["joined"] = [f"{2003 - int(age)}{c[4:]}".replace("-02-29", "-02-28") for age, c in zip(columns["age"], columns["joined"], strict=True)]
        return columns

    return recelled(collection, change)


def versions(collection: Collection) -> Collection:
    """Numbers of versions, of three parts with points."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["trade"] = [f"{i % 12}.{i % 15}.{i * 7 % 90 + 10}" for i in range(len(columns["trade"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT523", name="odd-dates", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=not_known_written_as_a_day), Case(toy="people", plant=days_of_no_calendar), Case(toy="people", plant=grandparents_to_be_born)),
    lookalikes=(Case(toy="people", plant=days_of_birth), Case(toy="people", plant=versions)),
)  # fmt: skip
