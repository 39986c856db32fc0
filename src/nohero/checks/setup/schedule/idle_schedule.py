"""What it asks: does the schedule move the learning rate of the optimizer within the run?

Why it matters: milestones that lie beyond the run, or a schedule that was made for another optimizer, leave the rate as it is.
What was meant to settle the training at its end never comes.

How it is measured: the schedule is simulated over the run and over thirty runs in a row, without training; its optimizer is
compared with those handed over. One that waits for a better score is fed equal scores, three times its patience.

When it is right to fail: its optimizer is none of those handed over. A warning where the rate moves only beyond the run, or where
no row of equal scores moves it (its least rate is no less than its first); a rate that never moves at all may be meant, and is unsure.

What it cannot see: anything without epochs=, but for the optimizer.

Mend: milestones, step size or length that fit the run; scheduler made from the optimizer that trains.

Source: the recipe, tuning (learning rate schedules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.schedule.confused_schedule_unit import picture, scheduled
from nohero.evidence.setup.schedule_course import ScheduleCourse
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(schedule: ScheduleCourse) -> Finding:
    """A foreign optimizer fails, a rate that stands still over the run warns."""
    facts: dict[str, Any] = {
        "expected": "a learning rate that moves within the run",
        "component": "schedule",
        "why": "The schedule is stepped all through the run and changes nothing: training ends at the rate it began with.",
    }
    if schedule.astray:
        return failed(
            f"{schedule.astray} schedule{'s are' if schedule.astray > 1 else ' is'} bound to an optimizer that is none of those handed over",
            where=("scheduler.optimizer",),
            observed=Observed(value=float(schedule.astray), unit="schedules of other optimizers"),
            remedies=("make the schedule from the optimizer that trains: the optimizer was made anew after the schedule",),
            **facts,
        )
    if schedule.plateau and schedule.unmoved:
        return warned(
            f"the schedule waits for a better score and does nothing where none comes: after {schedule.fed} equal scores the rate is still {schedule.unmoved:.3g}",
            where=("scheduler", "min_lr"),
            observed=Observed(value=schedule.unmoved, unit="learning rate", n=schedule.fed),
            remedies=(f"a min_lr below the optimizer's own rate, such as {schedule.unmoved / 1000:.0e}", "a factor well below 1"),
            **facts,
        )
    if schedule.plateau or not schedule.epochs or not schedule.courses:
        return skipped("the schedule waits for a score" if schedule.plateau else "the length of the run is not known: hand over epochs=")
    idle = [c for c in schedule.courses if c.shape.idle]
    if not idle:
        first = schedule.courses[0].shape
        return passed(f"the rate goes from {first.start:.2g} over {first.peak:.2g} to {first.end:.2g}")
    course = idle[0]
    facts |= {"where": ("scheduler",), "observed": Observed(value=course.shape.spread, unit="of the rate is the most it moves", n=course.steps), "figure": picture(course, schedule.unit)}
    told = f"in {course.steps + 1} steps of the schedule the rate stays between {course.shape.peak * (1 - course.shape.spread):.3g} and {course.shape.peak:.3g}"
    if course.later is not None and not course.later.idle:
        return warned(f"{told}; it moves only after the run", remedies=(f"choose milestones, step size or T_max within {course.steps + 1} steps", "or step it more often, if it was made for batches"), **facts)
    return unsure(f"{told}, and it would never move; a constant rate may be meant", remedies=("leave the schedule out if the rate is to stay", "look at gamma, and at whether its function uses its argument"), **facts)


def milestones_beyond(given: Given) -> Given:
    """The first milestone lies beyond the run."""
    from torch.optim.lr_scheduler import MultiStepLR

    return scheduled(given, lambda o: MultiStepLR(o, [30, 60], gamma=0.1))


def rare_steps(given: Given) -> Given:
    """A step size of a hundred epochs."""
    from torch.optim.lr_scheduler import StepLR

    return scheduled(given, lambda o: StepLR(o, step_size=100, gamma=0.5))


def optimizer_made_anew(given: Given) -> Given:
    """The optimizer is replaced after the schedule was made."""
    from dataclasses import replace

    import torch
    from torch.optim.lr_scheduler import CosineAnnealingLR

    old = torch.optim.Adam(given.model.parameters(), lr=3e-3)
    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=3e-3), scheduler=CosineAnnealingLR(old, T_max=given.epochs or 1))


def a_floor_at_the_rate(given: Given) -> Given:
    """The least rate is the rate that it starts from."""
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    return scheduled(given, lambda o: ReduceLROnPlateau(o, patience=3, min_lr=o.param_groups[0]["lr"]))


def a_patient_schedule(given: Given) -> Given:
    """It waits longer than most, and moves then."""
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    return scheduled(given, lambda o: ReduceLROnPlateau(o, mode="max", patience=50, cooldown=20, min_lr=0.5 * o.param_groups[0]["lr"]))


def one_late_step(given: Given) -> Given:
    """The rate falls once, for the last fifth of the run."""
    from torch.optim.lr_scheduler import MultiStepLR

    return scheduled(given, lambda o: MultiStepLR(o, [int(0.8 * (given.epochs or 10))], gamma=0.1))


CHECK = Check(
    code="SKE441",
    name="idle-schedule",
    source=sources.TUNE,
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=rare_steps), Case(toy="table-mlp", plant=milestones_beyond), Case(toy="table-mlp", plant=optimizer_made_anew), Case(toy="table-mlp", plant=a_floor_at_the_rate)),
    lookalikes=(Case(toy="table-mlp", plant=one_late_step), Case(toy="table-mlp", plant=a_patient_schedule)),
    under=("SKE440",),
)
