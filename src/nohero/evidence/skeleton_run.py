"""The dullest network of the modality, trained once plainly and evaluated on the whole validation set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Lines, Rule, Series
from nohero.run.score import Score

if TYPE_CHECKING:
    from nohero.evidence.baselines import Baselines
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

BATCHES = (1, 7, 1024)  # evaluation batch sizes to compare; outputs must not depend on them
COMPARED = 64  # validation items evaluated at each of them
PRICE = 1.0  # seconds
ALWAYS = True  # later stages rest on it; it does less where the time is short


@dataclass(frozen=True, kw_only=True)
class SkeletonRun:
    """One plain training and what its evaluation says."""

    steps: tuple[int, ...]
    train_losses: tuple[float, ...]
    val_losses: tuple[float, ...]
    score: Score  # whole validation set
    constant_loss: float  # validation loss of the best constant
    num_evaluated: int  # items that the evaluation answered for
    num_val: int
    batch_difference: float  # largest change of an output between evaluation batch sizes
    repeat_difference: float  # the same between two evaluations
    output_scale: float  # standard deviation of the outputs, to compare with
    stopped: str
    unit: str

    def sentence(self) -> str:
        """The score."""
        return f"the dullest network reaches {self.score.metric} {self.score} on {self.score.n} validation items"

    def figures(self) -> tuple[Lines, ...]:
        """Its curves."""
        x = tuple(float(s) for s in self.steps)
        series = (Series(name="training", x=x, y=self.train_losses), Series(name="validation", x=x, y=self.val_losses, dashed=True))
        rules = (Rule(label="best constant", value=self.constant_loss),)
        return (Lines(title="The dullest network", x_label="step", y_label=f"loss ({self.unit})", series=series, rules=rules),)


def measure(problem: Problem, runs: Runs, allowance: Allowance, baselines: Baselines) -> SkeletonRun:
    """Train, evaluate whole, and evaluate a few items again in other batches."""
    from dataclasses import replace

    import numpy as np

    from nohero.training.evaluate import num_answered, outputs_of, targets_of
    from nohero.training.runs import few_of

    price = runs.step_seconds(problem, problem.start)
    steps = allowance.steps("skeleton/steps", cap=problem.effort.steps, least=100, trainings=1.5, step_seconds=price)
    settings = replace(problem.start, steps=steps, keep_best=True)
    trained = runs.train(problem, settings, problem.seed, "the dullest network")
    model = runs.model(problem, settings, trained)
    few = few_of(problem.val, COMPARED)
    seen = [np.concatenate([outputs_of(problem, model, _part(few, i, b)) for i in range(0, len(few), b)]) for b in BATCHES]
    outputs = runs.val_outputs(trained)
    again = outputs_of(problem, model, problem.val)
    return SkeletonRun(
        steps=trained.steps, train_losses=trained.train_losses, val_losses=trained.val_losses,
        score=problem.task.score(outputs, targets_of(problem.val)),
        constant_loss=baselines.constant.score.loss, num_evaluated=num_answered(problem, model, problem.val), num_val=len(problem.val),
        batch_difference=max(float(np.abs(s - seen[-1]).max()) if s.shape == seen[-1].shape else float("inf") for s in seen),
        repeat_difference=float(np.abs(again - outputs).max()),
        output_scale=float(np.std(outputs)), stopped=trained.stopped, unit=problem.task.unit,
    )  # fmt: skip


def _part(items: Any, start: int, size: int) -> Any:  # ArraySet
    end = start + size
    return type(items)(x=items.x[start:end], y=items.y[start:end], rows=items.rows[start:end])
