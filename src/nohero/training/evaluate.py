"""Evaluation of a whole set: eval mode, no gradient, every item once, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from nohero.tasks.interval import mean

if TYPE_CHECKING:
    from nohero.data.batches import ArraySet
    from nohero.problem import Problem

BATCH = 256  # items at once: small enough for the cache; outputs in eval mode must not depend on it


@torch.no_grad()
def outputs_of(problem: Problem, model: torch.nn.Module, items: ArraySet, batch: int = BATCH) -> Any:  # numpy [N, K]
    """The network's outputs for every item, as float64 [N, K]; the mode is put back as it was.

    Items that an evaluation of the problem's own leaves out are answered by ours, so that a check can say so and the rest goes on.
    """
    if problem.evaluate is None:
        return _outputs(problem, model, items, batch)
    theirs = np.asarray(problem.evaluate(problem, model, items), dtype=np.float64).reshape(-1, problem.task.num_outputs)[: len(items)]
    return theirs if len(theirs) == len(items) else np.concatenate([theirs, _outputs(problem, model, items, batch)[len(theirs) :]])


def num_answered(problem: Problem, model: torch.nn.Module, items: ArraySet) -> int:
    """How many items the problem's own evaluation answers for."""
    return len(items) if problem.evaluate is None else len(problem.evaluate(problem, model, items))


@torch.no_grad()
def _outputs(problem: Problem, model: torch.nn.Module, items: ArraySet, batch: int) -> Any:  # numpy [N, K]
    if not len(items):
        return np.zeros((0, problem.task.num_outputs))
    modes = [(module, module.training) for module in model.modules()]  # each its own: a frozen layer may be in eval for good
    model.eval()
    try:
        pieces = [model(problem.to_input(items.x[i : i + batch])) for i in range(0, len(items), batch)]
    finally:
        for module, was_training in modes:
            module.training = was_training
    return torch.cat(pieces).reshape(len(items), -1).double().cpu().numpy()


def targets_of(items: ArraySet) -> Any:  # numpy [N]
    """The targets as float64 [N]."""
    return items.y.double().cpu().numpy()


def mean_loss(problem: Problem, outputs_NK: Any, items: ArraySet) -> float:
    """The task's mean loss of these outputs."""
    return mean(problem.task.losses(outputs_NK, targets_of(items)))
