"""What it asks: does some size of the network fit the training set as well as the best baseline fits the validation set?

Why it matters: the recipe's third stage has one aim: a network that fits the training set. Regularising and tuning what
cannot even fit is lost time; a network that stays near the constant answer usually has a bug, not a lack of layers.

How it is measured: the lowest training loss over the sizes tried is placed on a scale from 0 (the best constant answer) to 1
(the lowest validation loss of a baseline). A training loss is easier to lower than a validation loss, so 1 is a modest
demand.

When it is right to fail: below a tenth of the way it fails: the network does no more than the constant, though the inputs
tell more. Below nine tenths it warns. Where no baseline is beyond the constant there may be nothing to learn: it stays
unsure.

What it cannot see: a fault that lowers the training loss (targets among the inputs), and whether people would do better than
every baseline.

Mend: longer training where the loss was still falling; a higher learning rate; more width or depth; else the one-batch test
and the list of parameters without gradient.

Source: the recipe, section 3: "the first stage: get a model large enough that it can overfit".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.baselines import Baselines
from nohero.evidence.growth import Growth
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned
from nohero.run.sources import OVERFIT

if TYPE_CHECKING:
    from nohero.problem import Problem

NOTHING, ENOUGH = 0.1, 0.9  # share of the way from the constant to the best baseline; a tenth is left for noise at either end
CLEAR = 0.05  # of the constant's loss: a baseline must gain so much, or be better by its interval, to be a measure


def judge(growth: Growth, baselines: Baselines) -> Finding:
    """Place the lowest training loss between the constant and the best baseline."""
    reached = min((s.train_loss for s in growth.sizes if math.isfinite(s.train_loss)), default=math.nan)
    constant = growth.constant_loss
    if not (math.isfinite(reached) and math.isfinite(constant) and constant > 0):
        return skipped("no size ended with a finite training loss, or the constant's loss is not above zero: nothing to compare")
    target = min((b.score.loss for b in baselines.baselines if math.isfinite(b.score.loss)), default=math.nan)
    better_score = baselines.best.score.low > baselines.constant.score.high if baselines.baselines else False
    if not (constant - target > CLEAR * constant or (target < constant and better_score)):
        return _without_measure(reached, constant)
    share = (constant - reached) / (constant - target)
    said = f"training loss {reached:.4f}: {share:.0%} of the way from the best constant ({constant:.4f}) to the best baseline ({target:.4f} on validation)"
    rest: dict[str, Any] = {
        "expected": f"at least {ENOUGH:.0%} of the way", "observed": Observed(value=reached, unit=growth.unit), "component": "model",
        "numbers": {"share": share, "constant": constant, "baseline": target}, "figure": _drawn(growth, target),
    }  # fmt: skip
    if share >= ENOUGH:
        return passed(said, **rest)
    tell = failed if share < NOTHING else warned
    what = "the network does no better than the constant" if share < NOTHING else "no size fits as well as the best baseline"
    return tell(f"{what}: {said}", effect="whatever follows tunes a network that cannot fit", remedies=_remedies(growth), **rest)


def _without_measure(reached: float, constant: float) -> Finding:
    if constant - reached > CLEAR * constant:
        return passed(f"training loss {reached:.4f} is below the best constant's {constant:.4f}; no baseline is beyond the constant, so that is all there is to ask")
    return unsure(
        f"neither the network (training loss {reached:.4f}) nor any baseline is beyond the best constant ({constant:.4f})",
        expected="a training loss below the constant's", observed=Observed(value=reached), component="data",
        remedies=["look whether a person can tell the target from the inputs", "train longer: a network large enough can memorise even random labels"],
    )  # fmt: skip


def _remedies(growth: Growth) -> list[str]:
    losses = growth.best.train_losses
    falling = len(losses) > 1 and losses[-2] - losses[-1] > 0.01 * growth.constant_loss
    longer, larger = "train longer (a larger --budget): the training loss was still falling", "try more width and depth"
    bug = "look for a bug: the one-batch test, parameters without gradient, inputs that do not reach the network"
    rate = f"try a higher learning rate than {growth.learning_rate:g}"
    return [longer, rate, larger, bug] if falling else [rate, bug, larger]


def _drawn(growth: Growth, target: float) -> Bars:
    sizes = tuple(Bar(label=f"width {s.width}, depth {s.depth}", value=s.train_loss, role="ours", note="training") for s in growth.sizes)
    ends = Bar(label="best constant", value=growth.constant_loss, role="baseline"), Bar(label="best baseline", value=target, role="baseline", note="validation")
    return Bars(title="Loss of each size beside the baselines (lower is better)", value_label=f"loss ({growth.unit})", bars=(*ends, *sizes))


def inputs_zeroed(problem: Problem) -> Problem:
    """The network sees nothing of its inputs."""
    from nohero.checks.plant import with_forward

    return with_forward(problem, lambda forward, x: forward(x * 0))


def rate_far_too_low(problem: Problem) -> Problem:
    """A thousandth of a sensible learning rate."""
    from dataclasses import replace

    return replace(problem, start=replace(problem.start, learning_rate=1e-6))


def labels_at_random(problem: Problem) -> Problem:
    """Nothing to learn: no baseline fits either."""
    import numpy as np

    from nohero.checks.plant import with_target

    return with_target(problem, np.random.default_rng(3).permutation(problem.raw.target))


CHECK = Check(
    code="OVF110", name="underfit", source=OVERFIT, judge=judge,
    sabotages=(Case(toy="table", plant=inputs_zeroed), Case(toy="numbers", plant=rate_far_too_low)),
    lookalikes=(Case(toy="table", plant=labels_at_random),),
)  # fmt: skip
