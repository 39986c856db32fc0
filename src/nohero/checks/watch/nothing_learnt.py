"""What it asks: has the loss come below what a constant answer costs?

Why it matters: a network that only learnt how often each class occurs looks trained: its loss has fallen.

How it is measured: the mean training loss of the last evaluation period against the entropy of the targets seen (cross-entropy) or their variance (squared error).

When it is right to fail: after three evaluations and a hundred steps the loss is still where the best constant answer is.

What it cannot see: losses other than cross-entropy and squared error, and problems in which there is nothing to learn.

Mend: check that inputs reach the network and belong to their targets; try Adam at 3e-4; overfit one batch.

Source: the recipe, the skeleton (input-independent baseline).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

MARGIN = 0.02  # share of the constant answer's loss; measured: within it lie trainings on zeroed inputs, over ten seeds
STEPS, EPOCHS = 100, 3  # fewer are too early to tell


def judge(course: WatchedCourse) -> Finding:
    """At or above the constant answer's loss: warn."""
    base = course.target_entropy if course.loss_known == "cross-entropy" else course.target_variance if course.loss_known == "mse" else float("nan")
    if not base > 0 or not course.epochs:
        return skipped("the constant answer's loss is not known: hand over loss= and batch=(inputs, targets)")
    if course.steps < STEPS or len(course.epochs) < EPOCHS:
        return skipped(f"{course.steps} steps and {len(course.epochs)} evaluations are too few to tell")
    last = course.epochs[-1].loss
    if not last >= base * (1 - MARGIN):
        return passed(f"the loss {last:.4g} is below the constant answer's {base:.4g}")
    told = warned if last < 2 * base else unsure
    return told(
        f"after {course.steps:,} steps the training loss is {last:.4g}; an answer that never changes costs {base:.4g}",
        expected=f"a loss below {base:.4g}",
        observed=Observed(value=last, unit="loss"),
        component="model",
        where=("loss",),
        level=Level.MEASURED,
        why="What was learnt is how often each answer occurs, nothing of the inputs.",
        remedies=("run nohero.check on the set-up: it says which part is to blame", "try Adam at 3e-4, and overfit one batch"),
        figure=course.figures()[0] if course.figures() else None,
    )


def inputs_are_zero(loop: Any) -> Any:
    """Nothing of the inputs reaches the network."""
    return replace(loop, zeroed=True, epochs=16)


def few_epochs(loop: Any) -> Any:
    """Stopped early: too few to tell."""
    return replace(loop, epochs=2)


CHECK = Check(
    code="OVF258",
    name="nothing-learnt",
    source="the recipe, the skeleton",
    judge=judge,
    sabotages=(Case(toy="loop", plant=inputs_are_zero),),
    lookalikes=(Case(toy="loop", plant=few_epochs),),
    under=("OVF256", "OVF250"),
    symptom=True,
)
