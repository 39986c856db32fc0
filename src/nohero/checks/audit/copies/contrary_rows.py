"""What it asks: do equal rows carry different labels?

Why it matters: no model can get both right; they bound every score from above, and many of them are wrong labels.

How it is measured: rows with the same features whose labels differ, against the repeats that agree. Where such rows come by chance their labels differ no more often
than those of rows that differ in one feature alone; where they do, rows were copied and given another label.

When it is right to fail: never more than a warning, and not where the features are so few that different things must look alike, unless half as many labels again differ as do among rows that are nearly equal.
Of one field that tells nearly all rows apart they are left open: a word may be one of two languages.

What it cannot see: rows that are nearly equal.

Mend: look at the pairs; settle the label, or keep both as soft labels.

Source: the recipe, the data ("corrupted labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.row_copies import RowCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

CHANCE = 3.0  # times the repeats of features that chance brings
FEW = 0.002  # of the rows: adult has 30 in 48,842
BEYOND, TIMES = 4.0, 1.5  # deviations by which labels of equal rows differ more often than those of nearly equal ones, and times; of untouched sets they differ less often, in phishing as often


def judge(copies: RowCopies) -> Finding:
    """Contrary rows among rows that do not repeat by chance, or more of them than chance brings."""
    more = copies.doubles is not None and copies.doubles.beyond >= BEYOND and copies.doubles.unlike >= TIMES * copies.doubles.expected
    by_chance = not more and _by_chance(copies)
    if not copies.num_contrary or (by_chance and not copies.lone):
        return passed("no two equal rows have different labels" if not copies.num_contrary else f"{copies.num_contrary:,} rows of equal features have different labels, as so few different values bring with them")
    if copies.crossed:
        return _crossed(copies)
    few = copies.num_contrary < FEW * copies.n or copies.lone
    beyond = f"; of {copies.doubles.rows:,} rows with the features of an earlier one {copies.doubles.unlike:,.0f} differ in the label from another such row, and {copies.doubles.expected:,.0f} would, did they differ as often as rows that differ in one field" if more and copies.doubles is not None else ""
    return (unsure if few else warned)(
        f"{copies.num_contrary:,} of {copies.n:,} rows have the features of an earlier row, but another label{beyond}",
        expected="one label for equal rows",
        observed=Observed(value=float(copies.num_contrary), unit="contrary rows", n=copies.n),
        component="data",
        where=tuple(f"{a}: {x}, {b}: {y}" for a, x, b, y in copies.contrary_pairs[:5]),
        items=tuple(copies.items[i] for i in copies.contrary),
        effect="no model can get both right",
        remedies=("settle the label of these pairs by hand, or keep both as a soft label",),
        figure=Table(title="Equal rows with different labels", columns=("row", "label", "other row", "its label"), rows=copies.contrary_pairs),
    )


def _crossed(copies: RowCopies) -> Finding:
    """A table by design."""
    keys = ", ".join(f"`{name}`" for name in copies.crossed)
    return unsure(
        f"{copies.num_contrary:,} of {copies.n:,} rows have the features of an earlier row, but another label, and {keys} with the label names each row: the table seems to have a row for each label",
        expected="one label for equal rows",
        observed=Observed(value=float(copies.num_contrary), unit="contrary rows", n=copies.n),
        component="data",
        where=copies.crossed,
        items=tuple(copies.items[i] for i in copies.contrary),
        effect="where the label is one of the table's keys, it cannot be told from the other fields",
        remedies=("ask what a row is: if it is a thing with one of its labels, give the table one row a thing before training", "if it is not, settle the label of these pairs by hand"),
    )


def _by_chance(copies: RowCopies) -> bool:
    return copies.chance.apart > 1 or copies.chance_of_features.apart > copies.num_contrary / CHANCE


def answered_twice(collection: Collection) -> Collection:
    """Twenty rows again, with the other label."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        again = {name: cells[200:220] for name, cells in columns.items()}
        again["returned"] = ["no" if c == "yes" else "yes" for c in again["returned"]]
        return {name: cells + again[name] for name, cells in columns.items()}

    return recelled(collection, change)


def few_features(collection: Collection) -> Collection:
    """Nothing but town and label."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = {name: columns[name] for name in ("town", "returned")}
        return columns

    return recelled(collection, change)


def a_number_told_by_few_features(collection: Collection) -> Collection:
    """Few features that few values have, and a number to be told: rows of equal features come by themselves, with other numbers."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        few = {name: columns[name] for name in ("town", "trade", "visits")}
        return {**few, "income": columns["income"]}

    return recelled(collection, change, label="income")


CHECK = Check(
    code="DAT541", name="contrary-rows", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=answered_twice),),
    lookalikes=(Case(toy="people", plant=few_features), Case(toy="people", plant=a_number_told_by_few_features)),
    under=("DAT704",),  # of a table of texts both say it
    said_by=("DAT140",),
)  # fmt: skip
