"""Trainings kept by name: each is done once, found again after a kill, and picked up where its checkpoint stands."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from nohero.run.directory import RunDirectory, fingerprint
from nohero.run.values import from_plain
from nohero.training import checkpoint
from nohero.training.evaluate import mean_loss, outputs_of, targets_of
from nohero.training.loop import Training

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.models.settings import Settings
    from nohero.problem import Problem

TIMED_STEPS = 8  # steps behind an estimate of a step's price
LARGEST_TRAIN_LOOK = 4000  # training items behind a training score: enough for an interval of 1 %


@dataclass(frozen=True, kw_only=True)
class Trained:
    """One finished training, without its tensors."""

    key: str
    label: str
    settings: str  # Settings as text; part of the key
    seed: int
    steps: tuple[int, ...]
    train_losses: tuple[float, ...]  # as seen in training, with dropout and augmentation, mean between looks
    val_losses: tuple[float, ...]
    best_step: int
    train_loss: float  # of the kept weights, eval mode, on (at most 4,000 items of) the training set
    train_score: float
    val_loss: float
    val_score: float
    stopped: str
    file: str  # safetensors: model.*, val_outputs, probes
    seconds: float
    step_seconds: float


class Runs:
    """The trainings of one run."""

    def __init__(self, directory: RunDirectory, told: Callable[[str, int, int, float], None] | None = None) -> None:
        """Read what is finished; `told(label, step, of, val_loss)` hears of the progress of the rest."""
        self.directory = directory
        self.told = told
        self._finished = {event["key"]: event for event in directory.journal.every("training")}
        self._prices: dict[str, float] = {}

    def train(
        self,
        problem: Problem,
        settings: Settings,
        seed: int,
        label: str,
        prune: Callable[[int, float], bool] | None = None,
    ) -> Trained:
        """The training of these settings with this seed: found, resumed or done."""
        key = fingerprint(problem.fingerprint, settings, seed, label if prune else "")
        if key in self._finished:
            return self.found(key)
        began = time.monotonic()
        saved = self.directory.path / "checkpoints" / f"{key}.safetensors"
        training = Training(problem, settings, seed)
        told = self.told
        training.run(saved=saved, prune=prune, told=None if told is None else lambda s, n, v: told(label, s, n, v))
        trained = self._keep(training, key, label, time.monotonic() - began)
        saved.unlink(missing_ok=True)
        return trained

    def _keep(self, training: Training, key: str, label: str, seconds: float) -> Trained:
        problem, course = training.problem, training.course
        val_outputs = outputs_of(problem, training.model, problem.val)
        few = few_of(problem.train, LARGEST_TRAIN_LOOK)
        train_outputs = outputs_of(problem, training.model, few)
        hits = problem.task.hits
        tensors = {f"model.{k}": v for k, v in training.model.state_dict().items()}
        tensors["val_outputs"] = torch.from_numpy(val_outputs)
        tensors["probes"] = torch.stack(course.probes)
        file = f"trainings/{key}.safetensors"
        checkpoint.write(self.directory.path / file, tensors, {"settings": repr(training.settings), "seed": training.seed})
        trained = Trained(
            key=key,
            label=label,
            settings=repr(training.settings),
            seed=training.seed,
            steps=tuple(course.steps),
            train_losses=tuple(course.train_losses),
            val_losses=tuple(course.val_losses),
            best_step=course.best_step,
            train_loss=mean_loss(problem, train_outputs, few),
            train_score=float(hits(train_outputs, targets_of(few)).mean()),
            val_loss=mean_loss(problem, val_outputs, problem.val),
            val_score=float(hits(val_outputs, targets_of(problem.val)).mean()),
            stopped=course.stopped,
            file=file,
            seconds=round(seconds, 3),
            step_seconds=seconds / max(course.step, 1),
        )
        self._finished[key] = self.directory.journal.append("training", **vars(trained))
        return trained

    def adopt(self, training: Training, problem: Problem, label: str) -> Trained:
        """Run a training made elsewhere, for `problem`, and keep it like the others."""
        key = fingerprint(problem.fingerprint, label, training.settings, training.seed)
        if key not in self._finished:
            began = time.monotonic()
            training.run()
            training.problem = problem
            return self._keep(training, key, label, time.monotonic() - began)
        return self.found(key)

    def found(self, key: str) -> Trained:
        """The finished training of that name."""
        return from_plain(Trained, self._finished[key])  # type: ignore[no-any-return]

    def tensors(self, trained: Trained) -> dict[str, torch.Tensor]:
        """The weights, the validation outputs and the probes of a finished training."""
        return checkpoint.read(self.directory.path / trained.file)[0]

    def val_outputs(self, trained: Trained) -> Any:  # numpy [N, K]
        """The outputs on the validation set."""
        return self.tensors(trained)["val_outputs"].numpy()

    def model(self, problem: Problem, settings: Settings, trained: Trained) -> torch.nn.Module:
        """The trained network, in eval mode."""
        model = problem.make_model(settings, trained.seed).to(problem.device)
        model.load_state_dict(checkpoint.take(self.tensors(trained), "model."))
        return model.eval()

    def step_seconds(self, problem: Problem, settings: Settings) -> float:
        """What a step of these settings costs here, evaluation included: timed on a few steps of a throw-away network."""
        shape = repr((settings.width, settings.depth, settings.batch_size, settings.augment))
        if shape not in self._prices:
            training = Training(problem, settings, seed=0)
            training.look_every = 10**9
            training.settings = type(settings)(**{**vars(settings), "steps": TIMED_STEPS})
            training.run()
            began = time.monotonic()
            training.course.step, training.course.stopped = 0, ""
            training.run()
            self._prices[shape] = (time.monotonic() - began) / TIMED_STEPS
        return self._prices[shape]


def few_of(items: Any, most: int) -> Any:  # ArraySet
    """Every item, or an even sample of `most` of them."""
    if len(items) <= most:
        return items
    index = torch.linspace(0, len(items) - 1, most).long()
    return type(items)(x=items.x[index], y=items.y[index], rows=items.rows[index.numpy()])
