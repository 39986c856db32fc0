"""What it asks: does the dullest network beat an answer that never changes?

Why it matters: the best constant is the least that any model has to beat. A network that does not is broken, trained at the
wrong rate, or has nothing to learn from.

How it is measured: the trained network's score on the whole validation set with its interval, and its best loss, against those
of the best constant; then whether any baseline beats the constant.

When it is right to fail: when the network is worse than the constant in both and a baseline shows that there is something to
learn. It warns where it is merely no better; it is unsure where no baseline is better either, and where the loss still falls so
that as many steps again would pass the constant.

What it cannot see: how much better it could be.

Mend: overfit one batch; then raise the learning rate or the number of steps.

Source: the recipe, the skeleton ("set up dumb baselines"); Wilson 1927 for the interval of a share.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.baselines import Baselines
from nohero.evidence.skeleton_run import SkeletonRun
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

UNTRAINED = 2.0  # times the loss of the constant: above it a network has been thrown off, not left behind
BETTER = 0.03  # of the constant's loss: a fall that no hundred validation items give by chance
WORSE = 0.02  # of the constant's loss above it


def judge(run: SkeletonRun, baselines: Baselines) -> Finding:
    """Score with its interval, then loss, then what the baselines say."""
    if not baselines.baselines:
        return skipped("there is no baseline to compare with")
    constant, score = baselines.constant.score, run.score
    best_loss = min((v for v in run.val_losses if math.isfinite(v)), default=math.inf)
    said = f"the dullest network reaches {score.metric} {score} and a loss of {best_loss:.3g}; the best constant {constant.value:.3f} and {run.constant_loss:.3g} {run.unit}"
    numbers = {"score": score.value, "score of the constant": constant.value, "loss": best_loss, "loss of the constant": run.constant_loss}
    if score.low > constant.value or best_loss < (1 - BETTER) * run.constant_loss:
        return passed(said, numbers=numbers)
    best = baselines.best
    signal = best.score.low > constant.value
    worse = best_loss > (1 + WORSE) * run.constant_loss and not score.value > constant.value
    rest = _rest(run, baselines, numbers)
    if not signal and not worse:
        return unsure(
            f"{said}; no baseline beats the constant either",
            component="data",
            remedies=("bring more items: a narrower interval decides", "see whether rows and targets belong together"),
            **rest,
        )
    if _on_its_way(run):
        return unsure(
            f"{said}; but the loss still falls, and as many steps again would pass the constant",
            component="schedule",
            remedies=("train for longer (a larger --budget): that decides",),
            **rest,
        )
    return (failed if worse else warned)(
        f"{said}; {best.name} reaches {best.score}",
        component="model",
        where=("the dullest network",),
        remedies=(
            "see whether one batch can be overfitted: if not, mend that first",
            "try learning rates ten times larger and smaller",
            "train for longer: the curve shows whether the loss still falls",
        ),
        **rest,
    )


def _rest(run: SkeletonRun, baselines: Baselines, numbers: dict[str, float]) -> dict[str, Any]:
    score = run.score
    return {
        "expected": "a score whose interval lies above the constant's, or a loss clearly below it",
        "observed": Observed(value=score.value, unit=score.metric, n=score.n, low=score.low, high=score.high),
        "numbers": numbers,
        "why": "The best constant is the least that any model has to beat: it knows how common the answers are and has not looked at the item.",
        "figure": _drawn(run, baselines),
    }


def _on_its_way(run: SkeletonRun) -> bool:
    """The loss has only fallen, from where an untrained network begins, and falling by as much again would beat the constant."""
    first, last = (run.val_losses[0], run.val_losses[-1]) if run.val_losses else (math.nan, math.nan)
    begun_sound = first < UNTRAINED * run.constant_loss
    return begun_sound and last == min(run.val_losses) and 2 * last - first < (1 - BETTER) * run.constant_loss


def _drawn(run: SkeletonRun, baselines: Baselines) -> Bars:
    own = Bar(label="the dullest network", value=run.score.value, low=run.score.low, high=run.score.high, role="bad")
    return Bars(title="The dullest network and the baselines", value_label=run.score.metric, bars=(*baselines.figures()[0].bars, own), start=None)


def rate_far_too_high(problem: Problem) -> Problem:
    """A learning rate at which nothing settles."""
    start = replace(problem.start, learning_rate=30.0)
    return replace(problem, start=start, evaluate=None)


def rate_far_too_low(problem: Problem) -> Problem:
    """A learning rate at which nothing moves."""
    return replace(problem, start=replace(problem.start, learning_rate=1e-7))


def rare_ones(problem: Problem) -> Problem:
    """Few ones, where the constant is right nine times in ten: a ranking shows that the network knows more."""
    return replace(problem, start=replace(problem.start, learning_rate=2e-3))


CHECK = Check(
    code="SKE170",
    name="loses-to-constant",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="numbers", plant=rate_far_too_high), Case(toy="numbers", plant=rate_far_too_low), Case(toy="table", plant=rate_far_too_low)),
    lookalikes=(Case(toy="rare", plant=rare_ones),),
)
