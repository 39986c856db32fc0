"""What the trials of a search say once they are done: which setting mattered, and whether the best one lies at an edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.problem import Problem
    from nohero.search.points import Ranges, Trial
    from nohero.training.runs import Runs, Trained

EDGE = 0.1  # of the log range: a best value closer to an end than this is "at the edge"
FEWEST = 6  # trials before a share of variance is told
LEAST = 1e-12  # keeps the logarithm of a setting finite


def rank_correlation(trials: list[Trial], name: str, away_from: float | None = None) -> float:
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


def importance_of(finished: list[Trial], ranges: Ranges) -> dict[str, float]:
    """Squared rank correlation, or that of the distance from the best, whichever is larger; told only from six trials on."""
    if len(finished) < FEWEST:
        return {}
    best = min(finished, key=lambda t: t.loss)
    varied = [name for name in ranges if len({t.values[name] for t in finished}) > 1]
    return {name: max(rank_correlation(finished, name) ** 2, rank_correlation(finished, name, best.values[name]) ** 2) for name in varied}


def edges_of(finished: list[Trial], ranges: Ranges) -> dict[str, str]:
    """Settings whose best value lies near an end of its range, and which end."""
    best = min(finished, key=lambda t: t.loss, default=None)
    sides = ((name, side) for name in ranges for side in ("low", "high"))
    return {name: side for name, side in sides if best is not None and near(best.values[name], ranges[name], side)}


def near(value: float, ends: tuple[float, float], side: str) -> bool:
    """Whether a value lies inside its range and near that end of it, on a log scale."""
    low, high = ends
    if not (0 < low <= value <= high) or low == high:
        return False
    place = math.log(value / low) / math.log(high / low)
    return place > 1 - EDGE if side == "high" else place < EDGE


def gains_at_edges(problem: Problem, runs: Runs, finished: list[Trial], trainings: list[Trained], ranges: Ranges) -> dict[str, tuple[float, float, float]]:
    """For each setting at an edge: what the best trial gains over the best one further in, with its interval over validation items."""
    from nohero.evidence.paired import interval
    from nohero.training.evaluate import targets_of

    def losses(trial: Trial) -> Any:
        return problem.task.losses(runs.val_outputs(trainings[trial.number]), targets_of(problem.val))

    found = {}
    for name, side in edges_of(finished, ranges).items():
        best = min(finished, key=lambda t: t.loss)
        inside = min((t for t in finished if not near(t.values[name], ranges[name], side)), key=lambda t: t.loss, default=None)
        if inside is not None:
            found[name] = interval((losses(inside) - losses(best))[None])
    return found
