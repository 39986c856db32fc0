"""What it asks: does a field merely number or name the items?

Why it matters: a network can learn each item by its number; a number that follows the order of collection leaks time.

How it is measured: whole numbers, each once and with few gaps; strings of which each comes once and that are no text. What was given as time, group or split, and numbers that are years, are none.
Where nothing else is there to tell the label by, strings are what the items are, and so they are in a table of names alone that has no label.

When it is right to fail: never more than a warning.

What it cannot see: numbers with many gaps.

Mend: leave the field out; keep it to name the items, or as a group.

Source: the recipe, the data; Titanic's PassengerId.
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


NAMES, MOSTLY = 3, 0.5  # fields of names, and different values to a row of all others: then names are what the table holds
YEARS = (1700, 2100)  # numbers that may be years of the calendar: series reach back to about 1700 (sunspots)


def judge(profile: Profile) -> Finding:
    """Name the fields."""
    if profile.kind != "row":
        return skipped("the items are no rows of a table")
    found = [f for f in profile.fields if f.kind == "identifier" and f.name not in (*profile.roles, *profile.derived)]
    years = [f.name for f in found if f.minimum is not None and f.maximum is not None and YEARS[0] <= f.minimum and f.maximum <= YEARS[1]]
    found = [f for f in found if f.name not in years]
    inputs = [f for f in profile.fields if f.name not in (profile.label, *profile.roles) and f.kind not in ("constant", "empty")]
    if found and profile.label and len(found) == len(inputs) and all(f.minimum is None for f in found):
        return passed(f"{', '.join(f'`{f.name}`' for f in found[:5])} {'names' if len(found) == 1 else 'name'} the items, and there is no other field to tell anything by")
    if not profile.label and len(found) >= NAMES and all(f.minimum is None and f.num_distinct >= MOSTLY * f.num_rows for f in inputs):
        return passed(f"{', '.join(f'`{f.name}`' for f in found[:5])} name the items, as all fields do: a list of names, such as words and their translations")
    if not found:
        return passed(f"none of {len(profile.fields)} fields numbers or names the items" + (f"; `{years[0]}` numbers them as years do: a time (--time)" if years else ""))
    return warned(
        f"{', '.join(f'`{f.name}`' for f in found[:5])} {'names' if len(found) == 1 else 'name'} the items and {'says' if len(found) == 1 else 'say'} nothing of them: {found[0].why}",
        expected="features that other items may share",
        observed=Observed(value=float(len(found)), unit="fields", n=len(profile.fields)),
        component="data",
        where=tuple(f.name for f in found),
        remedies=("leave these fields out of the features", "where several items share one, use it as the group of the split (--group)"),
    )


def numbered(collection: Collection) -> Collection:
    """Rows are numbered."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["number"] = [str(i + 1) for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def a_key(collection: Collection) -> Collection:
    """Each row has a key."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["key"] = [f"k{i * 7919 % 100_003:06d}" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def years(collection: Collection) -> Collection:
    """One row a year, of some hundred years."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        kept = {name: cells[:200] for name, cells in columns.items()}
        return {"year": [str(1824 + i) for i in range(200)], **kept}

    return recelled(collection, change)


def words(collection: Collection) -> Collection:
    """A word each, and its label."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        return {"word": [f"{t}{i}er" for i, t in enumerate(columns["town"])], "returned": columns["returned"]}

    return recelled(collection, change)


def dictionary(collection: Collection) -> Collection:
    """A word in three languages."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        return {name: [f"{t}{end}{i}" for i, t in enumerate(columns["town"])] for name, end in (("en", "er"), ("de", "ung"), ("fr", "eau"))}

    return recelled(collection, change, label="")


def a_group(collection: Collection) -> Collection:
    """A name for each row, given as the group."""
    return a_key(collection).with_(group="key")


def shared_postcodes(collection: Collection) -> Collection:
    """Five-digit codes that people share."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["code"] = [str(10_000 + i * 31 % 400) for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT522", name="identifier-fields", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=numbered), Case(toy="people", plant=a_key)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (shared_postcodes, years, words, dictionary, a_group)),
    said_by=("DAT150",),
)  # fmt: skip
