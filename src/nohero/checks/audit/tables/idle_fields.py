"""What it asks: does every field say something?

Why it matters: a field of one value, or of none, costs parameters and hides that something was lost on the way.

How it is measured: the different values of each field.

When it is right to fail: never more than a warning.

What it cannot see: fields that say nothing of the label.

Mend: leave the field out, or find out where its values went.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.profile import Profile
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(profile: Profile) -> Finding:
    """Fields of one value or of none."""
    if profile.kind != "row":
        return skipped("the items are no rows of a table")
    found = [f for f in profile.fields if f.kind in ("constant", "empty")]
    if not found:
        return passed(f"each of {len(profile.fields)} fields takes several values")
    return warned(
        f"{len(found)} of {len(profile.fields)} fields say nothing: {', '.join(f'`{f.name}` ({f.why})' for f in found[:5])}",
        expected="fields that take several values",
        observed=Observed(value=float(len(found)), unit="fields", n=len(profile.fields)),
        component="data",
        where=tuple(f.name for f in found),
        remedies=("leave these fields out, or find out where their values went",),
    )


def one_town(collection: Collection) -> Collection:
    """Everybody is of one town."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"] = ["Cork"] * len(columns["town"])
        return columns

    return recelled(collection, change)


def nothing_at_all(collection: Collection) -> Collection:
    """A field is empty."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["trade"] = [""] * len(columns["trade"])
        return columns

    return recelled(collection, change)


def nearly_one_town(collection: Collection) -> Collection:
    """Nearly everybody is of one town."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"] = ["Cork" if i % 40 else c for i, c in enumerate(columns["town"])]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT520", name="idle-fields", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=one_town), Case(toy="people", plant=nothing_at_all)),
    lookalikes=(Case(toy="people", plant=nearly_one_town),),
    said_by=("DAT160",),
)  # fmt: skip
