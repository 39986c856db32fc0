"""What it asks: does every part, and every file, have every field?

Why it matters: a column that was renamed between two exports is read as two, each empty where the other is filled; imputed, both are
noise, and which of them is empty tells the part.

How it is measured: for each part (or file) of 20 rows or more, the fields without a single value that at least half of the other rows
have, and a field of nearly the same name that this part alone has.

When it is right to fail: one such field is a warning. A test part without labels is none.

What it cannot see: a column that kept its name and changed its meaning.

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
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 30  # rows of the table


def judge(told: PartFields) -> Finding:
    """Fields that a part never has."""
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
    sabotages=(Case(toy="people", plant=renamed), Case(toy="people", plant=no_longer_asked)), lookalikes=(Case(toy="people", plant=unlabelled_and_rarely_filled),),
)  # fmt: skip
