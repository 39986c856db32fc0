"""What it asks: do the predictions for the same few items settle in the course of the training?

Why it matters: the way predictions move shows how the training feels: a network that struggles, or steps too far, lets them
jump about. A learning rate that is too high costs fit and makes every later comparison noisy.

How it is measured: the answers for the first validation items are written down at every look. Counted is only how far they
go *back* on their last move, in the second half of the training, as a share of their range: progress counts nothing. Where
that is more than a hundredth, the same training is done once more at a tenth of the rate.

When it is right to fail: it warns when the answers go to and fro and the calmer training ends with a training loss that is
lower by a margin. Where there was no time for the calmer one, it is unsure.

What it cannot see: jitter faster than the looks, rates so high that the network dies and no longer moves, and short
trainings with fewer than four looks.

Mend: lower the learning rate; else a larger batch.

Source: the recipe, section 2: "visualize prediction dynamics".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.growth import Growth
from nohero.run.finding import Finding, Level, Observed, Remedy, passed, unsure, warned
from nohero.run.sources import SKELETON

if TYPE_CHECKING:
    from nohero.problem import Problem

SHAKY = 0.01  # of the range; measured: 10 sound trainings on 7 data sets stay below 0.007
LOWER = 0.05  # of the training loss: what counts as lower
OF_CONSTANT = 0.01  # of the constant's loss: the same where losses are near zero


def judge(growth: Growth) -> Finding:
    """Jitter first, then what a calmer training says to it."""
    now, calm = growth.best.train_loss, growth.calmer_train_loss
    said = f"predictions on a fixed batch go back on themselves by {growth.jitter:.1%} of their range a look, at rate {growth.learning_rate:g}"
    observed = Observed(value=growth.jitter, unit="share of the range", n=len(growth.probes))
    if not growth.jitter > SHAKY:
        return passed(said, observed=observed)
    if not math.isfinite(calm):
        return unsure(f"the {said}; there was no training at a lower rate to compare with", observed=observed, component="optimizer",
                      expected=f"at most {SHAKY:.0%}", remedies=["train once more at a tenth of the learning rate (a larger --budget does)"])  # fmt: skip
    gain = now - calm
    if math.isfinite(now) and not (gain > LOWER * abs(now) and gain > OF_CONSTANT * growth.constant_loss):
        return passed(f"{said}, but a tenth of the rate does not fit better (training loss {calm:.4f} against {now:.4f})", observed=observed)
    return warned(
        f"the {said}; a tenth of it brings the training loss from {now:.4f} to {calm:.4f}",
        expected=f"at most {SHAKY:.0%} to and fro, or no lower loss at a calmer rate", observed=observed, component="optimizer",
        level=Level.VERIFIED, numbers={"jitter": growth.jitter, "training loss": now, "calmer training loss": calm},
        effect="worse fit, and comparisons drowned in noise",
        remedies=[Remedy(text=f"learning rate {growth.calmer_rate:g}", tried=True, result=f"training loss {calm:.4f}"), "a larger batch"],
    )  # fmt: skip


def rate_too_high(problem: Problem) -> Problem:
    """A hundred times a sensible learning rate."""
    from dataclasses import replace

    return replace(problem, start=replace(problem.start, learning_rate=0.3))


def brisk_rate(problem: Problem) -> Problem:
    """A rate as high as still does well."""
    from dataclasses import replace

    return replace(problem, start=replace(problem.start, learning_rate=2e-2))


CHECK = Check(
    code="OVF130", name="jittery-predictions", source=SKELETON, judge=judge,
    sabotages=(Case(toy="numbers", plant=rate_too_high),), lookalikes=(Case(toy="numbers", plant=brisk_rate),),
)  # fmt: skip
