"""Squeeze: the winner trained longer, with several seeds, and their average; distilled into one network when asked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.distillation import distilled
from nohero.models.settings import Settings, settings_text
from nohero.run.figure import Lines, Rule, Series, Text
from nohero.run.score import Score

if TYPE_CHECKING:
    from nohero.evidence.search_trials import SearchTrials
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs, Trained

LONGER = 2  # times the steps of the tuned winner
WORTH = 0.01  # of the loss: an average that gains less is not worth the price of several networks at every prediction
PRICE = 3.0  # seconds
ALWAYS = True  # later stages rest on it; it does less where the time is short


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
    num_used: int  # members handed on: all, or the best one where averaging gains too little
    distilled: dict[str, float]  # loss and agreement of the student; empty where it was not asked for
    left_out: tuple[str, ...]
    unit: str
    longer_low: float = math.nan  # 95 % interval of longer_gain; the seeds' spread is in it
    longer_high: float = math.nan
    short_steps: int = 0  # of the tuned winner
    longer_steps: int = 0
    disagreement: float = math.nan  # mean over items of the members' standard deviation in loss, as a share of the mean loss

    def sentence(self) -> str:
        """What longer training and the average are worth."""
        longer = f"longer training gains {self.longer_gain:.4f} {self.unit}" if self.longer_kept else "longer training gains nothing"
        several = f"an average of {len(self.member_losses)} networks gains {self.gain:.4f} [{self.low:.4f}, {self.high:.4f}]"
        average = several if len(self.member_losses) > 1 else "one network, no time for an average"
        return f"{longer}; {average}; validation {self.score.metric} {self.score}"

    def figures(self) -> tuple[Lines | Text, ...]:
        """Loss by number of members, and the settings that are handed on."""
        x = tuple(float(i + 1) for i in range(len(self.curve)))
        mean = sum(self.member_losses) / len(self.member_losses)
        series = (Series(name="average of the first members", x=x, y=self.curve),)
        curve = Lines(title="Ensemble: loss by number of networks", x_label="networks", y_label=f"validation loss ({self.unit})", series=series, rules=(Rule(label="one network", value=mean),))
        handed = (f"{self.num_used} network{'s' if self.num_used > 1 else ''}", settings_text(Settings(**self.settings)) if self.settings else "")
        return curve, Text(title="What is handed on, where it differs from the defaults", lines=handed)


def measure(problem: Problem, runs: Runs, allowance: Allowance, search: SearchTrials) -> Ensemble:
    """Train members as long as the time lasts; average their probabilities or values."""
    import numpy as np

    from nohero.evidence.average import average
    from nohero.tasks.interval import mean_interval
    from nohero.training.evaluate import targets_of

    squad = _trained(problem, runs, allowance, search)
    targets = targets_of(problem.val)
    outputs = [runs.val_outputs(t) for t in squad.members]
    losses = np.stack([problem.task.losses(o, targets) for o in outputs])
    curve = [float(problem.task.losses(average(problem.task, outputs[: k + 1]), targets).mean()) for k in range(len(outputs))]
    together = average(problem.task, outputs)
    gain, low, high = mean_interval(losses.mean(0) - problem.task.losses(together, targets))
    used = squad.members if low > 0 and gain > WORTH * losses.mean() else (min(squad.members, key=lambda t: t.val_loss),)
    taught: dict[str, float] = {}
    if problem.distil and len(used) > 1:
        student, taught = distilled(problem, runs, squad.settings, used)
        used = (student,)
    course = squad.longer.val_losses
    tail = max(2, len(course) // 5)
    early, late = (problem.task.losses(runs.val_outputs(t), targets) for t in (squad.shorter, squad.longer))
    twice = _longer(early - late, losses)
    return Ensemble(
        member_losses=tuple(t.val_loss for t in squad.members), member_scores=tuple(t.val_score for t in squad.members), curve=tuple(curve),
        gain=gain, low=low, high=high, score=problem.task.score(together if len(used) > 1 else runs.val_outputs(used[0]), targets),
        longer_gain=twice[0], longer_low=twice[1], longer_high=twice[2], longer_kept=squad.longer_kept,
        late_slope=(min(course[:-tail] or (course[0],)) - min(course[-tail:])) / max(squad.longer.val_loss, 1e-12),
        keys=tuple(t.key for t in used), settings=vars(squad.settings), num_used=len(used), distilled=taught, left_out=squad.left_out,
        unit=problem.task.unit, short_steps=squad.short_steps, longer_steps=squad.longer_steps, disagreement=disagreement(losses),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Squad:
    """What was trained for the ensemble."""

    members: tuple[Trained, ...]
    settings: Settings  # of the members
    shorter: Trained
    longer: Trained
    longer_kept: bool
    short_steps: int
    longer_steps: int
    left_out: tuple[str, ...]


def _trained(problem: Problem, runs: Runs, allowance: Allowance, search: SearchTrials) -> _Squad:
    """The tuned winner at its own number of steps and at twice as many, then more seeds of the better of the two."""
    from dataclasses import replace

    tuned = replace(Settings(**search.settings), keep_best=True)
    price = runs.step_seconds(problem, tuned)
    longer = replace(tuned, steps=allowance.steps("squeeze/steps", cap=LONGER * tuned.steps, least=tuned.steps, trainings=2.5, step_seconds=price))
    late = runs.train(problem, longer, problem.seed, "longer, seed 0")
    early = runs.train(problem, tuned, problem.seed, "as tuned, seed 0")
    kept = late.val_loss < early.val_loss
    settings, members, left_out = longer if kept else tuned, [late if kept else early], []
    for number in range(1, problem.effort.members):
        what = f"networks {number + 1} to {problem.effort.members}"
        if not allowance.fits(f"squeeze/{number}", 1.2 * settings.steps * price, what):
            left_out.append(what)
            break
        members.append(runs.train(problem, settings, problem.seed + number, f"member {number}"))
    return _Squad(
        members=tuple(members), settings=settings, shorter=early, longer=late, longer_kept=kept, short_steps=tuned.steps, longer_steps=longer.steps,
        left_out=tuple(left_out),
    )  # fmt: skip


def _longer(gains: Any, losses: Any) -> tuple[float, float, float]:  # numpy [N], [members, N]
    """What longer training gains, paired over items; the spread of the members stands for what another seed would have said."""
    from nohero.tasks.interval import mean_interval

    gain, _, high = mean_interval(gains)
    by_seed = math.sqrt(2) * 1.96 * float(losses.mean(1).std(ddof=1)) if len(losses) > 1 else 0.0
    half = math.hypot(high - gain, by_seed)
    return gain, gain - half, gain + half


def disagreement(losses: Any) -> float:  # numpy [members, N]
    """Mean over items of the members' standard deviation in loss, as a share of the mean loss; 0 for one member."""
    mean = float(abs(losses).mean())
    return float(losses.std(0).mean()) / mean if len(losses) > 1 and mean > 0 else 0.0
