"""What it asks: are gradients cleared before the next backward pass?

Why it matters: gradients of old batches add up: the steps grow and point to where the loss was.

How it is measured: when a gradient arrives, the parameter's own is looked at: is it still there although the optimizer has used it?

When it is right to fail: most backward passes after an optimizer step add to gradients that were used already.

What it cannot see: which batch the leftovers are of.

Mend: call optimizer.zero_grad() once for every optimizer.step().

Source: the recipe, the skeleton; common mistakes (zero_grad forgotten).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

MOST = 0.5  # share of backward passes; one odd pass is not a habit


def judge(course: WatchedCourse) -> Finding:
    """Leftovers after an optimizer step fail."""
    if course.backwards < 2:
        return skipped("fewer than two backward passes were seen")
    share = course.uncleared / (course.backwards - 1)
    if share < MOST:
        return passed("gradients are cleared between steps")
    return failed(
        f"{course.uncleared:,} of {course.backwards:,} backward passes added to gradients that the optimizer had used already",
        expected="gradients cleared after each optimizer step",
        observed=Observed(value=share, unit="share of backward passes", n=course.backwards),
        component="step",
        where=("zero_grad",),
        level=Level.MEASURED,
        why="The sum of all past gradients acts like a momentum that never fades: training is unstable, and quietly worse.",
        remedies=("call optimizer.zero_grad() before each backward pass (with accumulation: after each optimizer.step())",),
    )


def never_cleared(loop: Any) -> Any:
    """`zero_grad` is forgotten."""
    return replace(loop, clear="never")


def accumulated_over_two(loop: Any) -> Any:
    """Two batches a step, cleared after each step."""
    return replace(loop, clear="every second")


def cleared_after_the_step(loop: Any) -> Any:
    """Cleared right after the step, to zeros."""
    return replace(loop, clear="after step")


CHECK = Check(
    code="OVF255",
    name="leftover-gradients",
    source="the recipe, the skeleton",
    judge=judge,
    sabotages=(Case(toy="loop", plant=never_cleared),),
    lookalikes=(Case(toy="loop", plant=accumulated_over_two), Case(toy="loop", plant=cleared_after_the_step)),
)
