"""What it asks: does every part, and every file, have every field?

Why it matters: a column that was renamed between two exports is read as two, each empty where the other is filled; imputed, both are
noise, and which of them is empty tells the part.

How it is measured: for each part (or file) of 20 rows or more, the fields without a single value that at least half of the other rows
have, and a field of nearly the same name that this part alone has. Where all have all, two fields that changed places in one part: numbers of which one is the
greater in 95 of 100 rows there and the lesser in as many elsewhere, each with its middle near the other's; and words, each among the other's.

When it is right to fail: one such field is a warning, and so are words that changed places; numbers that did are left open: the part may be of another kind. A test part
without labels is none.

What it cannot see: a column that kept its name and changed its meaning alone.

Mend: give the column one name in all files; a field that was not recorded everywhere is left out, or asked of these rows alone.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.part_fields import Absent, PartFields
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 30  # rows of the table


def judge(told: PartFields) -> Finding:
    """Fields that a part never has."""
    if not told.absent and told.exchanged:
        return _changed_places(told)
    if not told.absent:
        return passed(f"all {told.num_fields} fields are filled in each of {len(told.parts)} parts")
    first = next((a for a in told.absent if a.instead), told.absent[0])
    fields = dict.fromkeys(a.field for a in told.absent)
    renamed = any(a.instead for a in told.absent)
    return warned(
        f"{len(fields):,} of {told.num_fields:,} fields are missing in whole parts: {_said(first)}",
        expected="the same fields in every part",
        observed=Observed(value=float(len(fields)), unit="fields", n=told.num_fields),
        component="data",
        where=tuple(f"{a.part}: {a.field}" for a in told.absent),
        effect="where it is missing a model sees a constant, and that tells the part",
        remedies=(
            *((f"give `{first.field}` and `{first.instead}` one name",) if renamed else ()),
            "leave out fields that a part does not have, or train on the parts that have them",
        ),
        figure=Table(
            title="Fields that whole parts lack", columns=("field", "missing in", "its rows", "filled in the others", "there, instead"),
            rows=tuple((a.field, a.part, a.rows, f"{a.filled:.0%}", a.instead) for a in told.absent[:SHOWN]),
        ),
    )  # fmt: skip


def _changed_places(told: PartFields) -> Finding:
    """Words are sure; of numbers the part may be of another kind."""
    first = next((e for e in told.exchanged if e.words), told.exchanged[0])
    a, b = first.fields
    return (warned if first.words else unsure)(
        f"`{a}` and `{b}` seem to have changed places in {first.part} ({first.rows:,} rows): there they are {_pair(first.there)}, elsewhere {_pair(first.usual)}" + (f"; {len(told.exchanged) - 1:,} more pairs did" if len(told.exchanged) > 1 else ""),
        expected="each field under its own name in every part",
        observed=Observed(value=float(len(told.exchanged)), unit="pairs of fields"),
        component="data",
        where=tuple(f"{e.part}: {f}" for e in told.exchanged for f in e.fields),
        effect="a model learns each of the two from the other's values",
        remedies=(f"look at ten rows of {first.part} at its source; if the two names were exchanged, exchange them back", "if it is right, note beside the data what sets that part apart"),
        figure=Table(title="Fields that changed places", columns=("part", "fields", "there", "elsewhere"), rows=tuple((e.part, ", ".join(e.fields), ", ".join(e.there), ", ".join(e.usual)) for e in told.exchanged[:SHOWN])),
    )


def _pair(values: tuple[str, str]) -> str:
    return " and ".join(v[:40] for v in values)


def _said(one: Absent) -> str:
    return f"`{one.field}` in all {one.rows:,} rows of {one.part}" + (f", which has `{one.instead}` instead" if one.instead else f", while {one.filled:.0%} of the others have it")


def renamed(collection: Collection) -> Collection:
    """The test part calls the age otherwise."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        columns["Age_"] = [v if p == "test" else "" for v, p in zip(columns["age"], columns["part"], strict=True)]
        columns["age"] = [v if p == "train" else "" for v, p in zip(columns["age"], columns["part"], strict=True)]
        return columns

    return recelled(collection, change, split="part")


def _weather(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Temperature and dew point of three months, each warmer than the last."""
    import random

    drawn, n = random.Random(4), len(columns["age"])
    months = [("may", "june", "july")[3 * i // n] for i in range(n)]
    dew = [drawn.gauss(8 + 2 * (3 * i // n), 2) for i in range(n)]
    temperature = [d + 1 + drawn.gammavariate(4, 1.5) for d in dew]
    return {**columns, "temperature": [f"{v:.1f}" for v in temperature], "dew point": [f"{v:.1f}" for v in dew], "month": months}


def words_of_one_part(collection: Collection) -> Collection:
    """Town and trade changed places in the test part."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        both = [(b, a) if p == "test" else (a, b) for a, b, p in zip(columns["town"], columns["trade"], columns["part"], strict=True)]
        return {**columns, "town": [a for a, _ in both], "trade": [b for _, b in both]}

    return recelled(collection, change, split="part")


def months_in_order(collection: Collection) -> Collection:
    """Three months, one warmer than the other."""
    return recelled(collection, _weather, split="month")


def rooms_in_summer(collection: Collection) -> Collection:
    """Rooms are warmer than the garden in winter, and cooler in summer."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        summer = [i % 4 == 0 for i in range(len(columns["age"]))]
        room = [f"{21 + 2 * s + i * 7919 % 20 / 10:.1f}" for i, s in enumerate(summer)]
        garden = [f"{(29 if s else 3) + i * 104_729 % 50 / 10:.1f}" for i, s in enumerate(summer)]
        return {**columns, "room": room, "garden": garden, "season": ["summer" if s else "winter" for s in summer]}

    return recelled(collection, change, split="season")


def no_longer_asked(collection: Collection) -> Collection:
    """Nobody was asked for the age any more when the test part was collected."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        columns["age"] = [v if p == "train" else "" for v, p in zip(columns["age"], columns["part"], strict=True)]
        return columns

    return recelled(collection, change, split="part")


def unlabelled_and_rarely_filled(collection: Collection) -> Collection:
    """A test part without labels, and a remark that few rows have, by chance none of them in test."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        columns["returned"] = ["" if p == "test" else v for v, p in zip(columns["returned"], columns["part"], strict=True)]
        columns["remark"] = [f"rang at {i} o'clock" if i % 40 == 1 else "" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change, split="part")


CHECK = Check(
    code="DAT553", name="parted-fields", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=renamed), Case(toy="people", plant=no_longer_asked), Case(toy="people", plant=words_of_one_part)),
    lookalikes=(Case(toy="people", plant=unlabelled_and_rarely_filled), Case(toy="people", plant=months_in_order), Case(toy="people", plant=rooms_in_summer)),
)  # fmt: skip
