"""What it asks: does every step get another batch?

Why it matters: `next(iter(loader))` in the loop gives the first batch for ever: the loss falls beautifully, on thirty items.

How it is measured: the tensors of each batch are compared with those of the step before.

When it is right to fail: most of the steps got the batch of the step before.

What it cannot see: batches that repeat after a while.

Mend: write `for batch in loader`, or keep one iterator.

Source: the recipe, overfit (one batch is a test, not a training).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

MOST = 0.5  # share of steps; several steps on one batch are usual in reinforcement learning and adversarial training


def judge(course: WatchedCourse) -> Finding:
    """The same batch again and again fails."""
    if course.seen_batches < 10:
        return skipped("batches were not handed to w.step, or fewer than ten")
    share = course.repeated_batches / (course.seen_batches - 1)
    if share <= MOST or len(course.epochs) == 0:
        return passed("batches differ from step to step")
    return failed(
        f"{course.repeated_batches:,} of {course.seen_batches:,} steps got the batch of the step before",
        expected="another batch at each step",
        observed=Observed(value=share, unit="share of steps", n=course.seen_batches),
        component="loader",
        where=("train",),
        level=Level.MEASURED,
        why="Only these items are learnt; the rest of the set is never seen.",
        remedies=("write `for batch in loader:`; next(iter(loader)) begins anew each time",),
    )


def first_batch_for_ever(loop: Any) -> Any:
    """Each step takes the first batch."""
    return replace(loop, batches="first")


def a_short_epoch(loop: Any) -> Any:
    """One epoch."""
    return replace(loop, epochs=2)


CHECK = Check(
    code="OVF257",
    name="same-batch-again",
    source="the recipe, overfit",
    judge=judge,
    sabotages=(Case(toy="loop", plant=first_batch_for_ever),),
    lookalikes=(Case(toy="loop", plant=a_short_epoch),),
)
