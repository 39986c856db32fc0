"""Dumb and classical baselines on the validation set: whatever comes later has to beat them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.run.figure import Bar, Bars
from nohero.run.score import Score

if TYPE_CHECKING:
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

FILE = "baselines.safetensors"  # in the run directory: each baseline's outputs for validation and test inputs
SHARE = 0.6  # of the stage's time left that one baseline may take
PRICE = 1.0  # seconds: the constant alone; the others are asked for one by one
ALWAYS = True  # later stages rest on it; it does less where the time is short


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """One baseline's score on the validation set."""

    name: str
    score: Score
    seconds: float
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Baselines:
    """All of them, dumbest first."""

    baselines: tuple[Baseline, ...]
    left_out: tuple[str, ...] = ()

    @property
    def best(self) -> Baseline:
        """The one with the highest score."""
        return max(self.baselines, key=lambda b: b.score.value)

    @property
    def constant(self) -> Baseline:
        """The best constant answer."""
        return self.baselines[0]

    def sentence(self) -> str:
        """The best one."""
        return f"best baseline: {self.best.name}, {self.best.score.metric} {self.best.score}"

    def figures(self) -> tuple[Bars, ...]:
        """A bar each."""
        bars = tuple(Bar(label=b.name, value=b.score.value, low=b.score.low, high=b.score.high, role="baseline", note=b.note) for b in self.baselines)
        return (Bars(title="Baselines on the validation set", value_label=self.best.score.metric, bars=bars),)


def measure(problem: Problem, runs: Runs, allowance: Allowance) -> Baselines:
    """Fit each on the training set, one after another while the time lasts; test targets are not touched, only test inputs."""
    import torch

    from nohero.evidence.classical import answers, prices
    from nohero.training import checkpoint
    from nohero.training.evaluate import targets_of

    targets = targets_of(problem.val)
    found: list[Baseline] = []
    left_out: list[str] = []
    kept: dict[str, torch.Tensor] = {}
    for name, price in prices(problem).items():
        if price and not allowance.fits(f"baseline/{name}", price / SHARE, name):
            left_out.append(name)
            continue
        began = time.monotonic()
        on_val, on_test, note = answers(problem, name)
        kept |= {f"val.{name}": torch.from_numpy(on_val), f"test.{name}": torch.from_numpy(on_test)}
        score = problem.task.score(on_val, targets)
        found.append(Baseline(name=name, score=score, seconds=round(time.monotonic() - began, 2), note=note))
    checkpoint.write(runs.directory.path / FILE, kept, {})
    return Baselines(baselines=tuple(found), left_out=tuple(left_out))
