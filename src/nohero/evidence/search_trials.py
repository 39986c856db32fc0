"""Tune: random search on log scales, learning rate first, then a sampler that learns; poor trials are pruned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bar, Bars, Lines, Rule, Series

if TYPE_CHECKING:
    from nohero.evidence.change_ladder import ChangeLadder
    from nohero.problem import Problem
    from nohero.models.settings import Settings
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

RANDOM_SHARE = 0.5  # of the trials are drawn at random before the sampler learns
EDGE = 0.1  # of the log range: a best value closer to an end than this is "at the edge"
PRICE = 3.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One point of the search."""

    number: int
    values: dict[str, float]
    loss: float  # best validation loss on the way
    pruned: bool
    drawn: str  # random or sampler


@dataclass(frozen=True, kw_only=True)
class SearchTrials:
    """The trials, the best one, and what it was worth."""

    trials: tuple[Trial, ...]
    ranges: dict[str, tuple[float, float]]
    best: int  # its number; -1 where the champion as it came stays best
    champion_loss: float  # mean over the seeds, before
    best_loss: float  # of the best settings, mean over the seeds
    gain: float  # paired, as in the ladder of changes
    low: float
    high: float
    kept: bool
    importance: dict[str, float]  # share of the loss's variance explained, by setting
    at_edge: dict[str, str]  # setting -> low or high
    settings: dict[str, Any]  # handed on
    num_planned: int
    unit: str

    def sentence(self) -> str:
        """What the search gave."""
        done = f"{len(self.trials)} trials ({sum(t.pruned for t in self.trials)} pruned)"
        if not self.kept:
            return f"{done}; none beats the champion beyond noise, whose loss is {self.champion_loss:.4f}"
        return f"{done}; validation loss {self.champion_loss:.4f} to {self.best_loss:.4f}"

    def figures(self) -> tuple[Lines | Bars, ...]:
        """Loss against learning rate, and importance."""
        done = [t for t in self.trials if not t.pruned]
        rate = tuple(t.values["learning_rate"] for t in done)
        series = (Series(name="finished trials", x=rate, y=tuple(t.loss for t in done)),)
        rules = (Rule(label="champion", value=self.champion_loss),)
        dots = Lines(title="Search: loss by learning rate", x_label="learning rate", y_label=f"validation loss ({self.unit})", series=series, rules=rules, log_x=True, points=True)
        bars = tuple(Bar(label=k.replace("_", " "), value=v) for k, v in sorted(self.importance.items(), key=lambda i: -i[1]))
        return (dots, Bars(title="Which setting matters", value_label="share of variance", bars=bars)) if bars else (dots,)


def measure(problem: Problem, runs: Runs, allowance: Allowance, ladder: ChangeLadder) -> SearchTrials:
    """Draw, train, prune; then compare the best with the champion over all seeds."""
    from dataclasses import asdict, replace

    import numpy as np

    from nohero.evidence.change_ladder import _compared, _seeds
    from nohero.models.settings import Settings

    champion = Settings(**ladder.champion)
    ranges = _ranges(problem, champion)
    seeds = problem.effort.seeds
    price = champion.steps * runs.step_seconds(problem, champion)
    planned = int(allowance.decide("search/trials", lambda: max(0, min(problem.effort.trials, allowance.afford(price, share=0.7) - seeds))))
    trials: list[Trial] = []
    looks: list[list[float]] = []
    for number in range(planned):
        if not allowance.fits(f"search/{number}", price, f"trials {number} to {planned - 1}"):
            break
        trials.append(_trial(problem, runs, champion, ranges, trials, looks, number, planned))
    finished = [t for t in trials if not t.pruned]
    losses, hits, _ = _seeds(problem, runs, champion, seeds, "champion")
    settings, best, kept, gain, low, high, best_loss = champion, -1, False, 0.0, 0.0, 0.0, float(losses.mean())
    if finished:
        winner = min(finished, key=lambda t: t.loss)
        tuned = replace(champion, **winner.values, schedule="cosine" if champion.schedule == "constant" else champion.schedule)
        new_losses, new_hits, _ = _seeds(problem, runs, tuned, seeds, "best of the search")
        result = _compared(problem, "search", losses - new_losses, new_hits - hits)
        gain, low, high, kept = result.gain, result.low, result.high, result.kept
        if kept:
            settings, best, best_loss = tuned, winner.number, float(np.mean(new_losses))
    return SearchTrials(
        trials=tuple(trials), ranges=ranges, best=best, champion_loss=float(losses.mean()), best_loss=best_loss, gain=gain, low=low, high=high,
        kept=kept, importance=_importance(finished, ranges), at_edge=_edges(finished, ranges), settings=asdict(settings), num_planned=planned, unit=problem.task.unit,
    )  # fmt: skip


def _ranges(problem: Problem, champion: Settings) -> dict[str, tuple[float, float]]:
    ranges = {"learning_rate": problem.rates}
    if "weight decay" not in problem.declined:
        ranges["weight_decay"] = (1e-3, 1.0)
    if champion.dropout and "dropout" not in problem.declined:
        ranges["dropout"] = (0.05, 0.5)
    return ranges


def _trial(problem: Problem, runs: Runs, champion: Settings, ranges: Any, trials: list[Trial], looks: list[list[float]], number: int, planned: int) -> Trial:
    """Ask for a point (learning rate alone first), train it, prune it against the median of those before."""
    from dataclasses import replace

    import optuna

    random = number < max(2, round(RANDOM_SHARE * planned))
    study = _study(problem, trials, ranges, number, random=random)
    asked = study.ask({k: optuna.distributions.FloatDistribution(low, high, log=True) for k, (low, high) in ranges.items()})
    first = number < max(2, planned // 3)  # learning rate first: the rest stays as the champion has it
    values = {k: float(v) for k, v in asked.params.items() if k == "learning_rate" or not first}
    mine: list[float] = []
    looks.append(mine)

    def prune(look: int, loss: float) -> bool:
        mine.append(loss)
        others = [min(o[:look]) for o in looks[:-1] if len(o) >= look]
        return look >= 6 and len(others) >= 4 and min(mine) > sorted(others)[len(others) // 2]

    settings = replace(champion, **values, schedule="cosine", keep_best=True)
    trained = runs.train(problem, settings, problem.seed, f"trial {number}", prune=prune)
    looks[-1] = list(trained.val_losses)
    whole = {k: values.get(k, getattr(champion, k)) for k in ranges}
    return Trial(number=number, values=whole, loss=min(trained.val_losses), pruned=trained.stopped.startswith("pruned"), drawn="random" if random else "sampler")


def _study(problem: Problem, trials: list[Trial], ranges: Any, number: int, *, random: bool) -> Any:
    """An Optuna study with the history told again: the same question to the same past gives the same point."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seed = problem.seed * 1000 + number
    sampler = optuna.samplers.RandomSampler(seed=seed) if random else optuna.samplers.TPESampler(seed=seed, n_startup_trials=2)
    study = optuna.create_study(sampler=sampler)
    distributions = {k: optuna.distributions.FloatDistribution(low, high, log=True) for k, (low, high) in ranges.items()}
    for t in trials:
        inside = {k: min(max(t.values[k], ranges[k][0]), ranges[k][1]) for k in ranges}
        study.add_trial(optuna.trial.create_trial(params=inside, distributions=distributions, value=t.loss))
    return study


def _importance(finished: list[Trial], ranges: Any) -> dict[str, float]:
    """Squared rank correlation, or that of the distance from the best, whichever is larger; told only from six trials on."""
    import numpy as np
    from scipy.stats import spearmanr

    if len(finished) < 6:
        return {}
    losses = [t.loss for t in finished]
    best = min(finished, key=lambda t: t.loss)
    found = {}
    for name in ranges:
        values = np.log([max(t.values[name], 1e-12) for t in finished])
        if np.ptp(values) == 0:
            continue
        away = np.abs(values - np.log(max(best.values[name], 1e-12)))
        found[name] = max(float(spearmanr(values, losses)[0]) ** 2, float(spearmanr(away, losses)[0]) ** 2)
    return found


def _edges(finished: list[Trial], ranges: Any) -> dict[str, str]:
    import math

    if not finished:
        return {}
    best = min(finished, key=lambda t: t.loss)
    found = {}
    for name, (low, high) in ranges.items():
        if not low <= best.values[name] <= high:
            continue
        place = math.log(best.values[name] / low) / math.log(high / low)
        if place < EDGE or place > 1 - EDGE:
            found[name] = "low" if place < EDGE else "high"
    return found
