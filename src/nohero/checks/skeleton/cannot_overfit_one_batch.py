"""What it asks: can the network learn sixteen items by heart?

Why it matters: whoever cannot fit sixteen items will not fit sixteen thousand. It is the surest test of the wiring: a wrong
sign, a cut graph, a soft-max too many or shuffled labels all show here.

How it is measured: one fixed batch, no decay, no dropout, three learning rates in turn, until the loss is at its floor. The
floor is zero but where equal inputs have different targets.

When it is right to fail: when more than half of the way from the best constant to the floor is left, when the loss stops at
the floor of a soft-max applied twice, or when it falls below any floor. Between, it is unsure: small networks on few columns
take longer.

What it cannot see: anything about items outside the batch.

Mend: by the shape of the curve: rising is a sign, flat is a cut graph or a rate of zero, a floor is an output squashed twice.

Source: the recipe, the skeleton ("overfit one batch"); Full Stack Deep Learning, lecture 7, for the shapes.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.initial_loss import InitialLoss
from nohero.evidence.one_batch import OneBatch
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.problem import Problem

THERE = 0.05  # of the way from the best constant to the floor may be left
STUCK = 0.5  # of that way: with more left, nothing of the batch was learnt by heart
FLAT = 0.002  # of the constant's loss: a change below it is none
NEAR_FLOOR = 0.03  # nats around the floor of a soft-max applied twice
BELOW = 0.05  # of the constant's loss under the floor: rounding stays far above


def judge(batch: OneBatch, init: InitialLoss) -> Finding:
    """Where the loss ended between the constant's and the floor, and by which road."""
    way = batch.constant - batch.floor
    if not batch.losses or not batch.n or not way > 0:
        return skipped("the batch has one target only, or equal inputs throughout: there is nothing to learn by heart")
    left = (batch.last - batch.floor) / way
    said = f"one batch of {batch.n}: loss {batch.losses[0]:.3g} to {batch.last:.3g} {batch.unit} in {len(batch.losses)} steps (best constant {batch.constant:.3g}, floor {batch.floor:.3g})"
    numbers = {"last loss": batch.last, "floor": batch.floor, "best constant": batch.constant, "answered as labelled": float(batch.right), "learning rate": batch.learning_rate}
    twice = next((f for f in squashed_twice(batch, init) if abs(batch.last - f) <= NEAR_FLOOR), None)
    if -BELOW <= left <= THERE and twice is None:
        return passed(f"{said}, {batch.right} of {batch.n} answered as labelled", numbers=numbers)
    text, component, remedies = _shape(batch, left, twice)
    decided = twice is not None or not (THERE < left <= STUCK)
    return (failed if decided else unsure)(
        f"{said}: {text}",
        expected=f"a loss within {THERE:.0%} of the way from the constant to the floor",
        observed=Observed(value=batch.last, unit=batch.unit, n=batch.n),
        numbers=numbers,
        component=component,
        where=tuple(f"learning rate {rate:g}: {loss:.3g}" for rate, loss in batch.tried),
        why="A network that cannot learn sixteen items by heart has a fault in its wiring; more data or longer training will not mend it.",
        remedies=remedies,
        figure=batch.figures()[0],
    )


def squashed_twice(batch: OneBatch, init: InitialLoss) -> tuple[float, ...]:
    """Where the loss stops when outputs between 0 and 1 are taken for logits: by soft-max, and by the logistic function."""
    if batch.unit != "nats" or not 0 < init.expected < math.log(1e6):
        return ()
    soft = math.log1p((math.exp(init.expected) - 1) / math.e)  # -ln(e / (e + K - 1))
    ones = batch.targets.count(max(batch.targets)) / len(batch.targets) if batch.targets else 0.5
    one, zero = math.log1p(math.exp(-1)), math.log(2)  # a logit of 1 where 1 is right, of 0 where 0 is
    return (soft, ones * one + (1 - ones) * zero, ones * zero + (1 - ones) * one) if abs(init.expected - math.log(2)) < FLAT else (soft,)


def _shape(batch: OneBatch, left: float, twice: float | None) -> tuple[str, str, tuple[str, ...]]:
    first, last, scale = batch.losses[0], batch.last, abs(batch.constant)
    if not math.isfinite(last):
        return "it is not finite", "loss", ("guard logarithms and divisions in the loss", "lower the learning rate", "look for not-a-number in the inputs")
    if left < -BELOW:
        return "it falls below the floor of any honest loss", "loss", ("turn the sign of the loss", "see what the loss subtracts or leaves out")
    if twice is not None:
        return f"it stops at {twice:.4f}, the floor of outputs squashed twice", "model", ("take the soft-max or sigmoid out of the network: the loss applies it", "or use a loss that takes probabilities")
    if max(abs(loss - first) for loss in batch.losses) <= FLAT * scale:
        return "it does not move", "step", ("see whether a detach, an item() or a new tensor cuts the graph between loss and weights", "see whether the optimizer holds these parameters", "see whether the learning rate is zero")
    if last > first + FLAT * scale and last > batch.constant:
        return "it rises", "step", ("turn the sign of the loss or of the step", "lower the learning rate")
    if left > STUCK:
        return "it stays near the constant", "model", ("see whether the inputs reach the network", "see whether inputs and labels of a batch belong together", "see whether units are dead: zero gradients in the first layers")
    return "it falls, but does not arrive", "model", ("double the width and try again: if it then arrives, the network was too small", "take four times the steps")


def soft_max_twice(problem: Problem) -> Problem:
    """The network ends in a soft-max and the loss applies another."""
    from nohero.checks.plant import with_forward

    return with_forward(problem, lambda forward, x: forward(x).softmax(1))


def sign_turned(problem: Problem) -> Problem:
    """The loss with a minus."""
    return replace(problem, loss=lambda outputs, targets: -problem.task.loss(outputs, targets))


def input_lost(problem: Problem) -> Problem:
    """The input does not arrive: only biases learn."""
    from nohero.checks.plant import with_forward

    return with_forward(problem, lambda forward, x: forward(x.detach() * 0))


def batch_norm_and_small(problem: Problem) -> Problem:
    """A narrower network with batch norm: slower, and sound."""
    return replace(problem, start=replace(problem.start, width=4))


CHECK = Check(
    code="SKE130",
    name="cannot-overfit-one-batch",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="pictures", plant=soft_max_twice), Case(toy="numbers", plant=sign_turned), Case(toy="table", plant=input_lost)),
    lookalikes=(Case(toy="pictures", plant=batch_norm_and_small),),
)
