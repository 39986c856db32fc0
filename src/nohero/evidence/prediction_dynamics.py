"""How the predictions on a fixed batch move in the course of one training: steadily, or to and fro."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.models.settings import Settings
    from nohero.problem import Problem
    from nohero.tasks.task import Task
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs, Trained

FOLLOWED = 8  # items whose predictions are drawn
SHAKY = 0.01  # of the range: where predictions go to and fro by more, a training at a calmer rate tells whether that costs
CALMER = 0.1  # times the learning rate
TINY = 1e-12  # a range below this is no movement


@dataclass(frozen=True, kw_only=True)
class Dynamics:
    """Curves of a few followed items, and how much all of them go to and fro."""

    labels: tuple[str, ...]
    curves: tuple[tuple[float, ...], ...]
    jitter: float


def followed(problem: Problem, runs: Runs, trained: Trained) -> Dynamics:
    """The dynamics of a finished training."""
    probes = runs.tensors(trained)["probes"].double().numpy()  # [looks, items, K]
    return dynamics(problem.task, probes, problem.val.y[: probes.shape[1]].double().numpy())


def calmer(problem: Problem, runs: Runs, allowance: Allowance, settings: Settings) -> Trained | None:
    """The counterfactual to predictions that go to and fro: the same training at a tenth of the rate."""
    from dataclasses import replace

    calm = replace(settings, learning_rate=CALMER * settings.learning_rate)
    if not allowance.fits("growth/calmer", calm.steps * runs.step_seconds(problem, calm), "the same size at a tenth of the learning rate"):
        return None
    return runs.train(problem, calm, problem.seed, "a tenth of the learning rate")


def dynamics(task: Task, probes: Any, targets: Any) -> Dynamics:  # numpy [looks, items, K], [items]
    """Follow the probability of each item's class, or its value."""
    import numpy as np

    if task.classes:
        flat = probes.reshape(-1, probes.shape[-1])
        said = np.exp(-task.losses(flat, np.tile(targets, len(probes)))).reshape(len(probes), -1)
        labels = tuple(f"item {i}: {task.classes[int(t)]}" for i, t in enumerate(targets[:FOLLOWED]))
    else:
        said = probes[:, :, 0]
        labels = tuple(f"item {i}: {t:.2f}" for i, t in enumerate(targets[:FOLLOWED]))
    curves = tuple(tuple(float(v) for v in said[:, i]) for i in range(len(labels)))
    return Dynamics(labels=labels, curves=curves, jitter=to_and_fro(said))


def to_and_fro(said: Any) -> float:  # numpy [looks, items]
    """Mean distance that a prediction goes back on its last move, in the second half of the training, as a share of its range.

    Progress in one direction counts nothing, however fast. Zero where there are too few looks to tell.
    """
    import numpy as np

    moves = np.diff(said[len(said) // 2 - 1 if len(said) > 3 else 0 :], axis=0)
    span = float(said.max() - said.min()) if said.size else 0.0
    if len(moves) < 2 or not span > TINY:
        return 0.0
    before, after = moves[:-1], moves[1:]
    back = np.where(before * after < 0, np.minimum(np.abs(before), np.abs(after)), 0.0)
    return float(back.mean()) / span
