"""What it asks: does the schedule's function give a factor, and not the learning rate itself?

Why it matters: LambdaLR multiplies the optimizer's rate by what the function returns. A function that returns a rate such as 0.001
makes it a millionth, and training stands still.

How it is measured: the schedule is simulated over the run; its highest rate is compared with the rate it starts from, and the
factor between them with the rates that the optimizer was given.

When it is right to fail: the highest rate is far below the base and next to nothing, or the factor is one of the optimizer's own
rates to the third digit: the rate was multiplied by a rate. A highest rate a hundred times the base and far above one warns.

What it cannot see: a base of one, with which an absolute rate is right.

Mend: return a factor near one, or set the optimizer's lr to 1.

Source: the recipe, tuning (learning rate schedules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.schedule.confused_schedule_unit import picture, scheduled
from nohero.evidence.setup.schedule_course import ScheduleCourse
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

SMALL = 0.05  # highest rate over the base
TINY = 5e-5  # a highest rate below which hardly any network is trained from a base of 1e-4 and more
BASES = (1e-4, 0.5)  # rates an optimizer is given in earnest
EQUAL = 1e-3  # relative: a factor that is the optimizer's own rate
HUGE = 100.0  # highest rate over the base
ABOVE = 0.5  # a highest rate that hardly any network stands


def judge(schedule: ScheduleCourse) -> Finding:
    """A rate multiplied by a rate fails, a rate multiplied by hundreds warns."""
    if schedule.plateau or not schedule.courses:
        return skipped("the schedule waits for a score" if schedule.plateau else "the length of the run is not known: hand over epochs=")
    for course in schedule.courses:
        if not course.base > 0:
            continue
        factor = course.shape.peak / course.base
        facts: dict[str, Any] = {
            "expected": "a factor near one times the optimizer's learning rate",
            "observed": Observed(value=factor, unit="times the optimizer's rate at most", n=course.steps),
            "component": "schedule",
            "where": ("scheduler",),
            "why": "The function's value is multiplied with the rate that the optimizer was given; it does not replace it.",
            "remedies": ("return a factor: rate / base rate", "or give the optimizer lr=1.0 and return the rate itself"),
            "figure": picture(course, schedule.unit),
        }
        own = next((r for r in course.given if r > 0 and abs(factor - r) <= EQUAL * r), 0.0)
        if factor < SMALL and own and not course.shape.warming:
            return failed(f"the schedule multiplies the optimizer's {course.base:g} by {factor:.3g} at most, which is the optimizer's own learning rate: the rate never exceeds {course.shape.peak:.2g}", **facts)
        if factor < SMALL and course.shape.peak < TINY and BASES[0] <= course.base <= BASES[1]:
            return failed(f"the learning rate never exceeds {course.shape.peak:.2g}: the schedule multiplies the optimizer's {course.base:g} by {factor:.2g} at most, as if by a rate", **facts)
        if factor > HUGE and course.shape.peak > ABOVE:
            return warned(f"the learning rate reaches {course.shape.peak:.2g}: the schedule multiplies the optimizer's {course.base:g} by {factor:.3g}", **facts)
    return passed(f"the rate is {schedule.courses[0].shape.peak / max(schedule.courses[0].base, 1e-30):.2g} times the optimizer's at most")


def a_rate_returned(given: Given) -> Given:
    """The function returns the rate."""
    from torch.optim.lr_scheduler import LambdaLR

    return scheduled(given, lambda o: LambdaLR(o, lambda epoch: 3e-3 * 0.95**epoch))


def a_rate_returned_by_batches(given: Given) -> Given:
    """The function returns the rate, per batch, with a warm-up."""
    from torch.optim.lr_scheduler import LambdaLR

    return scheduled(given, lambda o: LambdaLR(o, lambda k: 1e-3 * min(1.0, (k + 1) / 10)), "batch", rate=1e-3)


def its_own_rate_returned(given: Given) -> Given:
    """The function returns base rate times a factor, with groups of two rates."""
    from dataclasses import replace

    import torch
    from torch.optim.lr_scheduler import LambdaLR

    held = list(given.model.parameters())
    optimizer = torch.optim.SGD([{"params": held[:2], "lr": 3e-3}, {"params": held[2:], "lr": 3e-2}], lr=3e-2, momentum=0.9)
    return replace(given, optimizer=optimizer, scheduler=LambdaLR(optimizer, lambda k: 3e-2 * (1 + 1e-3 * k) ** -0.75), scheduler_steps="batch")


def a_count_returned(given: Given) -> Given:
    """The function returns the count of batches."""
    from torch.optim.lr_scheduler import LambdaLR

    return scheduled(given, lambda o: LambdaLR(o, lambda k: float(k + 1) * 5), "batch", rate=1e-2)


def a_low_start(given: Given) -> Given:
    """A warm-up from a hundredth, which is as the optimizer's rate is."""
    from torch.optim.lr_scheduler import LinearLR

    return scheduled(given, lambda o: LinearLR(o, 0.01, 1.0, total_iters=20), "batch", rate=1e-2)


def a_base_of_one(given: Given) -> Given:
    """The optimizer has a rate of one, and the function returns the rate."""
    from torch.optim.lr_scheduler import LambdaLR

    return scheduled(given, lambda o: LambdaLR(o, lambda epoch: 3e-3 * 0.95**epoch), rate=1.0)


CHECK = Check(
    code="SKE443",
    name="absolute-for-relative-rate",
    source=sources.TUNE,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=a_rate_returned), Case(toy="cnn-batch-norm", plant=a_rate_returned_by_batches), Case(toy="table-mlp", plant=a_count_returned), Case(toy="table-mlp", plant=its_own_rate_returned)),
    lookalikes=(Case(toy="table-mlp", plant=a_low_start), Case(toy="table-mlp", plant=a_base_of_one)),
)
