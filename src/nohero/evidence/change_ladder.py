"""Regularise: one change at a time against the champion, each with the same seeds, kept only if the gain is beyond noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bar, Bars, Rule

if TYPE_CHECKING:
    from nohero.evidence.growth import Growth
    from nohero.problem import Problem
    from nohero.models.settings import Settings
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

PRICE = 4.0  # seconds


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


@dataclass(frozen=True, kw_only=True)
class ChangeLadder:
    """The changes tried, in order."""

    changes: tuple[Change, ...]
    start_loss: float
    end_loss: float
    start_score: float  # mean hits on the validation set, mean over the seeds
    end_score: float
    train_loss: float  # of the last champion, mean over the seeds
    champion: dict[str, Any]  # the settings handed on
    num_seeds: int
    declined: dict[str, str]  # change -> why it does not apply
    left_out: tuple[str, ...]
    unit: str

    def sentence(self) -> str:
        """What was kept."""
        kept = [c.name for c in self.changes if c.kept]
        what = ", ".join(kept) if kept else "nothing"
        return f"{len(self.changes)} changes tried with {self.num_seeds} seeds each; kept: {what}; validation loss {self.start_loss:.4f} to {self.end_loss:.4f}"

    def figures(self) -> tuple[Bars, ...]:
        """Gains with their intervals."""
        bars = tuple(
            Bar(label=c.name, value=c.gain, low=c.low, high=c.high, role="good" if c.kept else "muted", note="kept" if c.kept else "not kept")
            for c in self.changes
        )
        title = "One change at a time: gain in validation loss, 95 % interval"
        return (Bars(title=title, value_label=f"gain ({self.unit})", bars=bars, rules=(Rule(label="no gain", value=0.0),)),) if bars else ()


def measure(problem: Problem, runs: Runs, allowance: Allowance, growth: Growth) -> ChangeLadder:
    """Walk the list of changes; a change that is kept becomes part of the champion."""
    from dataclasses import asdict, replace

    best = growth.best
    champion = replace(problem.start, width=best.width, depth=best.depth, steps=growth.num_steps)
    price = runs.step_seconds(problem, champion)
    seeds = problem.effort.seeds
    steps = allowance.steps("ladder/steps", cap=growth.num_steps, least=150, trainings=4.0 * seeds, step_seconds=price)
    champion = replace(champion, steps=steps)
    losses, scores, train_loss = _seeds(problem, runs, champion, seeds, "champion")
    start_loss, start_score = float(losses.mean()), float(scores.mean())
    tried, left_out = [], []
    for name, change in _changes(problem):
        changed = change(champion)
        cost = seeds * steps * runs.step_seconds(problem, changed)
        if not allowance.fits(f"ladder/{name}", cost, name):
            left_out.append(name)
            continue
        new_losses, new_scores, new_train = _seeds(problem, runs, changed, seeds, name)
        result = _compared(problem, name, losses - new_losses, new_scores - scores)
        tried.append(result)
        if result.kept:
            champion, losses, scores, train_loss = changed, new_losses, new_scores, new_train
    return ChangeLadder(
        changes=tuple(tried), start_loss=start_loss, end_loss=float(losses.mean()), start_score=start_score, end_score=float(scores.mean()),
        train_loss=train_loss, champion=asdict(champion), num_seeds=seeds, declined=dict(problem.declined), left_out=tuple(left_out), unit=problem.task.unit,
    )  # fmt: skip


def _changes(problem: Problem) -> list[tuple[str, Any]]:
    from dataclasses import replace

    def larger(s: Settings) -> Settings:
        return replace(s, width=2 * s.width, keep_best=True)

    every = [
        ("early stopping", lambda s: replace(s, keep_best=True)),
        ("augmentation", lambda s: replace(s, augment="light")),
        ("weight decay", lambda s: replace(s, weight_decay=0.1)),
        ("dropout", lambda s: replace(s, dropout=0.3)),
        ("label smoothing", lambda s: replace(s, label_smoothing=0.05)),
        ("mirror images", lambda s: replace(s, augment="light", flip=True)),
        ("smaller input", lambda s: replace(s, fewer_inputs=0.25)),
        ("smaller network", lambda s: replace(s, width=max(4, s.width // 2))),
        ("bigger network with early stopping", larger),
    ]
    return [(name, change) for name, change in every if name not in problem.declined]


def _seeds(problem: Problem, runs: Runs, settings: Settings, seeds: int, name: str) -> tuple[Any, Any, float]:
    """Losses and hits of each validation item for each seed [seeds, N], and the mean training loss."""
    import numpy as np

    from nohero.training.evaluate import targets_of

    targets = targets_of(problem.val)
    trained = [runs.train(problem, settings, problem.seed + s, f"{name}, seed {s}") for s in range(seeds)]
    outputs = [runs.val_outputs(t) for t in trained]
    losses = np.stack([problem.task.losses(o, targets) for o in outputs])
    hits = np.stack([problem.task.hits(o, targets) for o in outputs])
    return losses, hits, float(np.mean([t.train_loss for t in trained]))


def _compared(problem: Problem, name: str, gains: Any, score_gains: Any) -> Change:
    """Items and seeds both vary: the interval adds the spread of the seeds' means to that of the items' means."""
    import math

    import numpy as np
    from scipy import stats

    by_seed, by_item = gains.mean(1), gains.mean(0)
    seeds, items = gains.shape
    variance = by_item.var(ddof=1) / items + (by_seed.var(ddof=1) / seeds if seeds > 1 else 0.0)
    half = float(stats.t.ppf(0.975, max(seeds - 1, 1) + min(items - 1, 30))) * math.sqrt(variance)
    gain = float(gains.mean())
    change = Change(
        name=name, gain=gain, low=gain - half, high=gain + half, gain_by_seed=tuple(map(float, by_seed)), score_gain=float(np.mean(score_gains)),
        kept=False, seconds=0.0, num_items=items,
    )  # fmt: skip
    keep = problem.keep_if(change) if problem.keep_if is not None else beyond_noise(change)
    return Change(**{**vars(change), "kept": bool(keep)})


def beyond_noise(change: Change) -> bool:
    """The interval of the gain leaves out zero."""
    return change.low > 0
