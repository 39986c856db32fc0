"""What it asks: once the learning rate has come down, does it stay down?

Why it matters: a cosine that is shorter than the run climbs back to its peak, and a schedule that is begun anew jumps back. What was
settled is stirred up, and training ends at a high rate.

How it is measured: the schedule is simulated over the run, without training.

When it is right to fail: never more than a warning: the rate falls and rises once and ends high. Two returns or more are taken
for cycles that are meant.

What it cannot see: restarts by own code around the schedule.

Mend: a length (T_max) that fits the run; the schedule's state loaded when training is resumed.

Source: Loshchilov and Hutter 2017, SGDR: stochastic gradient descent with warm restarts (arXiv:1608.03983).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.schedule.confused_schedule_unit import picture, scheduled
from nohero.evidence.setup.schedule_course import ScheduleCourse
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

HIGH = 0.3  # of the peak, at the end


def judge(schedule: ScheduleCourse) -> Finding:
    """One return to a high rate warns."""
    if schedule.plateau or not schedule.epochs or not schedule.courses:
        return skipped("the schedule waits for a score" if schedule.plateau else "the length of the run is not known: hand over epochs=")
    back = [c for c in schedule.courses if c.shape.valleys == 1 and c.shape.end > HIGH * c.shape.peak]
    if not back:
        shape = schedule.courses[0].shape
        return passed(f"the rate comes down to {shape.end:.2g}" + (f" in {shape.valleys + 1} cycles" if shape.valleys > 1 else ""))
    course = back[0]
    return warned(
        f"the learning rate comes down by {course.shape.valley_at:.0%} of the run, and then rises again, to {course.shape.end / course.shape.peak:.0%} of its peak at the end",
        expected="a learning rate that stays down at the end of the run",
        observed=Observed(value=course.shape.end / course.shape.peak, unit="of the peak at the end", n=course.steps),
        component="schedule",
        where=("scheduler",),
        why="A cosine past its T_max climbs back the way it came. Training ends at a high rate, with the parameters stirred up.",
        remedies=(f"give the schedule the length of the run: {course.steps + 1} steps", "or stop training when the rate is down", "if cycles are meant, let the run end with one"),
        figure=picture(course, schedule.unit),
    )


def half_as_long(given: Given) -> Given:
    """A cosine for the first half of the run."""
    from torch.optim.lr_scheduler import CosineAnnealingLR

    return scheduled(given, lambda o: CosineAnnealingLR(o, T_max=(given.epochs or 10) // 2))


def begun_anew(given: Given) -> Given:
    """The factor jumps back to one late in the run."""
    from torch.optim.lr_scheduler import LambdaLR

    n = given.epochs or 10
    return scheduled(given, lambda o: LambdaLR(o, lambda epoch: 0.75 ** (epoch if epoch < 0.7 * n else epoch - 0.7 * n)))


def restarts(given: Given) -> Given:
    """Three cycles, the last one ended."""
    from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

    return scheduled(given, lambda o: CosineAnnealingWarmRestarts(o, T_0=(given.epochs or 20) // 4))


def two_cycles(given: Given) -> Given:
    """Two cycles, the second ended."""
    from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

    return scheduled(given, lambda o: CosineAnnealingWarmRestarts(o, T_0=(given.epochs or 20) // 2))


CHECK = Check(
    code="SKE445",
    name="late-restart",
    source="Loshchilov and Hutter 2017, SGDR: stochastic gradient descent with warm restarts (arXiv:1608.03983)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=half_as_long), Case(toy="cnn-batch-norm", plant=begun_anew)),
    lookalikes=(Case(toy="table-mlp", plant=restarts), Case(toy="table-mlp", plant=two_cycles)),
    under=("SKE440",),
)
