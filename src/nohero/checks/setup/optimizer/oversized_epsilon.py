"""What it asks: is Adam's epsilon small beside the gradients it is added to?

Why it matters: an epsilon above the root of the second moment drowns it. Adam is then plain gradient descent with the learning
rate divided by epsilon, and usually far too slow.

How it is measured: epsilon is compared with the median root of the second moment after a few steps; a short training is raced
against one with 1e-8.

When it is right to fail: epsilon lies well above the root, and the race with 1e-8 goes clearly further.

What it cannot see: an epsilon that becomes too large late in training, when gradients shrink.

Mend: use eps=1e-8, as the optimizer has it.

Source: Kingma and Ba 2015, Adam: a method for stochastic optimization (arXiv:1412.6980).
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.optimizer.swapped_betas import picture
from nohero.evidence.setup.optimizer_races import OptimizerRaces
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

DROWNS = 3.0  # epsilon over the median root of the second moment; at 1 they weigh alike
LOSES = 0.6  # share of the usual progress; below it the setting costs learning
BADLY = 0.3  # the same; below it training hardly works


def judge(races: OptimizerRaces) -> Finding:
    """An epsilon that drowns the second moment and loses the race warns, or fails."""
    race = next((r for r in races.races if r.setting == "eps"), None)
    if race is None:
        return passed("no optimizer with an epsilon above 1e-05")
    told = f"epsilon {race.said} is {race.ratio:.2g} times the median root of the second moment"
    if not race.ratio > DROWNS or race.kept >= LOSES:
        return passed(f"{told}; a race with 1e-08 goes no further" if race.kept >= LOSES else told)
    make = failed if race.kept < BADLY else warned
    return make(
        f"{told}: training makes {race.kept:.0%} of the progress it makes with 1e-08",
        expected="epsilon far below the root of the second moment",
        observed=Observed(value=race.ratio, unit="times the root of the second moment"),
        component="optimizer",
        where=("eps",),
        level=Level.VERIFIED,
        why="The step is the mean gradient over (root of the mean square + epsilon). With a large epsilon the root no longer counts, and steps are small wherever gradients are.",
        remedies=(Remedy(text="eps=1e-8", tried=True, result=f"loss {fmean(race.usual):.3g} instead of {fmean(race.given):.3g}"),),
        figure=picture(race),
    )


def _adam(given: Given, eps: float) -> Given:
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=3e-3, eps=eps), scheduler=None)


def of_one(given: Given) -> Given:
    """An epsilon of one."""
    return _adam(given, 1.0)


def of_a_tenth(given: Given) -> Given:
    """An epsilon of a tenth."""
    return _adam(given, 0.1)


def of_a_hundred_thousandth(given: Given) -> Given:
    """1e-5, as in reinforcement learning."""
    return _adam(given, 1e-5)


CHECK = Check(
    code="SKE423",
    name="oversized-epsilon",
    source="Kingma and Ba 2015, Adam: a method for stochastic optimization (arXiv:1412.6980)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=of_one), Case(toy="cnn-batch-norm", plant=of_a_tenth)),
    lookalikes=(Case(toy="table-mlp", plant=of_a_hundred_thousandth),),
)
