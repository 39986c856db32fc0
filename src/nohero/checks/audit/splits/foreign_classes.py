"""What it asks: do all parts have the same classes?

Why it matters: a class that training never saw is always wrong; a label that is spelt otherwise in one part makes four classes of two.

How it is measured: the different labels of each part.

When it is right to fail: a later part has labels that the first has not, and is labelled at all.

What it cannot see: labels that mean something else in one part.

Mend: spell labels alike; split by class.

Source: the recipe, the data; adult, whose test labels end in a full stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.profile import Profile
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection


def judge(profile: Profile) -> Finding:
    """Labels of later parts that the first has not; then such as only the first has."""
    if len(profile.part_classes) < 2 or profile.kind == "picture":
        return skipped("no parts with a label of classes, or of pictures, which a check of their own asks")
    (first, known), *others = profile.part_classes
    foreign = [(part, tuple(c for c in classes if c not in known)) for part, classes in others]
    foreign = [(part, classes) for part, classes in foreign if classes]
    if foreign:
        part, classes = foreign[0]
        return failed(
            f"{len(classes)} labels of {part} {_come(classes)} in {first}: {', '.join(f'`{c}`' for c in classes[:5])}; {first} has {', '.join(f'`{c}`' for c in known[:5])}",
            expected="the same classes in every part",
            observed=Observed(value=float(len(classes)), unit="foreign labels", n=len(known)),
            component="data",
            where=tuple(f"{part}: {c}" for part, classes in foreign for c in classes),
            effect="items of these labels are always wrong, or the number of classes is",
            remedies=("spell the labels alike in all parts (case, blanks, full stops)", "if the classes are real, divide anew, class by class"),
        )
    absent = [(part, tuple(c for c in known if c not in classes)) for part, classes in others if classes]
    absent = [(part, classes) for part, classes in absent if classes]
    if absent:
        part, classes = absent[0]
        return warned(
            f"{len(classes)} of {len(known)} classes of {first} {_come(classes)} in {part}: {', '.join(f'`{c}`' for c in classes[:5])}",
            expected="the same classes in every part", observed=Observed(value=float(len(classes)), unit="absent classes", n=len(known)), component="data",
            where=tuple(f"{part}: {c}" for part, classes in absent for c in classes), remedies=("divide anew, class by class",),
        )  # fmt: skip
    return passed(f"all parts have the same {len(known)} classes")


def _come(classes: Sequence[str]) -> str:
    return "never comes" if len(classes) == 1 else "never come"


def a_full_stop_in_test(collection: Collection) -> Collection:
    """Test labels end in a full stop."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        columns["returned"] = [c + "." * (p == "test") for c, p in zip(columns["returned"], columns["part"], strict=True)]
        return columns

    return recelled(collection, change, split="part")


def plainly_divided(collection: Collection) -> Collection:
    """A random division."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change, split="part")


def visits_to_be_told(collection: Collection) -> Collection:
    """The label counts visits, and the most by far stand in one part."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 and int(v) < 7 else "train" for i, v in enumerate(columns["visits"])]
        return columns

    return recelled(collection, change, label="visits", split="part")


def unlabelled_test(collection: Collection) -> Collection:
    """The test part has no labels."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        columns["returned"] = ["" if p == "test" else c for c, p in zip(columns["returned"], columns["part"], strict=True)]
        return columns

    return recelled(collection, change, split="part")


CHECK = Check(
    code="DAT551", name="foreign-classes", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=a_full_stop_in_test),),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (plainly_divided, unlabelled_test, visits_to_be_told)),
    closes=True,
)  # fmt: skip
