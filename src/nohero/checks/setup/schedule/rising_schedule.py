"""What it asks: does the learning rate end lower than, or as high as, it was in the middle of the run?

Why it matters: a factor above one, or a ratio upside down, lets the rate grow to the end of the run. Training gets rougher just
when it should settle, and may burst.

How it is measured: the schedule is simulated over the run and over thirty runs in a row, without training.

When it is right to fail: never more than a warning: the rate still rises in the second half, ends above where it began, and
goes on rising after the run.

What it cannot see: a rise that is over by the middle of the run, which is a warm-up.

Mend: a factor below one.

Source: the recipe, tuning (learning rate schedules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.schedule.confused_schedule_unit import picture, scheduled
from nohero.evidence.setup.schedule_course import ScheduleCourse
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.evidence.setup.schedule_course import Course
    from nohero.setup.given import Given

RISES = 1.15  # last rate over the middle one
ABOVE = 1.3  # last rate over the first
TOP = 0.999  # of the highest rate: it ends there, on a step or on a slope
BEYOND = 1.3  # highest rate of thirty runs over that of one


def judge(schedule: ScheduleCourse) -> Finding:
    """A rate that rises to the end and beyond warns."""
    if schedule.plateau or not schedule.epochs or not schedule.courses:
        return skipped("the schedule waits for a score" if schedule.plateau else "the length of the run is not known: hand over epochs=")
    rising = [c for c in schedule.courses if _rises(c)]
    if not rising:
        shape = schedule.courses[0].shape
        return passed(f"the rate ends at {shape.end:.2g} after {shape.peak:.2g} at most")
    course = rising[0]
    return warned(
        f"the learning rate rises to the end of the run, from {course.shape.start:.2g} to {course.shape.end:.2g}",
        expected="a learning rate that falls after its warm-up",
        observed=Observed(value=course.shape.late_rise, unit="times the rate in the middle of the run", n=course.steps),
        component="schedule",
        where=("scheduler",),
        why="Large steps at the end undo what small ones have gained. A factor above one lets the rate grow until training bursts.",
        remedies=("choose a factor (gamma) below one", "look whether a ratio stands upside down: total over step, or end over start"),
        figure=picture(course, schedule.unit),
    )


def _rises(course: Course) -> bool:
    shape = course.shape
    up = shape.late_rise > RISES and shape.end > ABOVE * shape.start and shape.valleys == 0 and shape.end >= TOP * shape.peak
    return up and (course.later is None or (course.later.peak > BEYOND * shape.peak and course.later.end >= TOP * course.later.peak))


def growing(given: Given) -> Given:
    """A factor above one."""
    from torch.optim.lr_scheduler import ExponentialLR

    return scheduled(given, lambda o: ExponentialLR(o, 1.1))


def steps_upwards(given: Given) -> Given:
    """A factor to the power of minus the number of steps."""
    from torch.optim.lr_scheduler import LambdaLR

    every = max(1, (given.epochs or 9) // 3)
    return scheduled(given, lambda o: LambdaLR(o, lambda epoch: 0.5 ** -(epoch // every)))


def upside_down(given: Given) -> Given:
    """Inverse decay, upside down."""
    from torch.optim.lr_scheduler import LambdaLR

    return scheduled(given, lambda o: LambdaLR(o, lambda epoch: 1 + 0.5 * epoch))


def steps_up(given: Given) -> Given:
    """The factor of ten instead of a tenth."""
    from torch.optim.lr_scheduler import StepLR

    return scheduled(given, lambda o: StepLR(o, 3, gamma=2.0), rate=1e-4)


def warm_up_then_constant(given: Given) -> Given:
    """A warm-up, then constant."""
    from torch.optim.lr_scheduler import LambdaLR

    return scheduled(given, lambda o: LambdaLR(o, lambda epoch: min(1.0, (epoch + 1) / 4)))


CHECK = Check(
    code="SKE444",
    name="rising-schedule",
    source=sources.TUNE,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=growing), Case(toy="cnn-batch-norm", plant=upside_down), Case(toy="cnn-batch-norm", plant=steps_up), Case(toy="cnn-batch-norm", plant=steps_upwards)),
    lookalikes=(Case(toy="table-mlp", plant=warm_up_then_constant),),
    under=("SKE440", "SKE443"),
)
