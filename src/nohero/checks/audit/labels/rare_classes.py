"""What it asks: has every class enough items, and is none so common that accuracy says nothing?

Why it matters: a class of one item is in one part of a split alone; where one class is nineteen in twenty, a constant has an accuracy of 95 %.

How it is measured: the items of each class of the label.

When it is right to fail: never more than a warning: the world may be so.

What it cannot see: classes within a class.

Mend: gather more of the rare class, join it with another, or leave it out; report balanced accuracy or F1 beside accuracy.

Source: the recipe, the data ("look for data imbalances and biases").
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

LEAST = 10  # items: a part of a tenth has one
COMMON = 0.95  # of the labels


def judge(profile: Profile) -> Finding:
    """Classes too small to be divided, then one that is nearly all."""
    if not profile.classes or profile.kind == "picture":
        return skipped("no label of classes" if not profile.classes else "asked of pictures by checks of their own")
    total = sum(count for _, count in profile.classes)
    rare = [(name, count) for name, count in profile.classes if count < LEAST]
    (most, size), share = profile.classes[0], profile.classes[0][1] / total
    if rare and len(rare) <= len(profile.classes) / 2:
        return warned(
            f"{len(rare)} of {len(profile.classes)} classes have fewer than {LEAST} items: {', '.join(f'`{n}` ({c})' for n, c in rare[:6])}",
            expected=f"{LEAST} items of every class, so that each part of a split has some",
            observed=Observed(value=float(rare[-1][1]), unit="items in the rarest class", n=total),
            component="data", where=tuple(name for name, _ in rare),
            remedies=("gather more items of these classes, join them with others, or leave them out and say so",),
        )  # fmt: skip
    if share >= COMMON:
        return warned(
            f"`{most}` is {share:.1%} of the labels ({size:,} of {total:,}): a constant has that accuracy",
            expected="a score that a constant does not reach", observed=Observed(value=share, unit="share of the commonest class", n=total), component="data", where=(most,),
            remedies=("report balanced accuracy, F1 or average precision beside accuracy, and compare with the constant", "split by class, so that each part has some of the rare one"),
        )  # fmt: skip
    return passed(f"{len(profile.classes)} classes, from {profile.classes[-1][1]:,} to {size:,} items")


def three_of_a_kind(collection: Collection) -> Collection:
    """A class of three."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"][5:8] = ["perhaps"] * 3
        return columns

    return recelled(collection, change)


def nearly_all(collection: Collection) -> Collection:
    """Forty in forty-one did not return."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = ["yes" if i % 41 == 0 else "no" for i in range(len(columns["returned"]))]
        return columns

    return recelled(collection, change)


def one_in_ten(collection: Collection) -> Collection:
    """One in ten returned."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = ["yes" if i % 10 == 0 else "no" for i in range(len(columns["returned"]))]
        return columns

    return recelled(collection, change)


def visits_to_be_told(collection: Collection) -> Collection:
    """The label counts visits: many are rare, and none is a class."""
    return recelled(collection, lambda columns: columns, label="visits")


CHECK = Check(
    code="DAT532", name="rare-classes", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=three_of_a_kind), Case(toy="people", plant=nearly_all)),
    lookalikes=(Case(toy="people", plant=one_in_ten), Case(toy="people", plant=visits_to_be_told)),
    said_by=("DAT130",),
)  # fmt: skip
