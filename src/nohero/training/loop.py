"""The training loop: one for every experiment, exact to resume, quiet about the global random state.

What a step does depends on the settings, the seed and the step's number alone: the order of an epoch, the augmentation and
the dropout of step n are the same whether the training was ever interrupted or not.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from nohero.data.batches import Batches
from nohero.training import checkpoint
from nohero.training.augment import augment
from nohero.training.evaluate import mean_loss, outputs_of
from nohero.training.optimizer import rate_at, rate_shares

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nohero.models.settings import Settings
    from nohero.problem import Problem

LOOKS = 25  # evaluations in the course of one training, at most
STEPS_BETWEEN = 20  # at least: looks must not cost more than the steps they look at
SAVE_EVERY = 4.0  # seconds between checkpoints of one training: what a kill can cost
PROBE = 24  # validation items whose predictions are followed


@dataclass
class Course:
    """A training under way: the curve so far and the best weights."""

    step: int = 0
    steps: list[int] = field(default_factory=list)
    train_losses: list[float] = field(default_factory=list)  # mean over the steps since the last look
    val_losses: list[float] = field(default_factory=list)
    best_loss: float = math.inf
    best_step: int = 0
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    probes: list[torch.Tensor] = field(default_factory=list)  # outputs [P, K] at each look
    running: float = 0.0  # sum of losses since the last look
    since: int = 0
    stopped: str = ""


class Training:
    """One network in training."""

    def __init__(self, problem: Problem, settings: Settings, seed: int) -> None:
        """Make the network and its optimizer afresh."""
        self.problem, self.settings, self.seed = problem, settings, seed
        self.model = problem.make_model(settings, seed).to(problem.device)
        self.optimizer = problem.make_optimizer(self.model, settings)
        self._shares = rate_shares(self.optimizer)
        self.batches = Batches(problem.train, settings.batch_size, shuffle=True, seed=seed, drop_last=True)
        self.course = Course()
        self.look_every = max(STEPS_BETWEEN, settings.steps // LOOKS)
        self._saved_at = 0.0

    def run(
        self,
        *,
        saved: Path | None = None,
        prune: Callable[[int, float], bool] | None = None,
        told: Callable[[int, int, float], None] | None = None,
    ) -> None:
        """Train to the end, from `saved` if it is there; `prune(look, best_val_loss)` may stop it, `told(step, of, loss)` shows it."""
        if saved is not None and saved.exists():
            self._restore(saved)
        self._saved_at = time.monotonic()
        with torch.random.fork_rng(devices=[]):
            self.model.train()
            while self.course.step < self.settings.steps and not self.course.stopped:
                self._epoch(saved, prune, told)
        if self.settings.keep_best and self.course.best:
            self.model.load_state_dict(self.course.best)

    def _epoch(self, saved: Path | None, prune: Any, told: Any) -> None:
        number, done = divmod(self.course.step, len(self.batches))
        for index, (x, y, _) in enumerate(self.batches.epoch(number)):
            if index < done:
                continue
            loss = self.take_step(x, y)
            if not math.isfinite(loss):
                self.course.stopped = f"the loss is {loss} at step {self.course.step}"
                self._look(prune, told)
                return
            last = self.course.step >= self.settings.steps
            if self.course.step % self.look_every == 0 or last:
                self._look(prune, told)
                if saved is not None and time.monotonic() - self._saved_at > SAVE_EVERY:
                    self._save(saved)
            if last or self.course.stopped:
                return

    def take_step(self, x: torch.Tensor, y: torch.Tensor) -> float:
        """One optimizer step on one batch; returns its loss."""
        course, settings = self.course, self.settings
        mixed = (self.seed * 1_000_003 + course.step) % 2**31
        torch.default_generator.manual_seed(mixed)  # dropout of this step; torch.manual_seed would note a stack trace each time
        rate = rate_at(settings, course.step)
        for group, share in zip(self.optimizer.param_groups, self._shares, strict=True):
            group["lr"] = rate * share
        x = self.problem.to_input(x)
        if settings.augment != "none":
            x = augment(x, torch.Generator().manual_seed(mixed), flip=settings.flip)
        self.optimizer.zero_grad(set_to_none=True)
        loss = smoothed(self.problem, self.model(x), y, settings.label_smoothing)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        course.step += 1
        value = float(loss.detach())
        course.running += value
        course.since += 1
        return value

    def _look(self, prune: Any, told: Any) -> None:
        course = self.course
        outputs = outputs_of(self.problem, self.model, self.problem.val)
        loss = mean_loss(self.problem, outputs, self.problem.val)
        course.steps.append(course.step)
        course.train_losses.append(course.running / max(course.since, 1))
        course.running, course.since = 0.0, 0
        course.val_losses.append(loss)
        course.probes.append(torch.from_numpy(outputs[:PROBE].astype("float32")))
        if loss < course.best_loss:
            course.best_loss, course.best_step = loss, course.step
            course.best = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        if told is not None:
            told(course.step, self.settings.steps, loss)
        if prune is not None and prune(len(course.steps), course.best_loss):
            course.stopped = f"pruned at step {course.step}"

    def _save(self, path: Path) -> None:
        course = self.course
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"best.{k}": v for k, v in course.best.items()}
        tensors |= checkpoint.optimizer_tensors(self.optimizer)
        tensors["probes"] = torch.stack(course.probes)
        plain = ("step", "steps", "train_losses", "val_losses", "best_loss", "best_step", "running", "since", "stopped")
        checkpoint.write(path, tensors, {name: getattr(course, name) for name in plain})
        self._saved_at = time.monotonic()

    def _restore(self, path: Path) -> None:
        tensors, facts = checkpoint.read(path)
        self.model.load_state_dict(checkpoint.take(tensors, "model."))
        checkpoint.restore_optimizer(self.optimizer, tensors)
        self.course = Course(**facts, best=checkpoint.take(tensors, "best."), probes=list(tensors["probes"]))


def smoothed(problem: Problem, outputs: torch.Tensor, targets: torch.Tensor, smoothing: float) -> torch.Tensor:
    """The problem's loss, with its targets mixed with the uniform answer where classes are smoothed."""
    loss = problem.loss(outputs, targets)
    if not smoothing or outputs.ndim < 2 or outputs.shape[-1] < 2:
        return loss
    uniform = -torch.log_softmax(outputs, dim=-1).mean()
    return (1 - smoothing) * loss + smoothing * uniform
