"""What it asks: are Adam's two decay rates in their order and in their range?

Why it matters: the first averages the gradient over about ten batches, the second its square over about a thousand. Swapped, the
direction is a thousand batches old and the scale is that of the last ones.

How it is measured: the rates are read from the groups. Odd ones are raced against 0.9 and 0.999: two short trainings each.

When it is right to fail: the first is above the second, or they are far from any usual ones, and the race with the usual ones
goes clearly further. The first above the second without a difference in the race is a warning.

What it cannot see: rates that are in order and still unfit.

Mend: use betas=(0.9, 0.999), as the optimizer has them.

Source: Kingma and Ba 2015, Adam: a method for stochastic optimization (arXiv:1412.6980).
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.optimizer_facts import OptimizerFacts
from nohero.evidence.setup.optimizer_races import OptimizerRaces
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.setup.optimizer_races import Race
    from nohero.setup.given import Given

PAIR = 2  # rates of Adam and its kin
LOSES = 0.6  # share of the usual progress; below it the setting costs learning


def judge(optimizer: OptimizerFacts, races: OptimizerRaces) -> Finding:
    """Swapped rates warn, and fail where the race shows it."""
    pairs = [(g, g.betas) for g in optimizer.groups if len(g.betas) == PAIR]
    if not pairs:
        return skipped("the optimizer has no pair of decay rates")
    race = next((r for r in races.races if r.setting == "betas"), None)
    if race is None:
        return passed(f"the decay rates are {pairs[0][1]}")
    swapped = [(g, b) for g, b in pairs if b[0] > b[1]]
    group, betas = (swapped or pairs)[0]
    told = f"the decay rates are {betas}" + (", the first above the second" if swapped else "")
    loses = race.kept < LOSES
    if not swapped and not loses:
        return passed(f"{told}; a race with (0.9, 0.999) goes no further")
    make = failed if swapped and loses else warned if swapped else unsure
    return make(
        f"{told}: {race.kept:.0%} of the progress that (0.9, 0.999) makes",
        expected="the first near 0.9, the second near 0.999",
        observed=Observed(value=betas[0], unit="first decay rate"),
        component="optimizer",
        where=(f"optimizer {group.optimizer}, group {group.place}: betas",),
        level=Level.VERIFIED if loses else Level.HEURISTIC,
        why="The gradient is averaged over about 1 / (1 - first) batches and its square over 1 / (1 - second). Swapped, the direction lags far behind and the scale jumps.",
        remedies=(Remedy(text="betas=(0.9, 0.999)", tried=True, result=f"loss {fmean(race.usual):.3g} instead of {fmean(race.given):.3g}"),),
        figure=picture(race),
    )


def picture(race: Race) -> Lines:
    """The two courses."""
    return Lines(
        title=f"Loss with {race.setting} {race.said} and with {race.against}",
        x_label="step",
        y_label="loss",
        series=(
            Series(name="as given", x=tuple(float(k) for k in range(len(race.course_given))), y=race.course_given),
            Series(name=race.against, x=tuple(float(k) for k in range(len(race.course_usual))), y=race.course_usual, dashed=True),
        ),
        sentence=f"with {race.against} the loss ends at {fmean(race.usual):.3g}, as given at {fmean(race.given):.3g}",
    )


def _adam(given: Given, betas: tuple[float, float]) -> Given:
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=3e-3, betas=betas), scheduler=None)


def swapped(given: Given) -> Given:
    """0.999 first."""
    return _adam(given, (0.999, 0.9))


def swapped_with_pictures(given: Given) -> Given:
    """0.98 first and 0.9 second."""
    return _adam(given, (0.98, 0.9))


def for_adversaries(given: Given) -> Given:
    """0.5 and 0.9, as with adversaries."""
    return _adam(given, (0.5, 0.9))


def for_transformers(given: Given) -> Given:
    """0.9 and 0.98."""
    return _adam(given, (0.9, 0.98))


CHECK = Check(
    code="SKE422",
    name="swapped-betas",
    source="Kingma and Ba 2015, Adam: a method for stochastic optimization (arXiv:1412.6980)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=swapped), Case(toy="cnn-batch-norm", plant=swapped_with_pictures)),
    lookalikes=(Case(toy="table-mlp", plant=for_adversaries), Case(toy="cnn-batch-norm", plant=for_transformers)),
)
