"""What it asks: is every class marked often enough to be learnt and measured?

Why it matters: a class with a handful of examples is not learnt, and its score is a matter of one picture more or less.

How it is measured: boxes and pictures of each class; for masks, the pictures that hold a value. Masks that number their things from 1 have no classes.

When it is right to fail: it warns of classes in fewer than ten pictures; of ten times as many boxes of one class as of another it is unsure, as the world may be so.

What it cannot see: variety within a class.

Mend: collect more of the rare classes, or leave them out and say so.

Source: the recipe, the data ("data imbalances and biases").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_classes import MarkClasses
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEWEST = 10  # pictures: with 70/20/10 one for the test, two for the validation
TIMES = 10.0  # boxes of the commonest class for one of the rarest; a detector that never says the rarest then loses nothing to be seen


def judge(classes: MarkClasses) -> Finding:
    """Few, then unequal."""
    few = [c for c in classes.classes if c.pictures < min(FEWEST, classes.pictures)]
    most, least = classes.classes[0], min(classes.classes, key=lambda c: c.marks)
    unequal = classes.unit == "boxes" and most.marks >= TIMES * least.marks
    if not few and not unequal:
        return passed(f"{len(classes.classes)} classes, the rarest with {least.marks:,} {classes.unit} in {least.pictures:,} pictures")
    rare = few or [least]
    words = f"{len(few)} of {len(classes.classes)} classes are marked in fewer than {FEWEST} pictures: " + ", ".join(f"`{c.name}` ({c.pictures:,})" for c in few[:5]) if few else ""
    words += "; " if few and unequal else ""
    words += f"`{most.name}` has {most.marks:,} boxes ({most.share:.0%} of all), `{least.name}` {least.marks:,}" if unequal else ""
    return (warned if few else unsure)(
        words,
        expected=f"at least {FEWEST} pictures a class",
        observed=Observed(value=float(min(c.pictures for c in rare)), unit="pictures", n=classes.pictures),
        component="data",
        where=tuple(f"class `{c.name}`" for c in rare[:5]),
        items=tuple(name for c in rare[:20] for name in c.items),
        effect="what is rare is not learnt, and its score is a matter of luck",
        remedies=("collect more pictures of these classes, or leave them out and say so", "report the score of each class beside the mean", "draw pictures with rare classes more often, in training alone"),
        figure=Bars(title="Marks a class", value_label=classes.unit, bars=tuple(Bar(label=c.name, value=c.marks, role="bad" if c in rare else "plain") for c in classes.classes[:20])),
    )


def a_class_of_four_pictures(collection: Collection) -> Collection:
    """A third class with four boxes."""

    def change(told: dict[str, Any]) -> None:
        told["categories"].append({"id": 3, "name": "broken"})
        for mark in told["annotations"][::60]:
            mark["category_id"] = 3

    return reannotated(collection, change)


def a_class_three_times_as_common(collection: Collection) -> Collection:
    """A third of the dark cells are pale."""

    def change(told: dict[str, Any]) -> None:
        for number, mark in enumerate(told["annotations"]):
            mark["category_id"] = 1 if number % 4 else 2

    return reannotated(collection, change)


CHECK = Check(
    code="DAT811", name="scarce-marked-classes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=a_class_of_four_pictures),),
    lookalikes=(Case(toy="cells", plant=a_class_three_times_as_common),),
)  # fmt: skip
