"""Regularise: one change at a time against the champion, each with the same seeds, kept only if the gain is beyond noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.paired import Change, arm, compare
from nohero.run.figure import Bar, Bars, Rule

if TYPE_CHECKING:
    from nohero.evidence.growth import Growth
    from nohero.models.settings import Settings
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

LEAST_STEPS = 150  # of one training
PRICE = 4.0  # seconds
ALWAYS = True  # later stages rest on it; it does less where the time is short


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
    best_on_the_way: float = math.nan  # lowest validation loss in the course of the last champion, mean over the seeds

    def sentence(self) -> str:
        """What was kept."""
        kept = [c.name for c in self.changes if c.kept]
        what = ", ".join(kept) if kept else "nothing"
        if not self.changes:
            return f"no change was tried: there was no time; validation loss {self.start_loss:.4f}"
        tried = f"{len(self.changes)} change{'s' if len(self.changes) > 1 else ''} tried with {self.num_seeds} seeds each"
        return f"{tried}; kept: {what}; validation loss {self.start_loss:.4f} to {self.end_loss:.4f}"

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
    # Without time for a single comparison the champion is trained once: there is nothing to tell from noise.
    several = allowance.decide("ladder/several", lambda: allowance.afford(LEAST_STEPS * price) >= 2 * problem.effort.seeds)
    seeds = problem.effort.seeds if several else 1
    steps = allowance.steps("ladder/steps", cap=growth.num_steps, least=LEAST_STEPS, trainings=4.0 * seeds, step_seconds=price)
    champion = replace(champion, steps=steps)
    first = now = arm(problem, runs, champion, seeds, "champion")
    tried, left_out = [], []
    for name, change in _changes(problem):
        changed = change(champion)
        cost = seeds * steps * runs.step_seconds(problem, changed)
        if not several or not allowance.fits(f"ladder/{name}", cost, name):
            left_out.append(name)
            continue
        new = arm(problem, runs, changed, seeds, name)
        tried.append(compare(problem, name, now, new))
        if tried[-1].kept:
            champion, now = changed, new
    return ChangeLadder(
        changes=tuple(tried), start_loss=first.loss, end_loss=now.loss, start_score=float(first.hits.mean()), end_score=float(now.hits.mean()),
        train_loss=now.train_loss, champion=asdict(champion), num_seeds=seeds, declined=dict(problem.declined), left_out=tuple(left_out), unit=problem.task.unit,
        best_on_the_way=now.best_on_the_way,
    )  # fmt: skip


def _changes(problem: Problem) -> list[tuple[str, Any]]:
    from dataclasses import replace

    def larger(s: Settings) -> Settings:
        return replace(s, width=2 * s.width, keep_best=True)

    every = [
        ("early stopping", lambda s: replace(s, keep_best=True)),
        ("binned numbers", lambda s: replace(s, binned=True)),
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
