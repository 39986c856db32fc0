"""What it asks: do rows of one part stand in another?

Why it matters: an item that was trained on tells nothing when it is tested on.

How it is measured: hashes of all features of the rows of each part; the label is left out.

When it is right to fail: a hundredth of the evaluated part; it warns from a few on, beyond what chance brings.

What it cannot see: rows that differ by a little.

Mend: drop them from the evaluated part, and say by how much the score changes.

Source: the recipe, the data; Kapoor and Narayanan 2023 (arXiv:2207.07048).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.row_copies import RowCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

CHANCE = 3.0  # times the repeats that chance brings
MUCH, LITTLE = 0.01, 0.002  # of the evaluated part: adult's test part has 0.0016


def judge(copies: RowCopies) -> Finding:
    """The part with most rows that stand in an earlier one."""
    if not copies.parts:
        return skipped("the source is not divided into parts")
    if not copies.shared:
        return passed("no row of a part stands in another")
    one, other, rows, count = max(copies.shared, key=lambda s: s[3])
    size = dict(copies.parts)[other]
    share = count / size
    told = f"{count:,} of {size:,} rows of {other} stand in {one}, label aside"
    if copies.chance_of_features.apart > count / CHANCE:
        return passed(f"{told}; with so few different values that comes by chance")
    make = failed if share >= MUCH else warned if share >= LITTLE else unsure
    return make(
        told,
        expected="parts that share no row",
        observed=Observed(value=share, unit=f"of {other}", n=size),
        component="data",
        where=tuple(f"{a} = {b}" for a, b in copies.shared_pairs[:5]),
        items=tuple(copies.items[i] for i in rows),
        effect="the score on these rows is memory",
        remedies=(f"drop these rows from {other}, and report the score with and without them",),
        figure=Table(title="Rows in two parts", columns=("row", "equals"), rows=copies.shared_pairs),
    )


def tested_on_training_rows(collection: Collection) -> Collection:
    """Thirty test rows are rows of training."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        for name, cells in columns.items():
            if name != "part":
                cells[4:120:4] = cells[5:121:4]
        return columns

    return recelled(collection, change, split="part")


def plainly_divided(collection: Collection) -> Collection:
    """A random division."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change, split="part")


def a_number_told_by_few_features(collection: Collection) -> Collection:
    """Few features that few values have, and a number to be told: rows of equal features come by themselves, with one in each part."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        few = {name: columns[name] for name in ("town", "trade", "visits")}
        return {**few, "income": columns["income"], "part": ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]}

    return recelled(collection, change, label="income", split="part")


CHECK = Check(
    code="DAT550", name="shared-rows", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=tested_on_training_rows),),
    lookalikes=(Case(toy="people", plant=plainly_divided), Case(toy="people", plant=a_number_told_by_few_features)),
    under=("DAT703",),  # of a table of texts both say it
    said_by=("DAT210",),
    closes=True,
)  # fmt: skip
