"""What it asks: has every item a label, and is there more than one?

Why it matters: an item without a label is passed over without a word. Where a class is called NA, all its items are, and the class is gone.

How it is measured: the label's cells that are read as missing, as they are written; the different labels. Parts that have no label at all are left aside: such a part is there to be
predicted. Beside three classes or more that are numbered without a gap, a rare -1, -100, 255 or 65535 is no class.

When it is right to fail: never more than a warning. Empty cells may be items that nobody has labelled yet, and are left open.

What it cannot see: a label that stands for "not known" and is spelt like a class.

Mend: give the class another name, such as `no damage`; leave out what has no label and say so.

Source: the recipe, the data ("become one with the data"); readers of tables take NA for missing (pandas.read_csv, na_values).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.label_gaps import LabelGaps
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(gaps: LabelGaps) -> Finding:
    """One label alone, then words that are read as missing, then empty cells."""
    missing = sum(count for _, count in gaps.marks)
    words = [(mark, count) for mark, count in gaps.marks if mark]
    observed = Observed(value=float(missing), unit="items without a label", n=gaps.n)
    told = ", ".join(f"`{mark}` ({count:,})" if mark else f"nothing ({count:,})" for mark, count in gaps.marks[:5])
    if gaps.constant:
        return warned(
            f"every label of `{gaps.label}` is `{gaps.constant}`" + (f", or missing: {told}" if missing else "") + ": there is nothing to predict",
            expected="two labels at least", observed=Observed(value=1.0, unit="label", n=gaps.n), component="data", where=(gaps.label,), items=gaps.items,
            remedies=("name another field as the label, or look where the items of the other labels are",),
        )  # fmt: skip
    if gaps.void and not words:
        numbers = ", ".join(f"{value} ({count:,})" for value, count in gaps.void)
        return warned(
            f"{len(gaps.void_items):,} of {gaps.n:,} labels of `{gaps.label}` are numbers that stand for no class: {numbers}",
            expected="classes that are numbered without a gap", observed=Observed(value=float(len(gaps.void_items)), unit="labels that are no class", n=gaps.n),
            component="data", where=(gaps.label,), items=gaps.void_items, effect="a loss stops at such a label, or learns it as a class of its own",
            remedies=("label these items, or leave them out and say so", "where they are meant to be passed over, tell the loss (`ignore_index`) and the score"),
        )  # fmt: skip
    if not missing:
        return passed(f"all {gaps.n:,} items have a label" + (f"; {', '.join(gaps.bare)} {'has' if len(gaps.bare) == 1 else 'have'} none at all" if gaps.bare else ""))
    return (warned if words else unsure)(
        f"{missing:,} of {gaps.n:,} items have no label in `{gaps.label}`: there stands {told}",
        expected="a label for every item",
        observed=observed,
        component="data",
        where=(gaps.label,),
        items=gaps.items,
        effect="they are passed over in training and in every score",
        remedies=(
            *((f"if `{words[0][0]}` is a class, give it a name that readers do not take for missing",) if words else ()),
            "look at them: label them, or leave them out and say so",
        ),
    )


def a_class_called_na(collection: Collection) -> Collection:
    """Those who did not return are NA."""
    return _others(collection, "NA")


def a_class_called_none(collection: Collection) -> Collection:
    """Those who did not return are "none", which is a word among words."""
    return _others(collection, "none")


def _others(collection: Collection, name: str) -> Collection:
    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = [("early", "late")[i % 2] if c == "yes" else name for i, c in enumerate(columns["returned"])]
        return columns

    return recelled(collection, change)


def all_alike(collection: Collection) -> Collection:
    """All have returned."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = ["yes"] * len(columns["returned"])
        return columns

    return recelled(collection, change)


def some_are_void(collection: Collection) -> Collection:
    """Four classes by number, and seven items with -1."""
    import polars as pl

    numbers = [-1 if i % 130 == 7 else i % 4 for i in range(len(collection))]
    return collection.with_(frame=collection.frame.with_columns(pl.Series("returned", numbers)), cells=None, label="returned")


def a_test_part_to_be_predicted(collection: Collection) -> Collection:
    """The test part has no labels."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        columns["returned"] = ["" if p == "test" else c for c, p in zip(columns["returned"], columns["part"], strict=True)]
        return columns

    return recelled(collection, change, split="part")


def some_not_labelled_yet(collection: Collection) -> Collection:
    """Every tenth item waits for its label."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = ["" if i % 10 == 0 else c for i, c in enumerate(columns["returned"])]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT533", name="missing-labels", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=a_class_called_na), Case(toy="people", plant=all_alike), Case(toy="people", plant=some_are_void)),
    lookalikes=(Case(toy="people", plant=a_class_called_none), Case(toy="people", plant=a_test_part_to_be_predicted), Case(toy="people", plant=some_not_labelled_yet)),
    said_by=("DAT120",),
)  # fmt: skip
