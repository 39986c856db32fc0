"""What it asks: is the model in eval mode whenever it is evaluated?

Why it matters: dropout left on makes the score worse and random; batch norm left on makes it depend on the batch, and lets the evaluation change the model.

How it is measured: at every forward without a graph, the mode of the layers whose behaviour hangs on it is noted.

When it is right to fail: most evaluations ran with such layers in train mode.

What it cannot see: evaluations that keep a graph.

Mend: call model.eval() before evaluating and model.train() after.

Source: the recipe, the skeleton; common mistakes (train and eval mode).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

MOST = 0.5  # share of the forwards without a graph; Monte-Carlo dropout and re-estimated statistics are rarer than evaluations


def judge(course: WatchedCourse) -> Finding:
    """Evaluations in train mode fail."""
    if not course.evaluations:
        return skipped("no forward without a graph was seen")
    share = course.train_evaluations / course.evaluations
    if share < MOST:
        return passed("evaluations ran in eval mode")
    return failed(
        f"{course.train_evaluations:,} of {course.evaluations:,} evaluation forwards ran with {len(course.train_layers)} layer(s) in train mode",
        expected="eval mode in evaluation",
        observed=Observed(value=share, unit="share of forwards", n=course.evaluations),
        component="evaluation",
        where=course.train_layers,
        level=Level.MEASURED,
        why="Dropout stays on and batch norm uses the batch's own statistics, and gathers those of the validation set.",
        remedies=("call model.eval() before evaluating, model.train() after",),
    )


def eval_forgotten(loop: Any) -> Any:
    """The evaluation never calls `model.eval()`."""
    return replace(loop, eval_mode=False)


def train_called_once(loop: Any) -> Any:
    """Training in eval mode: another fault, not this one."""
    return replace(loop, train_mode="once")


CHECK = Check(
    code="OVF252",
    name="waking-layers",
    source="the recipe, the skeleton",
    judge=judge,
    sabotages=(Case(toy="loop", plant=eval_forgotten),),
    lookalikes=(Case(toy="loop", plant=train_called_once),),
)
