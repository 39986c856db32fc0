"""What it asks: does the averaged copy of the model follow it, buffers too?

Why it matters: an average that is never updated, or whose running statistics stay at their start, is evaluated and shipped in place of the model.

How it is measured: parameters and buffers of the averaged copy are compared with their start and with the model's at every evaluation.

When it is right to fail: the model moved and the average's parameters or buffers did not, or the average is the model itself.

What it cannot see: whether the decay suits the length of the run.

Mend: update the average after every optimizer step; copy the buffers, or re-estimate the statistics (update_bn); average a deep copy.

Source: Polyak and Juditsky 1992; PyTorch's swa_utils.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped


def judge(course: WatchedCourse) -> Finding:
    """A still or identical average fails."""
    if not course.has_average or not course.epochs:
        return skipped("no average was handed over, or no evaluation was watched")
    last = course.epochs[-1]
    if last.average_equals_model and len(course.epochs) > 1 and all(e.average_equals_model for e in course.epochs):
        return _told("is the model itself, or equals it at every evaluation", "hand over and average a deep copy; the decay should be near 0.99, not near 0")
    if not last.average_moved:
        return _told(f"has not moved in {last.step:,} steps", "update the average after every optimizer step")
    if last.buffers_moved and not last.average_buffers_moved:
        return _told(f"kept the running statistics of its start while the model's moved in {last.step:,} steps", "copy the buffers with the weights, or re-estimate them (torch.optim.swa_utils.update_bn)")
    return passed("the average follows the model, buffers too")


def _told(what: str, remedy: str) -> Finding:
    return failed(
        f"the averaged copy {what}",
        expected="weights and buffers that follow the model",
        observed=Observed(value=0.0, unit="change"),
        component="step",
        where=("average",),
        level=Level.MEASURED,
        why="The averaged model is the one that is evaluated and shipped: it must be made of the trained one.",
        remedies=(remedy,),
    )


def average_never_updated(loop: Any) -> Any:
    """The copy is made and then forgotten."""
    return replace(loop, average="still")


def average_without_buffers(loop: Any) -> Any:
    """Weights are averaged, running statistics stay at their start."""
    return replace(loop, average="buffers left")


def average_is_the_model(loop: Any) -> Any:
    """No copy was made."""
    return replace(loop, average="alias")


def no_average(loop: Any) -> Any:
    """There is none."""
    return replace(loop, average="none")


CHECK = Check(
    code="OVF254",
    name="lagging-average",
    source="Polyak and Juditsky 1992",
    judge=judge,
    sabotages=(Case(toy="loop", plant=average_never_updated), Case(toy="loop", plant=average_without_buffers), Case(toy="loop", plant=average_is_the_model)),
    lookalikes=(Case(toy="loop", plant=no_average),),
)
