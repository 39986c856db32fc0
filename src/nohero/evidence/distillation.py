"""Dark knowledge: one network taught by the averaged answers of several (Hinton et al. 2015, arXiv:1503.02531, temperature 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.evidence.average import average, probabilities

if TYPE_CHECKING:
    import torch

    from nohero.models.settings import Settings
    from nohero.problem import Problem
    from nohero.training.runs import Runs, Trained


def distilled(problem: Problem, runs: Runs, settings: Settings, teachers: tuple[Trained, ...]) -> tuple[Trained, dict[str, float]]:
    """One network trained on the teachers' averaged answers to the training inputs."""
    from dataclasses import replace

    import numpy as np
    import torch

    from nohero.training.evaluate import outputs_of
    from nohero.training.loop import Training

    models = [runs.model(problem, settings, t) for t in teachers]
    taught = average(problem.task, [outputs_of(problem, m, problem.train) for m in models])
    soft = torch.from_numpy(probabilities(problem.task, taught) if problem.task.classes else taught).float()

    def loss(outputs: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
        if not problem.task.classes:
            return torch.nn.functional.mse_loss(outputs, answers)
        if problem.task.num_outputs == 1:
            return torch.nn.functional.binary_cross_entropy_with_logits(outputs.reshape(-1), answers[:, 1])
        return torch.nn.functional.cross_entropy(outputs, answers)

    lesson = replace(problem, train=replace(problem.train, y=soft), loss=loss, name=f"{problem.name}, distilled")
    student = runs.adopt(Training(lesson, settings, problem.seed), problem, "student of the ensemble")
    mine, theirs = runs.val_outputs(student), average(problem.task, [runs.val_outputs(t) for t in teachers])
    agreement = float(np.mean(problem.task.decide(mine) == problem.task.decide(theirs))) if problem.task.classes else float(np.corrcoef(mine.T, theirs.T)[0, 1])
    return student, {"student loss": student.val_loss, "agreement with the ensemble": agreement}
