"""What it asks: does a group (a patient, a customer, an article) stand in several parts?

Why it matters: a model knows again what it was trained on; its score on other rows of a known patient says little about a new one.

How it is measured: the field that was named as the group is counted over the parts. Where none was named, fields are looked at that are plainly keys: of twenty values or more with several rows
each, where three other fields never change within a value and, if they are numbers, do not go smoothly with it (the volume of a ball goes with its area), or where the rows' own names begin with it.

When it is right to fail: where the group was named, a hundredth of the other parts' rows; fewer warn. Where it was not, it is left open: what is to be foretold for new ones decides.

What it cannot see: groups that no field names.

Mend: divide by group.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.group_parts import GroupParts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.group_parts import Spread
    from nohero.sources.collection import Collection

MUCH = 0.01  # of the other parts' rows, as for rows that stand in two parts
OPEN = 0.2  # the same, where nobody named the group: a few rows are the business of repeated keys


def judge(told: GroupParts) -> Finding:
    """The field of which most rows of later parts have a group of an earlier one."""
    worst = max(told.spreads, key=lambda s: (len(s.rows), s.groups), default=None)
    if worst is None:
        return passed("no field is plainly the key of things with several rows; --group names one")
    share = len(worst.rows) / max(1, worst.outside)
    sample = f", in a sample of {told.sample:,} rows" if told.sample else ""
    counted = f"{worst.num_across:,} of {worst.groups:,} groups of `{worst.field}` stand in several of {' and '.join(told.parts)}{sample}"
    if not worst.rows or (not worst.declared and share < OPEN):
        return passed(f"each of {worst.groups:,} groups of `{worst.field}` stands in one part{sample}" if not worst.rows else counted)
    say = unsure if not worst.declared else failed if share >= MUCH else warned
    return say(
        f"{counted}: {len(worst.rows):,} of {worst.outside:,} rows outside {told.parts[0]} are of a group that an earlier part has" + (f"; {worst.why}" if worst.why else ""),
        expected="each group in one part" if worst.declared else f"each value of `{worst.field}` in one part, if new ones are to be foretold",
        observed=Observed(value=share, unit="of the other parts' rows", n=worst.outside),
        component="data",
        where=(worst.field,),
        items=tuple(told.items[i] for i in worst.rows),
        effect="the score tells how well known groups are told, not new ones",
        remedies=_remedies(worst),
        figure=Table(title=f"Groups of `{worst.field}` in several parts", columns=("group", "rows by part"), rows=tuple((g, ", ".join(f"{p}: {n:,}" for p, n in counts)) for g, counts in worst.across)),
    )  # fmt: skip


def _remedies(worst: Spread) -> tuple[str, ...]:
    if worst.declared:
        return ("divide by group: all rows of one into one part", f"else drop the rows of shared groups from the evaluated part, and say for how many groups of `{worst.field}` the score speaks")
    return (f"if the model is to serve new values of `{worst.field}`, divide by it, and say so (--group {worst.field})", "if it serves the known ones, the division may stay")


def _visits(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """A third as many people, each with three rows; age, town and trade are theirs."""
    n = len(columns["age"])
    columns["person"] = [f"P{i // 3:03}" for i in range(n)]
    for name in ("age", "town", "trade"):
        columns[name] = [columns[name][i - i % 3] for i in range(n)]
    return columns


def divided_by_visit(collection: Collection) -> Collection:
    """Visits of one person lie in both parts, and the person is named as the group."""
    return recelled(collection, lambda c: {**_visits(c), "part": ["test" if i % 4 == 0 else "train" for i in range(len(c["age"]))]}, split="part").with_(group="person")


def a_few_people_twice(collection: Collection) -> Collection:
    """Three people of sixty in test are in training too."""
    return recelled(collection, lambda c: {**_visits(c), "part": ["test" if (i % 9 < 3 and i >= 9) or i in (3, 30, 60) else "train" for i in range(len(c["age"]))]}, split="part").with_(group="person")


def divided_by_person(collection: Collection) -> Collection:
    """Each person lies in one part."""
    return recelled(collection, lambda c: {**_visits(c), "part": ["test" if i % 12 < 3 else "train" for i in range(len(c["age"]))]}, split="part").with_(group="person")


def towns_in_both(collection: Collection) -> Collection:
    """A random division of forty shops with a town each, and none named as the group: shops are classes, not things to be foretold."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        columns["shop"] = [f"shop {(i * 7) % 40}" for i in range(n)]
        columns["town"] = [columns["town"][(i * 7) % 40] for i in range(n)]
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(n)]
        return columns

    return recelled(collection, change, split="part")


def areas_in_both(collection: Collection) -> Collection:
    """A whole number that was measured, and what is reckoned from it."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        area = [100 + (i * 7919) % 300 for i in range(n)]
        columns |= {"area": [str(a) for a in area], "edge": [f"{a**0.5:.3f}" for a in area], "volume": [f"{a**1.5:.2f}" for a in area], "level": [f"{50 - a / 9:.2f}" for a in area]}
        columns["part"] = ["test" if i % 7 < 2 else "train" for i in range(n)]
        return columns

    return recelled(collection, change, split="part")


CHECK = Check(
    code="DAT554", name="groups-across-parts", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="people", plant=divided_by_visit), Case(toy="people", plant=a_few_people_twice)),
    lookalikes=(Case(toy="people", plant=divided_by_person), Case(toy="people", plant=towns_in_both), Case(toy="people", plant=areas_in_both)),
    closes=True,
)  # fmt: skip
