"""What it asks: did a loss or a gradient stop being a finite number?

Why it matters: from that step on every weight it touches is lost, and averages of the loss hide where it began.

How it is measured: the norm of every gradient and the loss are kept for each step; a norm is finite only if all its numbers are.

When it is right to fail: at the first step that is not finite, which is named with its tensors.

What it cannot see: values that reach neither the loss nor a gradient.

Mend: look at that batch; lower the learning rate, clip the gradient, keep logarithms and divisions away from zero.

Source: the recipe, the skeleton; stability in the tuning playbook.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped


def judge(course: WatchedCourse) -> Finding:
    """Any step that is not finite fails."""
    if not course.steps:
        return skipped("no step was watched")
    if course.non_finite_step < 0:
        return passed(f"loss and gradients stayed finite for {course.steps:,} steps")
    return failed(
        f"step {course.non_finite_step} is the first whose {'loss' if 'loss' in course.non_finite_where else 'gradient'} is not finite",
        expected="finite numbers at every step",
        observed=Observed(value=float(course.non_finite_step), unit="step", n=course.steps),
        component="step",
        where=course.non_finite_where,
        level=Level.MEASURED,
        why="A NaN spreads to every weight that its gradient reaches, and no later step brings it back.",
        remedies=("look at the batch of that step for values that are not finite or far out", "lower the learning rate or clip the gradient norm", "keep logarithms, roots and divisions away from zero"),
        figure=course.figures()[0] if course.figures() else None,
    )


def infinity_in_a_batch(loop: Any) -> Any:
    """One input of one batch is infinite."""
    return replace(loop, spoilt_at=17)


def large_rate_with_momentum(loop: Any) -> Any:
    """A learning rate that is bold but works."""
    return replace(loop, momentum=True, rate=0.1)


CHECK = Check(
    code="OVF250",
    name="non-finite-training",
    source="the recipe, the skeleton",
    judge=judge,
    sabotages=(Case(toy="loop", plant=infinity_in_a_batch),),
    lookalikes=(Case(toy="loop", plant=large_rate_with_momentum),),
)
