"""What it asks: is there a learning rate left for most of the run?

Why it matters: a rate that has fallen to nothing by the middle of the run leaves the second half without learning. The curve
flattens and looks as if training had converged.

How it is measured: the schedule is simulated over the run, without training.

When it is right to fail: never more than a warning, unless it happens in the first quarter: the rate stays below half a percent
of its peak from there on.

What it cannot see: a rate that is too low from the start; anything that hangs on a score.

Mend: a gentler factor, later milestones, or a schedule as long as the run.

Source: the recipe, tuning ("learning rate decay": disable it at first).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.schedule.confused_schedule_unit import picture, scheduled
from nohero.evidence.setup.schedule_course import ScheduleCourse
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

EARLY = 0.6  # of the run; cosine, linear and three falls by ten are not spent before 0.75
FIRST = 0.25  # of the run


def judge(schedule: ScheduleCourse) -> Finding:
    """A rate that is spent early warns, or fails."""
    if schedule.plateau or not schedule.courses:
        return skipped("the schedule waits for a score" if schedule.plateau else "the length of the run is not known: hand over epochs=")
    spent = [c for c in schedule.courses if c.shape.spent_at < EARLY]
    if not spent:
        return passed(f"the rate is above 0.5 % of its peak for {min(c.shape.spent_at for c in schedule.courses):.0%} of the run")
    course = min(spent, key=lambda c: c.shape.spent_at)
    run = "run" if schedule.epochs else "first epoch"
    make = failed if course.shape.spent_at < FIRST else warned
    return make(
        f"after {course.shape.spent_at:.0%} of the {run} the learning rate is below 0.5 % of its peak of {course.shape.peak:.2g}, and stays there",
        expected="a learning rate that lasts for most of the run",
        observed=Observed(value=course.shape.spent_at, unit="of the run until the rate is spent", n=course.steps),
        component="schedule",
        where=("scheduler",),
        why="With the rate next to nothing the parameters stand still. The flat curve looks like convergence.",
        remedies=("let the schedule last as long as the run", "choose a factor nearer to one, or later milestones", "is it stepped once an epoch, as it was made for?"),
        figure=picture(course, schedule.unit),
    )


def steep_exponential(given: Given) -> Given:
    """The rate is halved every epoch."""
    from torch.optim.lr_scheduler import ExponentialLR

    return scheduled(given, lambda o: ExponentialLR(o, 0.5))


def early_milestones(given: Given) -> Given:
    """Four falls by ten in the first epochs."""
    from torch.optim.lr_scheduler import MultiStepLR

    return scheduled(given, lambda o: MultiStepLR(o, [1, 2, 3, 4], gamma=0.1))


def steps_of_batches(given: Given) -> Given:
    """A step size in epochs, stepped after every batch."""
    from torch.optim.lr_scheduler import StepLR

    return scheduled(given, lambda o: StepLR(o, step_size=5, gamma=0.1), "batch")


def three_falls(given: Given) -> Given:
    """By ten at a half and at three quarters."""
    from torch.optim.lr_scheduler import MultiStepLR

    n = given.epochs or 10
    return scheduled(given, lambda o: MultiStepLR(o, [n // 2, 3 * n // 4, int(0.9 * n)], gamma=0.1))


def linear_to_zero(given: Given) -> Given:
    """Linear to zero, per batch."""
    from torch.optim.lr_scheduler import LinearLR

    return scheduled(given, lambda o: LinearLR(o, 1.0, 0.0, total_iters=(given.epochs or 1) * len(given.train)), "batch")


CHECK = Check(
    code="SKE442",
    name="premature-decay",
    source=sources.TUNE,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=steep_exponential), Case(toy="cnn-batch-norm", plant=early_milestones), Case(toy="table-mlp", plant=steps_of_batches)),
    lookalikes=(Case(toy="table-mlp", plant=three_falls), Case(toy="cnn-batch-norm", plant=linear_to_zero)),
    under=("SKE440",),
)
