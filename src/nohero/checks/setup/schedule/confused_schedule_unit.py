"""What it asks: is the schedule stepped in the unit it was made for?

Why it matters: a schedule made for epochs and stepped after every batch is over in the first epoch, or swings many times a run. One
made for batches and stepped after every epoch has hardly begun at the end.

How it is measured: the schedule is simulated over the run, stepped per epoch and stepped per batch, without training.

When it is right to fail: as it is stepped the rate stands still, is spent early, swings or is still warming up at the end; in the
other unit it comes down once, to the end of the run.

What it cannot see: anything without epochs=; schedules that fit neither unit.

Mend: step it in the unit of its own length, or give the length in the unit in which it is stepped.

Source: the recipe, tuning (learning rate schedules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.schedule_course import ScheduleCourse
from nohero.run import sources
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, skipped

if TYPE_CHECKING:
    from typing import Any

    from nohero.evidence.setup.schedule_course import Course
    from nohero.evidence.setup.schedule_shape import Shape
    from nohero.setup.given import Given

EARLY = 0.6  # of the run; a rate spent before is spent too early
SWINGS = 2  # falls and rises in a run of a schedule that comes down once in the other unit


def judge(schedule: ScheduleCourse) -> Finding:
    """A course that is wrong in one unit and neat in the other fails."""
    if schedule.plateau or not schedule.epochs or not schedule.courses:
        return skipped("the schedule waits for a score" if schedule.plateau else "the length of the run is not known: hand over epochs=")
    if schedule.per_epoch <= 1:
        return skipped("an epoch is one batch")
    other = "epoch" if schedule.unit == "batch" else "batch"
    for course in schedule.courses:
        told = _trouble(course.shape, schedule.epochs)
        if not told or course.other_unit is None or not course.other_unit.neat:
            continue
        return failed(
            f"the schedule is stepped once a{'n' if schedule.unit == 'epoch' else ''} {schedule.unit} and {told}; stepped once a{'n' if other == 'epoch' else ''} {other} it comes down once, to {course.other_unit.end / course.other_unit.peak:.2g} of its peak",
            expected="a schedule stepped in the unit it was made for",
            observed=Observed(value=float(course.steps), unit=f"steps of the schedule in {schedule.epochs} epochs"),
            component="schedule",
            where=("scheduler.step",),
            level=Level.VERIFIED,
            why="T_max, total_steps, milestones and the like count calls of scheduler.step(). Called in another unit, the schedule runs too fast or hardly at all.",
            remedies=(
                Remedy(text=f"call scheduler.step() once a{'n' if other == 'epoch' else ''} {other}", tried=True, result=f"simulated: from {course.other_unit.peak:.2g} down to {course.other_unit.end:.2g}"),
                f"or give its length in {schedule.unit}{'es' if schedule.unit == 'batch' else 's'}: {course.steps + 1}",
            ),
            figure=picture(course, schedule.unit),
        )
    return passed(f"stepped once a{'n' if schedule.unit == 'epoch' else ''} {schedule.unit}, {schedule.courses[0].steps + 1} times in {schedule.epochs} epochs")


def _trouble(shape: Shape, epochs: int) -> str:
    """What is wrong with the course as it is stepped, or nothing."""
    if shape.idle:
        return "hardly moves"
    restarts = shape.jumps >= shape.valleys and shape.valleys < epochs  # a jump back up, less than once an epoch, is a restart that is meant
    if shape.valleys >= SWINGS and not restarts:
        return f"falls and rises {shape.valleys} times"
    if shape.spent_at < EARLY:
        return f"is spent after {shape.spent_at:.0%} of the run"
    if shape.warming:
        return f"still warms up at {shape.peak_at:.0%} of the run"
    return ""


def picture(course: Course, unit: str) -> Lines:
    """The rate over the run."""
    return Lines(
        title="Learning rate over the run",
        x_label=f"step of the schedule ({unit})",
        y_label="learning rate",
        series=(Series(name="as it is stepped", x=course.places, y=course.rates),),
        sentence=f"the rate begins at {course.shape.start:.2g}, peaks at {course.shape.peak:.2g} and ends at {course.shape.end:.2g}",
    )


def scheduled(given: Given, make: Any, unit: str = "epoch", *, rate: float = 3e-3) -> Given:
    """The set-up with another optimizer and the schedule that `make(optimizer)` gives."""
    from dataclasses import replace

    import torch

    optimizer = torch.optim.Adam(given.model.parameters(), lr=rate)
    return replace(given, optimizer=optimizer, scheduler=make(optimizer), scheduler_steps=unit)


def epochs_stepped_by_batches(given: Given) -> Given:
    """A cosine over the epochs, stepped after every batch."""
    from torch.optim.lr_scheduler import CosineAnnealingLR

    return scheduled(given, lambda o: CosineAnnealingLR(o, T_max=given.epochs or 1), "batch")


def batches_stepped_by_epochs(given: Given) -> Given:
    """A cosine over all batches, stepped after every epoch."""
    from torch.optim.lr_scheduler import CosineAnnealingLR

    return scheduled(given, lambda o: CosineAnnealingLR(o, T_max=(given.epochs or 1) * len(given.train)))


def one_cycle_by_epochs(given: Given) -> Given:
    """One cycle over all batches, stepped after every epoch."""
    from torch.optim.lr_scheduler import OneCycleLR

    return scheduled(given, lambda o: OneCycleLR(o, max_lr=1e-2, total_steps=(given.epochs or 1) * len(given.train)))


def exponential_by_batches(given: Given) -> Given:
    """A factor meant for an epoch, after every batch, inside the step."""
    from dataclasses import replace

    from torch.optim.lr_scheduler import ExponentialLR

    changed = scheduled(given, lambda o: ExponentialLR(o, 0.9))
    schedule = changed.scheduler

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        schedule.step()
        return float(value.detach())

    return replace(changed, step=step)


def cycles_on_purpose(given: Given) -> Given:
    """Triangles over two epochs each, stepped per batch."""
    from torch.optim.lr_scheduler import CyclicLR

    return scheduled(given, lambda o: CyclicLR(o, base_lr=3e-4, max_lr=3e-3, step_size_up=len(given.train), cycle_momentum=False), "batch")


def restarts_on_purpose(given: Given) -> Given:
    """Warm restarts every fifth epoch."""
    from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

    return scheduled(given, lambda o: CosineAnnealingWarmRestarts(o, T_0=5))


CHECK = Check(
    code="SKE440",
    name="confused-schedule-unit",
    source=sources.TUNE,
    judge=judge,
    sabotages=(
        Case(toy="table-mlp", plant=epochs_stepped_by_batches),
        Case(toy="cnn-batch-norm", plant=batches_stepped_by_epochs),
        Case(toy="cnn-batch-norm", plant=one_cycle_by_epochs),
        Case(toy="table-mlp", plant=exponential_by_batches),
    ),
    lookalikes=(Case(toy="table-mlp", plant=cycles_on_purpose), Case(toy="table-mlp", plant=restarts_on_purpose)),
)
