"""Squeeze: the winner trained longer, with several seeds, and their average; distilled into one network when asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Lines, Rule, Series
from nohero.run.score import Score

if TYPE_CHECKING:
    from nohero.evidence.search_trials import SearchTrials
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs, Trained

LONGER = 2  # times the steps of the tuned winner
PRICE = 3.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """Members, their average, and what longer training gave."""

    member_losses: tuple[float, ...]
    member_scores: tuple[float, ...]  # mean hits
    curve: tuple[float, ...]  # validation loss of the average of the first 1, 2, … members
    gain: float  # mean member loss minus the average's, paired over items
    low: float
    high: float
    score: Score  # of what is handed on, on the validation set
    longer_gain: float  # loss at the winner's own steps minus loss after the longer training, mean over members
    longer_kept: bool
    late_slope: float  # fall of the validation loss over the last fifth of the longer training, as a share of the loss
    keys: tuple[str, ...]  # trainings handed on
    settings: dict[str, Any]
    num_used: int  # members handed on: all, or the best one where averaging gains nothing
    distilled: dict[str, float]  # loss and agreement of the student; empty where it was not asked for
    left_out: tuple[str, ...]
    unit: str

    def sentence(self) -> str:
        """What the average is worth."""
        more = f", longer training gains {self.longer_gain:.4f}" if self.longer_kept else ", longer training gains nothing"
        return f"an average of {len(self.member_losses)} networks gains {self.gain:.4f} {self.unit} [{self.low:.4f}, {self.high:.4f}] over one{more}; validation {self.score.metric} {self.score}"

    def figures(self) -> tuple[Lines, ...]:
        """Loss by number of members."""
        x = tuple(float(i + 1) for i in range(len(self.curve)))
        mean = sum(self.member_losses) / len(self.member_losses)
        series = (Series(name="average of the first members", x=x, y=self.curve),)
        return (Lines(title="Ensemble: loss by number of networks", x_label="networks", y_label=f"validation loss ({self.unit})", series=series, rules=(Rule(label="one network", value=mean),)),)


def measure(problem: Problem, runs: Runs, allowance: Allowance, search: SearchTrials) -> Ensemble:
    """Train members as long as the time lasts; average their probabilities or values."""
    from dataclasses import asdict, replace

    import numpy as np

    from nohero.evidence.average import average
    from nohero.models.settings import Settings
    from nohero.tasks.interval import mean_interval
    from nohero.training.evaluate import targets_of

    tuned = Settings(**search.settings)
    step_price = runs.step_seconds(problem, tuned)
    longer = replace(tuned, steps=allowance.steps("squeeze/steps", cap=LONGER * tuned.steps, least=tuned.steps, trainings=2.5, step_seconds=step_price), keep_best=True)
    first = runs.train(problem, longer, problem.seed, "longer, seed 0")
    short = runs.train(problem, replace(tuned, keep_best=True), problem.seed, "as tuned, seed 0")
    longer_kept = first.val_loss < short.val_loss
    settings = longer if longer_kept else replace(tuned, keep_best=True)
    trained, left_out = [first if longer_kept else short], []
    for number in range(1, problem.effort.members):
        if not allowance.fits(f"squeeze/{number}", 1.2 * settings.steps * step_price, f"networks {number + 1} to {problem.effort.members}"):
            left_out.append(f"networks {number + 1} to {problem.effort.members}")
            break
        trained.append(runs.train(problem, settings, problem.seed + number, f"member {number}"))
    targets = targets_of(problem.val)
    outputs = [runs.val_outputs(t) for t in trained]
    losses = np.stack([problem.task.losses(o, targets) for o in outputs])
    curve = [float(problem.task.losses(average(problem.task, outputs[: k + 1]), targets).mean()) for k in range(len(outputs))]
    together = average(problem.task, outputs)
    gain, low, high = mean_interval(losses.mean(0) - problem.task.losses(together, targets))
    used = trained if low > 0 or len(trained) == 1 else [min(trained, key=lambda t: t.val_loss)]
    distilled: dict[str, float] = {}
    if problem.distil and len(used) > 1:
        student, distilled = _distilled(problem, runs, settings, used)
        used = [student]
    handed = together if len(used) > 1 else runs.val_outputs(used[0])
    tail = max(2, len(first.val_losses) // 5)
    return Ensemble(
        member_losses=tuple(t.val_loss for t in trained), member_scores=tuple(t.val_score for t in trained), curve=tuple(curve),
        gain=gain, low=low, high=high, score=problem.task.score(handed, targets), longer_gain=short.val_loss - first.val_loss, longer_kept=longer_kept,
        late_slope=(min(first.val_losses[:-tail] or (first.val_losses[0],)) - min(first.val_losses[-tail:])) / max(first.val_loss, 1e-12),
        keys=tuple(t.key for t in used), settings=asdict(settings), num_used=len(used),
        distilled=distilled, left_out=tuple(left_out), unit=problem.task.unit,
    )  # fmt: skip


def _distilled(problem: Problem, runs: Runs, settings: Any, teachers: list[Trained]) -> tuple[Trained, dict[str, float]]:
    """One network trained on the teachers' averaged answers to the training inputs (Hinton et al. 2015, temperature 1)."""
    from dataclasses import replace

    import numpy as np
    import torch

    from nohero.evidence.average import average, probabilities
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
