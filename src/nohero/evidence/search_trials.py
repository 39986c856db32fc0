"""Tune: random search on log scales, learning rate first, then a sampler that learns; poor trials are pruned."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.search_points import Trial, hopeless, is_random, next_values, ranges_of
from nohero.run.figure import Bar, Bars, Lines, Rule, Series

if TYPE_CHECKING:
    from nohero.evidence.change_ladder import ChangeLadder
    from nohero.models.settings import Settings
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

EDGE = 0.1  # of the log range: a best value closer to an end than this is "at the edge"
FEWEST = 6  # trials before a share of variance is told
LEAST = 1e-12  # keeps the logarithm of a setting finite
PRICE = 3.0  # seconds


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
    trends: dict[str, float] = field(default_factory=dict)  # rank correlation of each setting with the loss, pruned trials included

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

    from nohero.evidence.paired import arm, compare
    from nohero.models.settings import Settings

    champion = Settings(**ladder.champion)
    ranges = ranges_of(problem, champion)
    seeds = problem.effort.seeds
    price = champion.steps * runs.step_seconds(problem, champion)
    planned = int(allowance.decide("search/trials", lambda: max(0, min(problem.effort.trials, allowance.afford(price, share=0.7) - seeds))))
    trials: list[Trial] = []
    courses: list[tuple[float, ...]] = []
    for number in range(planned):
        if not allowance.fits(f"search/{number}", price, f"trials {number} to {planned - 1}"):
            break
        trials.append(_trial(problem, runs, champion, ranges=ranges, trials=trials, courses=courses, planned=planned))
    finished = [t for t in trials if not t.pruned and math.isfinite(t.loss)]
    before = arm(problem, runs, champion, seeds, "champion")
    settings, best, result, best_loss = champion, -1, None, before.loss
    if finished:
        winner = min(finished, key=lambda t: t.loss)
        found: dict[str, Any] = winner.values
        tuned = replace(champion, **found, schedule="cosine" if champion.schedule == "constant" else champion.schedule)
        after = arm(problem, runs, tuned, seeds, "best of the search")
        result = compare(problem, "search", before, after)
        if result.kept:
            settings, best, best_loss = tuned, winner.number, after.loss
    gain, low, high, kept = (result.gain, result.low, result.high, result.kept) if result else (0.0, 0.0, 0.0, False)
    return SearchTrials(
        trials=tuple(trials), ranges=ranges, best=best, champion_loss=before.loss, best_loss=best_loss, gain=gain, low=low, high=high,
        kept=kept, importance=_importance(finished, ranges), at_edge=_edges(finished, ranges), settings=asdict(settings), num_planned=planned, unit=problem.task.unit,
        trends={name: _rank_correlation(trials, name) for name in ranges},
    )  # fmt: skip


def _trial(
    problem: Problem, runs: Runs, champion: Settings, *, ranges: Any, trials: list[Trial], courses: list[tuple[float, ...]], planned: int
) -> Trial:
    """Ask for a point, train it, prune it against the median of those before."""
    from dataclasses import replace

    number = len(trials)
    values: dict[str, Any] = next_values(problem, trials, ranges, planned)
    settings = replace(champion, **values, schedule="cosine", keep_best=True)
    before = list(courses)
    trained = runs.train(problem, settings, problem.seed, f"trial {number}", prune=lambda look, best: hopeless(look, best, before))
    courses.append(trained.val_losses)
    whole = {k: values.get(k, getattr(champion, k)) for k in ranges}
    drawn = "random" if is_random(number, planned) else "sampler"
    return Trial(number=number, values=whole, loss=min(trained.val_losses), pruned=trained.stopped.startswith("pruned"), drawn=drawn)


def _rank_correlation(trials: list[Trial], name: str, away_from: float | None = None) -> float:
    """Spearman's, between a setting (or its distance from a value, on a log scale) and the loss; 0 where there is none to tell."""
    import numpy as np
    from scipy.stats import spearmanr

    told = [t for t in trials if math.isfinite(t.loss)]
    values, losses = np.log([max(t.values[name], LEAST) for t in told]), [t.loss for t in told]
    if away_from is not None:
        values = np.abs(values - math.log(max(away_from, LEAST)))
    if len(told) < 3 or np.ptp(values) == 0 or np.ptp(losses) == 0:
        return 0.0
    return float(spearmanr(values, losses)[0])


def _importance(finished: list[Trial], ranges: Any) -> dict[str, float]:
    """Squared rank correlation, or that of the distance from the best, whichever is larger; told only from six trials on."""
    if len(finished) < FEWEST:
        return {}
    best = min(finished, key=lambda t: t.loss)
    varied = [name for name in ranges if len({t.values[name] for t in finished}) > 1]
    return {name: max(_rank_correlation(finished, name) ** 2, _rank_correlation(finished, name, best.values[name]) ** 2) for name in varied}


def _edges(finished: list[Trial], ranges: Any) -> dict[str, str]:
    best = min(finished, key=lambda t: t.loss, default=None)
    found: dict[str, str] = {}
    for name, (low, high) in ranges.items():
        if best is None or not low <= best.values[name] <= high or low == high:
            continue
        place = math.log(best.values[name] / low) / math.log(high / low)
        if place < EDGE or place > 1 - EDGE:
            found[name] = "low" if place < EDGE else "high"
    return found
