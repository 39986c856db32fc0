"""What it asks: did every trainable parameter get a gradient and move?

Why it matters: a part that stands still looks like a part that has been trained.

How it is measured: every parameter is compared with its start; gradients are looked at after each step.

When it is right to fail: a parameter that wants a gradient never got one, or got one and never moved, in fifty steps or more.

What it cannot see: parameters that move too little to matter.

Mend: look for detach, .data, no_grad or a new tensor on the way; hand every parameter to the optimizer.

Source: the recipe, the skeleton (use backprop to chart dependencies).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

STEPS = 20  # steps; by then a part that is used at all has been used


def judge(course: WatchedCourse) -> Finding:
    """Parameters that stand still are named."""
    if course.steps < STEPS:
        return skipped(f"{course.steps} steps are too few to tell")
    still = (*course.ungraded, *course.unmoved)
    if not still:
        return passed("every trainable parameter got a gradient and moved")
    what = f"{len(course.ungraded)} never got a gradient" if course.ungraded else f"{len(course.unmoved)} got gradients and never moved"
    return warned(
        f"of the trainable parameters {what} in {course.steps:,} steps",
        expected="every parameter that wants a gradient gets one and moves",
        observed=Observed(value=float(len(still)), unit="parameters"),
        component="model" if course.ungraded else "optimizer",
        where=still,
        level=Level.MEASURED,
        why="What stands still is not trained: the graph is cut before it, or the optimizer does not hold it.",
        remedies=("look for detach, .data, no_grad or torch.tensor(...) between it and the loss" if course.ungraded else "hand every parameter to the optimizer: optimizer = Adam(model.parameters())", "set requires_grad_(False) where it is frozen on purpose"),
    )


def first_layer_cut_off(loop: Any) -> Any:
    """The first layer's output is detached."""
    return replace(loop, detached=True)


def small_rate(loop: Any) -> Any:
    """A small rate moves all the same."""
    return replace(loop, rate=1e-5)


CHECK = Check(
    code="OVF256",
    name="standing-parameters",
    source="the recipe, the skeleton",
    judge=judge,
    sabotages=(Case(toy="loop", plant=first_layer_cut_off),),
    lookalikes=(Case(toy="loop", plant=small_rate),),
)
