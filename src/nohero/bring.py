"""From a source to a problem: read, decide the task, split, fit the transforms on train, and choose the dullest parts."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.choices import make_task, steps_for
from nohero.models.settings import Settings
from nohero.problem import Effort, Problem
from nohero.run.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from nohero.data.batches import ArraySet
    from nohero.data.raw import Raw
    from nohero.tasks.task import Task

TABLE_LADDER = ((32, 1), (64, 2), (128, 2), (256, 3))  # (width, depth), dullest first
IMAGE_LADDER = ((8, 2), (16, 2), (32, 3), (64, 3))
SMALLEST_HALVED = 16  # pixels: smaller pictures are not halved
LARGE_ITEM = 2000  # numbers: below it a step is too short to share among threads
MOST_THREADS = 4


def assemble(raw: Raw, kind: str, *, name: str = "", seed: int = 17, effort: Effort | None = None) -> Problem:
    """The problem that `raw` poses as a task of `kind`, with the dullest network for its modality."""
    from nohero.data.split import split as split_rows

    return with_split(raw, kind, split_rows(raw, kind, seed=seed), name=name, seed=seed, effort=effort)


def with_split(raw: Raw, kind: str, split: Any, *, name: str = "", seed: int = 17, effort: Effort | None = None) -> Problem:
    """The same with a given split."""
    import numpy as np

    from nohero.data.batches import array_set
    from nohero.data.transforms import fit_transforms
    from nohero.training.optimizer import adam

    transforms = fit_transforms(raw, split.train, kind)
    inputs = transforms.x(raw) if raw.modality == "table" else np.ascontiguousarray(raw.images.transpose(0, 3, 1, 2))
    targets = transforms.target.encode(raw.target)
    train, val, test = (array_set(inputs[i], targets[i], i) for i in (split.train, split.val, split.test))
    task = make_task(kind, transforms.target, train)
    start, ladder, declined = _choices(raw, task, len(train), tuple(train.x.shape[1:]))
    return Problem(
        name=name or raw.name, raw=raw, task=task, split=split, transform=transforms.inputs, code=transforms.target, train=train, val=val, test=test,
        to_input=_identity if raw.modality == "table" else _scaled(transforms.inputs), make_model=factory(task, train, shape=tuple(train.x.shape[1:])),
        make_optimizer=adam, loss=task.loss, start=start, effort=effort or Effort(steps=steps_for(len(train), start.batch_size)), ladder=ladder,
        declined=declined, seed=seed, threads=1 if train.x[0].numel() < LARGE_ITEM else min(MOST_THREADS, os.cpu_count() or 1),
    )  # fmt: skip


def reassemble(problem: Problem, raw: Raw) -> Problem:
    """The same problem posed by other raw data: split, fitted and chosen anew."""
    return assemble(raw, problem.task.name, name=problem.name, seed=problem.seed, effort=problem.effort)


def factory(task: Task, train: ArraySet, shape: tuple[int, ...]) -> Any:
    """A factory (settings, seed) -> network, with the output bias at the prior where the settings say so."""

    def make(settings: Settings, seed: int) -> torch.nn.Module:
        from nohero.models.binned import Binned, edges
        from nohero.models.build import build, set_output_bias
        from nohero.models.narrowed import Narrowed
        from nohero.training.evaluate import targets_of

        halved = len(shape) == 3 and settings.fewer_inputs > 0
        inner_shape = (shape[0], shape[1] // 2, shape[2] // 2) if halved else shape
        bins = edges(train.x) if settings.binned else None
        if bins is not None:
            inner_shape = (shape[0] + len(bins[0]),)
        model = build(inner_shape, task.num_outputs, width=settings.width, depth=settings.depth, dropout=settings.dropout, seed=seed)
        if settings.prior_bias:
            set_output_bias(model, task.output_bias(targets_of(train)))
        if bins is not None:
            model = Binned(model, *bins)
        if settings.fewer_inputs > 0:
            return Narrowed(model, None if halved else weakest_masked(train, settings.fewer_inputs))
        return model

    return make


def weakest_masked(train: ArraySet, share: float) -> torch.Tensor:
    """A mask [D] that hides the `share` of the columns least correlated with the target on the training set."""
    import torch

    x, y = train.x.double(), train.y.double()
    x, y = x - x.mean(0), y - y.mean()
    strength = (x * y[:, None]).mean(0).abs() / (x.std(0) * y.std()).clamp_min(1e-12)
    mask = torch.ones(x.shape[1])
    mask[strength.argsort()[: int(share * x.shape[1])]] = 0.0
    return mask


def _identity(x: torch.Tensor) -> torch.Tensor:
    return x


def _scaled(transform: Any) -> Any:
    """Bytes [N, C, H, W] to zero mean and unit deviation by channel, with the training set's statistics."""
    import torch

    mean, std = (torch.tensor(v).reshape(1, -1, 1, 1) for v in (transform.mean, transform.std))

    def to_input(x: torch.Tensor) -> torch.Tensor:
        return (x.float() / 255.0 - mean) / std

    return to_input


def _choices(raw: Raw, task: Task, n: int, shape: tuple[int, ...]) -> tuple[Settings, tuple[tuple[int, int], ...], dict[str, str]]:
    ladder = TABLE_LADDER if raw.modality == "table" else IMAGE_LADDER
    batch = 32 if n < 1000 else 64 if n < 20_000 else 128
    start = Settings(width=ladder[0][0], depth=ladder[0][1], batch_size=min(batch, n), steps=steps_for(n, batch))
    declined = {}
    if raw.modality == "table":
        declined["mirror images"] = "these are rows, not pictures"
        if shape[0] < 4:
            declined["smaller input"] = f"there are only {shape[0]} columns"
    else:
        declined["binned numbers"] = "these are pictures, not columns"
    if raw.modality == "image" and min(shape[1:]) < SMALLEST_HALVED:
        declined["smaller input"] = f"the pictures are {shape[2]}x{shape[1]} already"
    if task.num_outputs == 1:
        declined["label smoothing"] = "there is one output, no classes to share out"
    return start, ladder, declined


def bring(source: str, *, target: str | None = None, group: str | None = None, time: str | None = None, task: str | None = None, drop: Sequence[str] = (), image_size: int | None = None, seed: int = 17, decisions: str | None = None, card: str | None = None, **rest: Any) -> tuple[Problem, str]:
    """The problem that a source poses, and why its task is what it is."""
    from pathlib import Path

    from nohero.data.card import find_card

    if Path(source).suffix == ".py":
        from nohero.project import problem_of

        if decisions is not None:
            raise UsageError(f"--decisions {decisions} does not fit {source}", expected="a source that is read from files", mend="drop and relabel in the project file")

        problem, why = problem_of(Path(source), seed=seed)
    else:
        from nohero.data.left_out import without_columns
        from nohero.data.read import read
        from nohero.data.task_kind import infer_task

        raw = read(source, target=target, group=group, time=time, task=task, image_size=image_size)
        raw = without_columns(raw, drop) if drop else raw
        if decisions is not None:
            from nohero.sources.decisions import apply_to_raw, read_decisions

            raw = apply_to_raw(raw, read_decisions(Path(decisions).expanduser()))
        kind, why = infer_task(raw, task)
        problem = assemble(raw, kind, seed=seed)
    return replace(problem, card=find_card(source, card), **rest), why
