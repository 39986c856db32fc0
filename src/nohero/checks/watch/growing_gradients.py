"""What it asks: do gradients and loss stay in bounds?

Why it matters: gradients that grow by orders of magnitude, or a loss that rises for good, mean that the steps are too large; the end comes late and without warning.

How it is measured: gradient norms and losses of every step: the median of the last tenth against that of the first half.

When it is right to fail: the gradient norm has grown a hundredfold, or the loss has risen to twice the first step's and stays there.

What it cannot see: growth within the first steps.

Mend: lower the learning rate, clip the gradient norm, or warm up.

Source: stability in the tuning playbook; Pascanu et al. 2013.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

STEPS = 40  # fewer make no course
GROWTH = 100.0  # times; usual courses stay within ten, measured on the healthy set-ups
RISEN = 2.0  # times the first step's loss; batches differ by less


def judge(course: WatchedCourse) -> Finding:
    """A hundredfold growth or a loss that stays up warns."""
    losses = [v for v in course.losses if math.isfinite(v)]
    norms = [v for v in course.gradient_norms if math.isfinite(v)]
    if len(losses) < STEPS:
        return skipped(f"{len(losses)} steps are too few to tell")
    tenth = max(4, len(losses) // 10)
    first, last = losses[0], _median(losses[-tenth:])
    growth = _median(norms[-tenth:]) / max(_median(norms[: len(norms) // 2]), 1e-12) if len(norms) >= STEPS else 0.0
    if first > 0 and last > RISEN * first:
        return _told(f"the loss rose from {first:.4g} to {last:.4g} and stays there", last / first, course)
    if growth > GROWTH:
        return _told(f"the gradient norm grew {growth:.0f} times in the course of the training", growth, course)
    return passed(f"the loss went from {first:.4g} to {last:.4g}, the gradients stayed in bounds")


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _told(what: str, value: float, course: WatchedCourse) -> Finding:
    return warned(
        what,
        expected="a loss that falls and gradients in bounds",
        observed=Observed(value=value, unit="times"),
        component="optimizer",
        where=("learning rate",),
        level=Level.MEASURED,
        why="Steps that are too large throw the weights out of the valley they were in.",
        remedies=("divide the learning rate by ten", "clip the gradient norm, or warm up over the first steps"),
        figure=course.figures()[0] if course.figures() else None,
    )


def far_too_large_a_rate(loop: Any) -> Any:
    """SGD with momentum at a rate of a thousand."""
    return replace(loop, momentum=True, rate=1000.0, average="none", schedule="none")


def bold_rate(loop: Any) -> Any:
    """A large rate that works."""
    return replace(loop, momentum=True, rate=0.1)


CHECK = Check(
    code="OVF261",
    name="growing-gradients",
    source="stability in the tuning playbook; Pascanu et al. 2013",
    judge=judge,
    sabotages=(Case(toy="loop", plant=far_too_large_a_rate),),
    lookalikes=(Case(toy="loop", plant=bold_rate),),
    under=("OVF250", "OVF255"),
)
