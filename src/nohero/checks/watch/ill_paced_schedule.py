"""What it asks: does the learning rate move, and last until the end?

Why it matters: a schedule that never moves is no schedule; one that is stepped too often puts the training to sleep long before its end.

How it is measured: the rate of the first group is noted at every step.

When it is right to fail: a schedule was handed over and the rate never moved in the whole of three or more epochs; or it fell below a hundredth of its peak before six tenths of the steps that were planned or made.

What it cannot see: whether another course would be better.

Mend: count in the scheduler's unit: step it once an epoch, or give it the number of steps.

Source: PyTorch's notes on learning-rate schedulers; the tuning playbook.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

ASLEEP = 0.01  # of the peak: hardly anything moves any more
EARLY = 0.6  # of the steps; usual courses (cosine, linear, step) are above a hundredth until then


def judge(course: WatchedCourse) -> Finding:
    """A rate that never moves or sleeps early warns."""
    if not course.scheduler or len(course.epochs) < 3 or not course.rates:
        return skipped("no schedule was handed over, or fewer than three evaluations were watched")
    peak, of = max(course.rates), max(course.planned_steps, course.steps)
    top = course.rates.index(peak)
    asleep = next((i for i, rate in enumerate(course.rates) if i > top and rate < ASLEEP * peak), None)
    if asleep is not None and asleep < EARLY * of:
        what = f"the learning rate fell below {ASLEEP:.0%} of its peak at step {asleep:,} of {of:,}"
        return _told(warned, what, asleep / of, "step the schedule once an epoch, or give it its length in steps")
    if min(course.rates) == peak:
        far = course.steps >= 0.9 * of
        return _told(warned if far else unsure, f"the learning rate never moved in {course.steps:,} steps", 0.0, "call scheduler.step(), and look at its milestones: they count its own steps")
    return passed(f"the learning rate went from {course.rates[0]:.3g} to {course.rates[-1]:.3g}")


def _told(told: object, what: str, share: float, remedy: str) -> Finding:
    return told(  # type: ignore[operator, no-any-return]
        what,
        expected="a rate that moves, and lasts until the end",
        observed=Observed(value=share, unit="share of the run"),
        component="schedule",
        where=("scheduler",),
        level=Level.MEASURED,
        why="The schedule counts in its own steps: epochs where batches were meant, or the other way round.",
        remedies=(remedy,),
    )


def stepped_for_each_batch(loop: Any) -> Any:
    """A decay meant for epochs is stepped at every batch."""
    return replace(loop, schedule="short")


def never_reached(loop: Any) -> Any:
    """The first milestone lies beyond the run."""
    return replace(loop, schedule="never")


def no_schedule(loop: Any) -> Any:
    """A constant rate on purpose."""
    return replace(loop, schedule="none")


CHECK = Check(
    code="OVF259",
    name="ill-paced-schedule",
    source="PyTorch's notes on learning-rate schedulers",
    judge=judge,
    sabotages=(Case(toy="loop", plant=stepped_for_each_batch), Case(toy="loop", plant=never_reached)),
    lookalikes=(Case(toy="loop", plant=no_schedule),),
)
