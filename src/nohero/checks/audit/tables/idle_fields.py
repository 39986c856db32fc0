"""What it asks: does every field say something?

Why it matters: a field of one value, or of none, costs parameters and hides that something was lost on the way.

How it is measured: the different values of each field.

When it is right to fail: never more than a warning. A field of one value that is missing in a good part of the rows is left open: what stands for
"missing" may be its other value, as in a box that is ticked or not.

What it cannot see: fields that say nothing of the label.

Mend: leave the field out, or find out where its values went.

Source: the recipe, the data.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.profile import Profile
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.fields import Field
    from nohero.sources.collection import Collection

KEYS = 10  # idle fields of one map
LEFT_EMPTY = {"input": ("instruction", "output"), "system": ("instruction", "output")}  # fields that the form of a set may leave empty, and those beside which they do: Stanford Alpaca's
PART = 0.05  # of the rows, at least, have the value, and as many have none


def judge(profile: Profile) -> Finding:
    """Fields of one value or of none; those that have one value or nothing may say something by that."""
    if profile.kind != "row":
        return skipped("the items are no rows of a table")
    idle = [f for f in profile.fields if f.kind in ("constant", "empty") and not _is_ticked(f) and (f.name not in profile.derived or _is_dead(f)) and not _is_left_empty(f, profile)]
    ticked = [f for f in profile.fields if _is_ticked(f)]
    found = idle or ticked
    if not found:
        return passed(f"each of {len(profile.fields)} fields takes several values")
    told = f"{len(found)} of {len(profile.fields)} fields say nothing" if idle else f"{len(found)} of {len(profile.fields)} fields have one value or none at all"
    return (warned if idle else unsure)(
        f"{told}: {_named(found)}",
        expected="fields that take several values",
        observed=Observed(value=float(len(found)), unit="fields", n=len(profile.fields)),
        component="data",
        where=tuple(f.name for f in found),
        remedies=("leave these fields out, or find out where their values went",) if idle else ("look at what is written where the value is not: if that is the other value, give it a name; if not, leave the field out",),
    )


def _named(found: Sequence[Field]) -> str:
    """The first few; those of a map that was taken apart, each of whose keys hardly a row has, are told as one."""
    maps = Counter(f.name.split(".")[0] for f in found if "." in f.name)
    taken = {name for name, n in maps.items() if n >= KEYS}
    told = [f"{maps[name]} keys of `{name}`, which is a map that was taken apart" for name in maps if name in taken]
    return ", ".join([*told, *(f"`{f.name}` ({f.why})" for f in found if f.name.split(".")[0] not in taken)][:5])


def _is_left_empty(field: Field, profile: Profile) -> bool:
    """Nothing stands there in any row, as the form of the set allows."""
    beside = LEFT_EMPTY.get(field.name.casefold(), ())
    return field.kind == "empty" and bool(beside) and {f.name.casefold() for f in profile.fields} >= set(beside)


def _is_dead(field: Field) -> bool:
    """Of what is told of series: a channel that never moves in any item, or has no numbers."""
    return (field.name.endswith(" deviation") and field.maximum == 0) or (field.kind == "empty" and field.name.endswith(" mean"))


def _is_ticked(field: Field) -> bool:
    """One value, or missing: each in a good part of the rows."""
    return field.kind == "constant" and PART <= field.num_missing / max(1, field.num_rows) <= 1 - PART


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


def a_box_that_is_ticked(collection: Collection) -> Collection:
    """A field that has a word or nothing."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["member"] = ["yes" if i * 7919 % 5 < 2 else "NA" for i in range(len(columns["town"]))]
        return columns

    return recelled(collection, change)


def with_or_without(collection: Collection) -> Collection:
    """Where no belt was worn stands "none", the other value of a field of words."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["belt"] = ["belted" if i * 7919 % 5 < 2 else "none" for i in range(len(columns["town"]))]
        return columns

    return recelled(collection, change)


def nearly_one_town(collection: Collection) -> Collection:
    """Nearly everybody is of one town."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"] = ["Cork" if i % 40 else c for i, c in enumerate(columns["town"])]
        return columns

    return recelled(collection, change)


def instructions(collection: Collection) -> Collection:
    """Instructions that need no input, in a form that has a field for it."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        return {"instruction": columns["town"], "input": [""] * len(columns["town"]), "output": columns["trade"]}

    return recelled(collection, change, label="")


CHECK = Check(
    code="DAT520", name="idle-fields", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=one_town), Case(toy="people", plant=nothing_at_all)),
    lookalikes=(Case(toy="people", plant=nearly_one_town), Case(toy="people", plant=a_box_that_is_ticked), Case(toy="people", plant=with_or_without), Case(toy="people", plant=instructions)),
    said_by=("DAT160",),
)  # fmt: skip
