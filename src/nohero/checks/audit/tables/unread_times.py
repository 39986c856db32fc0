"""What it asks: does the field that is named for the time hold times, in every cell?

Why it matters: a field of which one file or a few cells are written otherwise is read as words, or those cells as missing; without a
word rows are then split, sorted and looked at as if they had no time.

How it is measured: the field named with --time is read cell by cell; each cell is told by the form it is written in, its zone included.

When it is right to fail: cells that are no times, or are written in another form than most, are a warning. Words of which none is
a time are left open: some sort as the times do. Months, quarters and weeks (1991 Jul, 1970 Q1, 2021-W05) are read as their first day.

What it cannot see: whether a number counts seconds, days or rows.

Mend: write the named cells as the others, best as ISO 8601 has it: 2021-04-03T14:00:00Z.

Source: ISO 8601; the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.timed import timed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.time_cells import OTHER, TimeCells
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(told: TimeCells) -> Finding:
    """Name the cells that are no times."""
    none = bool(told.forms) and told.forms[0].form == OTHER
    if not told.astray and not none:
        what = "numbers" if told.typed == "numbers" else "times"
        return passed(f"all {told.full:,} cells of `{told.field}` are {what}" + (f"; {told.missing:,} are missing" if told.missing else ""))
    if none:
        return _no_times(told)
    mixed = any(w.form != OTHER for w in told.forms[1:])
    how = f"in another form than most ({_shown(told.forms[0].form)})" if mixed else "no times"
    read = "the field is read as words, not as times" if told.typed == "words" else "they are read as missing"
    return warned(
        f"{told.astray:,} of {told.full:,} cells of `{told.field}`, named for the time, are {'written ' if mixed else ''}{how}: {', '.join(f'`{v[:40]}`' for v in told.values[:3])}; {read}",
        expected="a time in every cell, in one form",
        observed=Observed(value=float(told.astray), unit="cells", n=told.full),
        component="data",
        where=(told.field,),
        items=told.items,
        effect="rows are sorted and divided as if they had no time, or in the order of words",
        remedies=("write these cells as the others are written, with their zone where the others tell theirs", "look which file or system wrote them: its clock may be another too"),
        figure=Table(title=f"How `{told.field}` is written", columns=("form", "cells", "for example"), rows=tuple((_shown(w.form), w.cells, w.example[:40]) for w in told.forms)) if told.forms else None,
    )  # fmt: skip


def _no_times(told: TimeCells) -> Finding:
    return unsure(
        f"`{told.field}` is named for the time, and none of its forms is known as one: {', '.join(f'`{w.example[:40]}`' for w in told.forms[:3])}",
        expected="times, or numbers that count them",
        observed=Observed(value=float(told.full), unit="cells", n=told.full),
        component="data",
        where=(told.field,),
        effect="rows are sorted as words are; steps and gaps are not looked at",
        remedies=("do these words sort as the times do? If not, write them as 2021-04-03 or as numbers", "name another field with --time"),
    )


def _shown(form: str) -> str:
    """2021-04-03 for %Y-%m-%d."""
    for sign, digits in (("%Y", "2021"), ("%y", "21"), ("%m", "04"), ("%b", "Apr"), ("%d", "03"), ("%H", "14"), ("%I", "02"), ("%M", "05"), ("%S", "06"), ("%.f", ".7"), ("%p", "PM")):
        form = form.replace(sign, digits)
    return form


def one_office_writes_otherwise(collection: Collection) -> Collection:
    """A third of the hours come from a system that writes the month in front and no seconds."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = [f"{t[5:7]}/{t[8:10]}/{t[:4]} {t[11:16]}" if 300 <= i < 600 else t for i, t in enumerate(columns["taken"])]
        return columns

    return timed(collection, change)


def some_are_words(collection: Collection) -> Collection:
    """A few cells say what was not known."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = ["not logged" if i % 100 == 7 else t for i, t in enumerate(columns["taken"])]
        return columns

    return timed(collection, change)


def some_are_missing(collection: Collection) -> Collection:
    """Gaps are gaps, and one form throughout."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = ["" if i % 100 == 7 else f"{t[8:10]}.{t[5:7]}.{t[:4]} {t[11:]}" for i, t in enumerate(columns["taken"])]
        return columns

    return timed(collection, change)


CHECK = Check(
    code="DAT560", name="unread-times", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=one_office_writes_otherwise), Case(toy="people", plant=some_are_words)),
    lookalikes=(Case(toy="people", plant=some_are_missing),),
)  # fmt: skip
