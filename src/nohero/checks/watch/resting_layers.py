"""What it asks: is the model in train mode whenever it trains?

Why it matters: an evaluation switches to eval mode; where nothing switches back, dropout and running statistics rest from the second epoch on.

How it is measured: at every forward that keeps a graph, the mode of the layers whose behaviour hangs on it is noted.

When it is right to fail: layers that drop or normalise trained in eval mode after having trained in train mode, or always.

What it cannot see: normalisers whose parameters are frozen rest on purpose and are not counted.

Mend: call model.train() at the start of every epoch.

Source: the recipe, the skeleton; common mistakes (train and eval mode).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.watched_course import WatchedCourse
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, warned

SOME = 0.02  # share of the steps; a probe of a few forwards is no training


def judge(course: WatchedCourse) -> Finding:
    """Steps in eval mode fail where the loop began in train mode, and warn where it never was in it."""
    if not course.steps:
        return skipped("no step was watched")
    resting = sorted(set(course.eval_steps))
    share = len(resting) / course.steps
    if share < SOME:
        return passed("all layers whose behaviour hangs on the mode trained in train mode")
    always = resting[0] == 0
    told = failed if not always else warned
    return told(
        f"{len(resting):,} of {course.steps:,} training steps ran with {len(course.eval_layers)} layer(s) in eval mode, from step {resting[0]} on",
        expected="train mode in training",
        observed=Observed(value=share, unit="share of steps", n=course.steps),
        component="step",
        where=course.eval_layers,
        level=Level.MEASURED,
        why="In eval mode dropout does nothing and batch norm neither uses nor gathers the batch's statistics: another training than was meant.",
        remedies=("call model.train() at the start of every epoch, after each evaluation",),
    )


def train_called_once(loop: Any) -> Any:
    """`model.train()` stands before the loop, and the evaluation calls `model.eval()`."""
    return replace(loop, train_mode="once")


def never_in_train_mode(loop: Any) -> Any:
    """The model trains in eval mode from the start."""
    return replace(loop, train_mode="never")


def no_evaluation_mode(loop: Any) -> Any:
    """The evaluation forgets eval mode: another fault, not this one."""
    return replace(loop, eval_mode=False)


CHECK = Check(
    code="OVF251",
    name="resting-layers",
    source="the recipe, the skeleton",
    judge=judge,
    sabotages=(Case(toy="loop", plant=train_called_once), Case(toy="loop", plant=never_in_train_mode)),
    lookalikes=(Case(toy="loop", plant=no_evaluation_mode),),
)
