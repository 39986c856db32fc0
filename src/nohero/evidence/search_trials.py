"""Tune: random search on log scales, learning rate first, then a sampler that learns; poor trials are pruned."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.search_reading import edges_of, gains_at_edges, importance_of, rank_correlation
from nohero.run.figure import Bar, Bars, Lines, Rule, Series
from nohero.search.points import Trial, hopeless, is_random, next_values, ranges_of

if TYPE_CHECKING:
    from nohero.evidence.change_ladder import ChangeLadder
    from nohero.models.settings import Settings
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs, Trained

PRICE = 3.0  # seconds
ALWAYS = True  # later stages rest on it; it does less where the time is short


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
    edge_gains: dict[str, tuple[float, float, float]] = field(default_factory=dict)  # at an edge: gain over the best trial further in, interval
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
    seeds = max(2, ladder.num_seeds)  # one seed would leave its own luck out of the interval
    price = champion.steps * runs.step_seconds(problem, champion)
    planned = int(allowance.decide("search/trials", lambda: max(0, min(problem.effort.trials, allowance.afford(price, share=0.7) - seeds))))
    trials: list[Trial] = []
    trainings: list[Trained] = []
    for number in range(planned):
        if not allowance.fits(f"search/{number}", price, f"trials {number} to {planned - 1}"):
            break
        trials.append(_trial(problem, runs, champion, ranges=ranges, trials=trials, trainings=trainings, planned=planned))
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
        kept=kept, importance=importance_of(finished, ranges), at_edge=edges_of(finished, ranges), settings=asdict(settings), num_planned=planned, unit=problem.task.unit,
        edge_gains=gains_at_edges(problem, runs, finished, trainings, ranges), trends={name: rank_correlation(trials, name) for name in ranges},
    )  # fmt: skip


def _trial(
    problem: Problem, runs: Runs, champion: Settings, *, ranges: Any, trials: list[Trial], trainings: list[Trained], planned: int
) -> Trial:
    """Ask for a point, train it, prune it against the median of those before."""
    from dataclasses import replace

    number = len(trials)
    values: dict[str, Any] = next_values(problem, trials, ranges, planned)
    settings = replace(champion, **values, schedule="cosine", keep_best=True)
    before = [t.val_losses for t in trainings]
    trained = runs.train(problem, settings, problem.seed, f"trial {number}", prune=lambda look, best: hopeless(look, best, before))
    trainings.append(trained)
    whole = {k: values.get(k, getattr(champion, k)) for k in ranges}
    drawn = "random" if is_random(number, planned) else "sampler"
    return Trial(number=number, values=whole, loss=min(trained.val_losses), pruned=trained.stopped.startswith("pruned"), drawn=drawn)
