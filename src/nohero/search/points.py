"""Which point the search tries next: learning rate alone first, at random, then a sampler that learns from the past.

Nothing here remembers: the study is told its history again for each point, so that the same past gives the same question
whether the search was ever interrupted or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.models.settings import Settings
    from nohero.problem import Problem

    Ranges = dict[str, tuple[float, float]]

RANDOM_SHARE = 0.5  # of the trials are drawn at random before the sampler learns
DECAYS = (1e-3, 1.0)  # weight decay, decoupled
DROPOUTS = (0.05, 0.5)
FIRST_LOOK, LEAST_OTHERS = 6, 4  # a trial is not pruned before this look, nor by fewer trials than these


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One point of the search."""

    number: int
    values: dict[str, float]
    loss: float  # best validation loss on the way
    pruned: bool
    drawn: str  # random or sampler


def ranges_of(problem: Problem, champion: Settings) -> Ranges:
    """What is searched, and from where to where."""
    ranges = {"learning_rate": problem.rates}
    if "weight decay" not in problem.declined:
        ranges["weight_decay"] = DECAYS
    if champion.dropout and "dropout" not in problem.declined:
        ranges["dropout"] = DROPOUTS
    return ranges


def is_random(number: int, planned: int) -> bool:
    """Whether trial `number` of `planned` is drawn blindly."""
    return number < max(2, round(RANDOM_SHARE * planned))


def next_values(problem: Problem, trials: list[Trial], ranges: Ranges, planned: int) -> dict[str, Any]:
    """The settings that the next trial changes."""
    number = len(trials)
    study = _study(problem, trials, ranges, random=is_random(number, planned))
    asked = study.ask(_distributions(ranges))
    first = number < max(2, planned // 3)  # learning rate first: the rest stays as the champion has it
    return {k: float(v) for k, v in asked.params.items() if k == "learning_rate" or not first}


def hopeless(look: int, best: float, courses: list[tuple[float, ...]]) -> bool:
    """Whether a trial whose lowest loss is `best` at `look` is worse than the median of the others' at that look."""
    others = sorted(min(course[:look]) for course in courses if len(course) >= look)
    return look >= FIRST_LOOK and len(others) >= LEAST_OTHERS and best > others[len(others) // 2]


def _study(problem: Problem, trials: list[Trial], ranges: Ranges, *, random: bool) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seed = problem.seed * 1000 + len(trials)
    sampler = optuna.samplers.RandomSampler(seed=seed) if random else optuna.samplers.TPESampler(seed=seed, n_startup_trials=2)
    study = optuna.create_study(sampler=sampler)
    for t in trials:
        if math.isfinite(t.loss):
            inside = {k: min(max(t.values[k], ranges[k][0]), ranges[k][1]) for k in ranges}
            study.add_trial(optuna.trial.create_trial(params=inside, distributions=_distributions(ranges), value=t.loss))
    return study


def _distributions(ranges: Ranges) -> dict[str, Any]:
    import optuna

    return {k: optuna.distributions.FloatDistribution(low, high, log=True) for k, (low, high) in ranges.items()}
