"""Is the difference real? Two settings trained with the same seeds, compared on the same validation items."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.models.settings import Settings
    from nohero.problem import Problem
    from nohero.training.runs import Runs, Trained


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change against the champion of its time, paired over seeds and validation items."""

    name: str
    gain: float  # champion's loss minus the changed one's: positive is better
    low: float  # 95 % interval
    high: float
    gain_by_seed: tuple[float, ...]
    score_gain: float  # the same of the headline answer: share of items right, or minus squared error
    kept: bool
    seconds: float
    num_items: int
    score_low: float = math.nan  # 95 % interval of score_gain
    score_high: float = math.nan


@dataclass(frozen=True, kw_only=True, eq=False)
class Arm:
    """One setting with every seed: losses and hits of each validation item [seeds, N]."""

    losses: Any
    hits: Any
    trained: tuple[Trained, ...]

    @property
    def loss(self) -> float:
        """Mean validation loss."""
        return float(self.losses.mean())

    @property
    def train_loss(self) -> float:
        """Mean training loss over the seeds."""
        return sum(t.train_loss for t in self.trained) / len(self.trained)

    @property
    def best_on_the_way(self) -> float:
        """The lowest validation loss of each training's course, mean over the seeds."""
        return sum(min(t.val_losses) for t in self.trained) / len(self.trained)


def arm(problem: Problem, runs: Runs, settings: Settings, seeds: int, name: str) -> Arm:
    """Train `settings` once a seed, or find what is trained."""
    import numpy as np

    from nohero.training.evaluate import targets_of

    targets = targets_of(problem.val)
    trained = tuple(runs.train(problem, settings, problem.seed + s, f"{name}, seed {s}") for s in range(seeds))
    outputs = [runs.val_outputs(t) for t in trained]
    losses = np.stack([problem.task.losses(o, targets) for o in outputs])
    hits = np.stack([problem.task.hits(o, targets) for o in outputs])
    return Arm(losses=losses, hits=hits, trained=trained)


def compare(problem: Problem, name: str, before: Arm, after: Arm) -> Change:
    """What going from `before` to `after` gains, and whether the problem's rule (ours: beyond noise) keeps it."""
    gains = before.losses - after.losses
    gain, low, high = interval(gains)
    score_gain, score_low, score_high = interval(after.hits - before.hits)
    change = Change(
        name=name, gain=gain, low=low, high=high, gain_by_seed=tuple(float(v) for v in gains.mean(1)), score_gain=score_gain, kept=False,
        seconds=0.0, num_items=gains.shape[1], score_low=score_low, score_high=score_high,
    )  # fmt: skip
    keep = problem.keep_if(change) if problem.keep_if is not None else beyond_noise(change)
    return Change(**{**vars(change), "kept": bool(keep)})


def interval(gains_SN: Any, confidence: float = 0.95) -> tuple[float, float, float]:  # numpy [seeds, items]
    """Mean gain and its interval, of 95 % unless told otherwise; seeds and items both vary.

    The variance is that of the items' means plus that of the seeds' means. Its degrees of freedom are Welch and
    Satterthwaite's: with three seeds that differ much they are near two, and counting the items there as well would let
    one useless change in ten pass for a gain.
    """
    from scipy import stats  # a slow import, needed by few

    gain = float(gains_SN.mean())
    means = [gains_SN.mean(0)] + ([gains_SN.mean(1)] if gains_SN.shape[0] > 1 else [])
    if gains_SN.shape[1] < 2:  # one item says nothing of the spread
        return gain, -math.inf, math.inf
    variances = [float(m.var(ddof=1)) / len(m) for m in means]
    variance = sum(variances)
    if not math.isfinite(variance):
        return gain, -math.inf, math.inf
    if variance == 0.0:
        return gain, gain, gain
    freedom = variance**2 / sum(v**2 / (len(m) - 1) for v, m in zip(variances, means, strict=True))
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * math.sqrt(variance)
    return gain, gain - half, gain + half


def beyond_noise(change: Change) -> bool:
    """The interval of the gain leaves out zero."""
    return change.low > 0
