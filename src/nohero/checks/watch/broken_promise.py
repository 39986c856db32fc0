"""What it asks: do the parts that were declared frozen, or equal, stay so?

Why it matters: a backbone that moves though it was to be frozen, and replicas that drift apart, train without a word.

How it is measured: declared parameters are compared with their start, declared pairs with each other.

When it is right to fail: any declared promise is broken in the end.

What it cannot see: what was not declared with expect=.

Mend: set requires_grad_(False) on the frozen part and leave it out of the optimizer (weight decay and momentum move it too); average the replicas' gradients.

Source: the recipe, transfer learning.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped


def judge(course: WatchedCourse) -> Finding:
    """Frozen parts that moved and pairs that parted fail."""
    broken = (*course.frozen_moved, *course.unequal)
    if not course.steps:
        return skipped("no step was watched")
    if not broken:
        return passed("what was declared frozen or equal stayed so")
    what = f"{len(course.frozen_moved)} parameters declared frozen moved" if course.frozen_moved else f"{len(course.unequal)} pairs declared equal are apart"
    return failed(
        f"{what} in {course.steps:,} steps",
        expected="what expect= declares",
        observed=Observed(value=float(len(broken)), unit="parameters or pairs"),
        component="model",
        where=broken,
        level=Level.MEASURED,
        why="The training does another thing than its author says.",
        remedies=("set requires_grad_(False) on the frozen parameters and leave them out of the optimizer",),
    )


def frozen_in_name_alone(loop: Any) -> Any:
    """Declared frozen, but nothing was done about it."""
    return replace(loop, frozen_declared=True)


def nothing_declared(loop: Any) -> Any:
    """The same, undeclared."""
    return replace(loop, rate=4e-3)


CHECK = Check(
    code="OVF260",
    name="broken-promise",
    source="the recipe, transfer learning",
    judge=judge,
    sabotages=(Case(toy="loop", plant=frozen_in_name_alone),),
    lookalikes=(Case(toy="loop", plant=nothing_declared),),
)
