"""What it asks: is the warm-up over well before the run is?

Why it matters: a warm-up made for a longer run, or counted in another unit, leaves training at a rate that is too low for most of
its time, and without any decay.

How it is measured: the schedule is simulated over the run and over thirty runs in a row, without training.

When it is right to fail: never more than a warning: the rate rises from below half of its peak for more than six tenths of the
run, without a cycle, and does not go on rising for ever.

What it cannot see: anything without epochs=.

Mend: a warm-up of one to ten hundredths of the run.

Source: Goyal et al. 2017, Accurate, large minibatch SGD (arXiv:1706.02677).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.schedule.confused_schedule_unit import picture, scheduled
from nohero.evidence.setup.schedule_course import ScheduleCourse
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

FOREVER = 1.3  # highest rate of thirty runs over that of one: with the next, a rise that never ends
AT_THE_END = 0.95  # of thirty runs


def judge(schedule: ScheduleCourse) -> Finding:
    """A rise over most of the run warns."""
    if schedule.plateau or not schedule.epochs or not schedule.courses:
        return skipped("the schedule waits for a score" if schedule.plateau else "the length of the run is not known: hand over epochs=")
    warming = [c for c in schedule.courses if c.shape.warming and not (c.later is not None and c.later.peak > FOREVER * c.shape.peak and c.later.peak_at > AT_THE_END)]
    if not warming:
        return passed(f"the rate is at its highest after {schedule.courses[0].shape.peak_at:.0%} of the run")
    course = warming[0]
    top = f"; the {course.later.peak:.2g} it was made for comes after the run" if course.later is not None and course.later.peak > 1.05 * course.shape.peak else ""
    return warned(
        f"the learning rate rises for {course.shape.peak_at:.0%} of the run, from {course.shape.start:.2g} to {course.shape.peak:.2g}{top}",
        expected="a warm-up that is over in the first part of the run",
        observed=Observed(value=course.shape.peak_at, unit="of the run until the rate is highest", n=course.steps),
        component="schedule",
        where=("scheduler",),
        why="During the warm-up the rate is lower than it was chosen to be. Where it fills the run, training is slow all the way and never settles.",
        remedies=(f"warm up for 5 % of the run: {max(1, (course.steps + 1) // 20)} steps", "look whether the warm-up counts batches and the schedule is stepped by epochs"),
        figure=picture(course, schedule.unit),
    )


def longer_than_the_run(given: Given) -> Given:
    """A thousand steps of warm-up."""
    from torch.optim.lr_scheduler import LinearLR

    return scheduled(given, lambda o: LinearLR(o, 0.01, 1.0, total_iters=1000), "batch")


def most_of_the_run(given: Given) -> Given:
    """A warm-up over four fifths of the run."""
    from torch.optim.lr_scheduler import LambdaLR

    n = 0.8 * (given.epochs or 10)
    return scheduled(given, lambda o: LambdaLR(o, lambda epoch: (epoch + 1) / n if epoch < n else 0.5))


def a_third_of_the_run(given: Given) -> Given:
    """One cycle, with three tenths of the run on the way up."""
    from torch.optim.lr_scheduler import OneCycleLR

    return scheduled(given, lambda o: OneCycleLR(o, max_lr=1e-2, total_steps=(given.epochs or 1) * len(given.train)), "batch")


CHECK = Check(
    code="SKE446",
    name="endless-warm-up",
    source="Goyal et al. 2017, Accurate, large minibatch SGD (arXiv:1706.02677)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=longer_than_the_run), Case(toy="cnn-batch-norm", plant=most_of_the_run)),
    lookalikes=(Case(toy="table-mlp", plant=a_third_of_the_run),),
    under=("SKE440", "SKE444"),
)
