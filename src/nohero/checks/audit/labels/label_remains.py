"""What it asks: is a field blank because of the label, or a mean of the label over a few rows?

Why it matters: a field that was purged or filled in after the outcome tells it by its blanks; a category that was replaced by the label's
mean over its rows tells each row its own label, where a category has few. Neither is there for a row whose label is not yet known.

How it is measured: the share of blanks in one class and in the others; for each field of numbers, whether each value is the mean of the
label over the rows that have it.

When it is right to fail: blanks that tell a class with nine tenths, classes counted alike, warn where all other fields tell it no
better than four fifths, or leave four times as much open; else something else explains them. A mean warns up to 50 rows a cell.

What it cannot see: a mean that leaves each row's own label out, as it should; blanks that tell a class half.

Mend: leave the field out, or make the mean anew within each fold of training.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.label_remains import LabelRemains
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.label_remains import Blank
    from nohero.sources.collection import Collection

EXPLAINED = 0.8  # balanced accuracy of all other fields: from here on they may explain the blanks, as sex explains a field about births
OTHERS = 4.0  # times what the blanks leave open is left by all other fields: then these do not explain them either
CELL = 50  # rows of a cell: in a mean of more the own label weighs less than a fiftieth


def judge(found: LabelRemains) -> Finding:
    """Blanks that nothing explains, and means of small cells."""
    blanks = [b for b in found.blanks if b.by_others < EXPLAINED or OTHERS * _left_open(b) <= 1 - b.by_others]
    means = [m for m in found.means if m.rows <= CELL]
    if not blanks and not means:
        explained = f"; `{found.blanks[0].field}` is blank where other fields tell it too" if found.blanks else ""
        return passed(f"no field is blank because of `{found.label}`, or its mean over a few rows{explained}")
    said = [
        *(f"`{b.field}` is blank in {b.there:.0%} of the rows whose `{found.label}` is {b.label} and in {b.elsewhere:.0%} of the others" for b in blanks[:2]),
        *(f"each of {m.values:,} values of `{m.field}` is the mean of `{found.label}` over the rows that have it (cells of about {m.rows:.0f} rows)" for m in means[:2]),
    ]
    fields = [*(b.field for b in blanks), *(m.field for m in means)]
    return warned(
        "; ".join(said),
        expected="fields that are written down without a look at the label",
        observed=Observed(value=float(len(fields)), unit="fields", n=found.n),
        component="data",
        where=tuple(dict.fromkeys(fields)),
        level=Level.MEASURED if means else Level.HEURISTIC,
        effect="the score would be too good, and fall where the label is not yet known",
        remedies=(f"leave `{fields[0]}` out, unless it is so before `{found.label}` is known", *(("or make the mean anew within each fold, by the other rows",) if means else ())),
    )


def _left_open(blank: Blank) -> float:
    """Of what the blanks alone tell of the class, counted alike with the others."""
    return (1 - abs(blank.there - blank.elsewhere)) / 2


def purged(collection: Collection) -> Collection:
    """A field was purged for those who returned, but for a few."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["visits"] = ["" if (c == "yes") != (i % 25 == 0) else str(1 + i * 7 % 9) for i, c in enumerate(columns["returned"])]
        return columns

    return recelled(collection, change)


def mean_of_the_label(collection: Collection) -> Collection:
    """Each row has the share of those who returned among the rows of its small cell."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        cells: dict[int, list[int]] = {}
        for i, c in enumerate(columns["returned"]):
            cells.setdefault(i * 31 % 97, []).append(int(c == "yes"))
        columns["segment"] = [f"{sum(of) / len(of):.5f}" for i in range(len(columns["returned"])) for of in [cells[i * 31 % 97]]]
        return columns

    return recelled(collection, change)


def blank_by_group(collection: Collection) -> Collection:
    """A field that is asked of the older only, and blank in half of either class."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["pension"] = ["" if int(a) < 50 else str(500 + i * 13 % 700) for i, a in enumerate(columns["age"])]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT535", name="label-remains", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="people", plant=purged), Case(toy="people", plant=mean_of_the_label)), lookalikes=(Case(toy="people", plant=blank_by_group),),
)  # fmt: skip
