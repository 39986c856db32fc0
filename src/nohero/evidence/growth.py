"""Overfit: Adam 3e-4, constant rate, nothing that regularises; the network grows until its training loss stops paying for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.prediction_dynamics import CALMER, SHAKY, calmer, followed
from nohero.run.figure import Bar, Bars, Lines, Rule, Series

if TYPE_CHECKING:
    from nohero.evidence.baselines import Baselines
    from nohero.models.settings import Settings
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs, Trained

ENOUGH = 0.02  # of the constant's loss: a training loss below this has nothing left to fit
PRICE = 2.0  # seconds
ALWAYS = True  # later stages rest on it; it does less where the time is short


@dataclass(frozen=True, kw_only=True)
class Size:
    """One network size."""

    width: int
    depth: int
    train_loss: float
    train_score: float
    val_loss: float
    best_val_loss: float
    val_score: float
    best_step: int
    steps: tuple[int, ...]
    train_losses: tuple[float, ...]
    val_losses: tuple[float, ...]
    seconds: float
    stopped: str = ""
    num_parameters: int = 0


@dataclass(frozen=True, kw_only=True)
class Growth:
    """The sizes tried, smallest first, and the one that is handed on."""

    sizes: tuple[Size, ...]
    chosen: int  # index of the size handed on: the best validation loss within noise, the smaller one where equal
    constant_loss: float  # training loss of the best constant
    baseline_train_loss: float  # validation loss of the best baseline: what a useful fit has to pass
    baseline: str
    num_steps: int
    learning_rate: float
    jitter: float  # mean distance a followed prediction goes back on its last move, in the second half, as a share of its range
    probe_steps: tuple[int, ...]
    probes: tuple[tuple[float, ...], ...]  # one curve a followed item: probability of its label, or its value
    probe_labels: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    unit: str = "nats"
    calmer_rate: float = math.nan  # where the predictions went to and fro: the same size trained once more at this rate
    calmer_train_loss: float = math.nan
    calmer_val_loss: float = math.nan  # lowest on the way

    @property
    def best(self) -> Size:
        """The size handed on."""
        return self.sizes[self.chosen]

    def sentence(self) -> str:
        """What fits best and what it was chosen for."""
        best, last = self.best, self.sizes[-1]
        return (
            f"{len(self.sizes)} size{'s' if len(self.sizes) > 1 else ''} tried, training loss down to {min(s.train_loss for s in self.sizes):.4f} (constant {self.constant_loss:.3f}); "
            f"width {best.width}, depth {best.depth} is handed on (best validation loss {best.best_val_loss:.4f}, largest {last.best_val_loss:.4f})"
        )

    def figures(self) -> tuple[Lines | Bars, ...]:
        """Training curves by size, and the prediction dynamics."""
        curves = tuple(
            Series(name=f"width {s.width}, depth {s.depth}", x=tuple(float(v) for v in s.steps), y=s.train_losses) for s in self.sizes
        ) + tuple(
            Series(name=f"validation, width {s.width}", x=tuple(float(v) for v in s.steps), y=s.val_losses, dashed=True) for s in (self.best,)
        )
        rules = (Rule(label="best constant", value=self.constant_loss), Rule(label=self.baseline, value=self.baseline_train_loss))
        bars = tuple(
            Bar(label=f"width {s.width}, depth {s.depth}", value=s.best_val_loss, role="ours" if i == self.chosen else "plain", note=f"training {s.train_loss:.4f}")
            for i, s in enumerate(self.sizes)
        )
        x = tuple(float(s) for s in self.probe_steps)
        followed = tuple(Series(name=label, x=x, y=y) for label, y in zip(self.probe_labels, self.probes, strict=True))
        what = "probability of the right class" if self.unit == "nats" else "prediction (standard deviations)"
        return (
            Lines(title="Growing the network", x_label="step", y_label=f"loss ({self.unit})", series=curves, rules=rules, log_y=True),
            Bars(title="Best validation loss by size (lower is better)", value_label=f"loss ({self.unit})", bars=bars),
            Lines(title="Prediction dynamics on a fixed batch", x_label="step", y_label=what, series=followed),
        )


def measure(problem: Problem, runs: Runs, allowance: Allowance, baselines: Baselines) -> Growth:
    """Train size after size while the training loss still falls and the time lasts."""
    from dataclasses import replace

    from nohero.training.evaluate import targets_of

    ladder = problem.ladder[: problem.effort.sizes]
    targets = targets_of(problem.train)
    constant = problem.task.expected_initial_loss(targets, problem.task.output_bias(targets))
    middle = replace(problem.start, width=ladder[len(ladder) // 2][0], depth=ladder[len(ladder) // 2][1])
    price = runs.step_seconds(problem, middle)
    steps = allowance.steps("growth/steps", cap=problem.effort.steps, least=150, trainings=1.0 + 0.5 * len(ladder), step_seconds=price)
    sizes: list[Size] = []
    trainings: list[Trained] = []
    left_out: list[str] = []
    for width, depth in ladder:
        settings = replace(problem.start, width=width, depth=depth, steps=steps)
        if sizes and not allowance.fits(f"growth/{width}x{depth}", steps * runs.step_seconds(problem, settings), f"width {width}, depth {depth}"):
            left_out.append(f"width {width}, depth {depth}")
            break
        trained = runs.train(problem, settings, problem.seed, f"width {width}, depth {depth}")
        trainings.append(trained)
        sizes.append(_size(problem, settings, trained))
        if trained.train_loss < ENOUGH * constant and len(sizes) > 1:
            break
    chosen = _choose(sizes)
    moves = followed(problem, runs, trainings[chosen])
    settings = replace(problem.start, width=sizes[chosen].width, depth=sizes[chosen].depth, steps=steps)
    calm = calmer(problem, runs, allowance, settings) if moves.jitter > SHAKY else None
    return Growth(
        sizes=tuple(sizes), chosen=chosen, constant_loss=constant, baseline_train_loss=baselines.best.score.loss, baseline=baselines.best.name,
        num_steps=steps, learning_rate=problem.start.learning_rate, jitter=moves.jitter, probe_steps=trainings[chosen].steps, probes=moves.curves,
        probe_labels=moves.labels, left_out=tuple(left_out), unit=problem.task.unit,
        **({"calmer_rate": CALMER * settings.learning_rate, "calmer_train_loss": calm.train_loss, "calmer_val_loss": min(calm.val_losses)} if calm else {}),
    )  # fmt: skip


def _choose(sizes: list[Size]) -> int:
    chosen = min(range(len(sizes)), key=lambda i: sizes[i].best_val_loss if math.isfinite(sizes[i].best_val_loss) else math.inf)
    while chosen and sizes[chosen - 1].best_val_loss <= 1.01 * sizes[chosen].best_val_loss:
        chosen -= 1  # the smaller of two that differ by less than 1 %
    return chosen


def _size(problem: Problem, settings: Settings, trained: Trained) -> Size:
    return Size(
        width=settings.width, depth=settings.depth, train_loss=trained.train_loss, train_score=trained.train_score, val_loss=trained.val_loss,
        best_val_loss=min(trained.val_losses), val_score=trained.val_score, best_step=trained.best_step, steps=trained.steps,
        train_losses=trained.train_losses, val_losses=trained.val_losses, seconds=trained.seconds, stopped=trained.stopped,
        num_parameters=sum(p.numel() for p in problem.make_model(settings, problem.seed).parameters()),
    )  # fmt: skip
