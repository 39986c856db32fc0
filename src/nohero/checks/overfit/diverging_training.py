"""What it asks: does plain training lower the loss and keep it down?

Why it matters: a loss that runs away makes every later number meaningless. With a small network at Adam 3e-4 it is nearly
always a bug: a sign, a logarithm of zero, a step far too long.

How it is measured: each size of the overfit stage: whether it had to be stopped, the training loss of its last weights in
the task's own loss, and how far its curve rose again above its lowest point. Both in units of the best constant's loss.

When it is right to fail: it fails when a loss is not finite or the trained network is clearly worse than the constant. It
warns when the curve rose again by a quarter of the constant's loss.

What it cannot see: spikes between two looks that heal before the next one, and divergence that would begin after the last
step.

Mend: a lower learning rate; look at the loss for logarithms and divisions of zero, and for its sign; clip the gradient.

Source: the recipe, section 3 (Adam at 3e-4 is forgiving), and section 2 (verify that the training loss decreases).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.growth import Growth, Size
from nohero.run.figure import Lines, Rule, Series
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned
from nohero.run.sources import OVERFIT

if TYPE_CHECKING:
    from nohero.problem import Problem

ABOVE = 1.25  # times the constant's loss: a network that knows nothing would be at 1
RISEN = 0.25  # of the constant's loss, above the curve's lowest point


def judge(growth: Growth) -> Finding:
    """The worst size speaks."""
    if not growth.sizes:
        return skipped("no size was trained")
    for size in growth.sizes:
        if size.stopped.startswith("the loss is") or not math.isfinite(size.train_loss):
            what = size.stopped or f"the training loss is {size.train_loss}"
            return _tell(failed, growth, size, f"training broke off at width {size.width}, depth {size.depth}: {what}", size.train_loss)
    worst = max(growth.sizes, key=lambda s: s.train_loss)
    if worst.train_loss > ABOVE * growth.constant_loss:
        said = f"ends with a training loss of {worst.train_loss:.4g}, where the best constant has {growth.constant_loss:.4g}"
        return _tell(failed, growth, worst, f"width {worst.width}, depth {worst.depth} {said}", worst.train_loss)
    steepest = max(growth.sizes, key=_risen)
    if _risen(steepest) > RISEN * growth.constant_loss:
        said = f"rose again by {_risen(steepest):.4g} above its lowest point"
        return _tell(warned, growth, steepest, f"the training loss of width {steepest.width}, depth {steepest.depth} {said}", _risen(steepest))
    return passed(f"every training loss is finite and stays down: at most {worst.train_loss:.4g} (constant {growth.constant_loss:.4g})")


def _risen(size: Size) -> float:
    curve = [v for v in size.train_losses if math.isfinite(v)]
    return curve[-1] - min(curve) if curve else 0.0


def _tell(tell: Any, growth: Growth, size: Size, message: str, value: float) -> Finding:
    series = (Series(name="training", x=tuple(float(s) for s in size.steps), y=size.train_losses),)
    figure = Lines(title="The training that ran away", x_label="step", y_label=f"loss ({growth.unit})", series=series,
                   rules=(Rule(label="best constant", value=growth.constant_loss),), log_y=all(v > 0 for v in size.train_losses))  # fmt: skip
    finding: Finding = tell(
        message, expected=f"a loss that falls and ends below the constant's {growth.constant_loss:.4g}", observed=Observed(value=value, unit=growth.unit),
        component="optimizer", effect="no number of a later stage means anything", figure=figure,
        remedies=[f"a lower learning rate than {growth.learning_rate:g}: try a tenth", "look for log(0), 0/0 and the sign in the loss", "clip the gradient's norm"],
    )  # fmt: skip
    return finding


def giant_steps(problem: Problem) -> Problem:
    """A learning rate of ten."""
    from dataclasses import replace

    return replace(problem, start=replace(problem.start, learning_rate=10.0))


def sign_flipped(problem: Problem) -> Problem:
    """The loss is maximised."""
    from dataclasses import replace

    return replace(problem, loss=lambda outputs, targets: -problem.task.loss(outputs, targets))


def small_batches(problem: Problem) -> Problem:
    """A curve that is noisy by nature."""
    from dataclasses import replace

    return replace(problem, start=replace(problem.start, batch_size=4))


CHECK = Check(
    code="OVF140", name="diverging-training", source=OVERFIT, judge=judge,
    sabotages=(Case(toy="numbers", plant=giant_steps), Case(toy="table", plant=sign_flipped)),
    lookalikes=(Case(toy="numbers", plant=small_batches),),
)  # fmt: skip
