"""Final: the test set opened once, the model and every baseline on it, the gap to validation, and the worst items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.calibration import Calibration, calibration
from nohero.evidence.worst_items import drawn, item, told_apart
from nohero.run.figure import Bar, Bars, Image, Images, Table
from nohero.run.score import Score

if TYPE_CHECKING:
    from nohero.evidence.baselines import Baselines
    from nohero.evidence.ensemble import Ensemble
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

WORST = 20
PRICE = 1.0  # seconds
ALWAYS = True  # later stages rest on it; it does less where the time is short


@dataclass(frozen=True, kw_only=True)
class AgainstBaseline:
    """The model against one baseline on the same test items."""

    name: str
    score: Score
    gain: float  # paired difference: in the headline metric for classes, in mean squared error (baseline's minus ours) for values
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class TestOpening:
    """What the test set says."""

    score: Score
    validation: Score
    baselines: tuple[AgainstBaseline, ...]
    openings: int  # this one counted
    gap: float  # test loss minus validation loss: positive where the test set is harder
    gap_low: float  # 95 % interval of the gap
    gap_high: float
    test_vs_train_auc: float  # how well a classifier tells test inputs from training inputs: 0.5 is not at all; nan: too few to tell
    worst: tuple[tuple[str, str, str, float], ...]  # item, target, prediction, loss
    images: tuple[Image, ...]
    errors: Table
    unit: str
    num_compared: tuple[int, int] = (0, 0)  # training and test items behind test_vs_train_auc
    calibration: Calibration = field(default_factory=Calibration)

    def sentence(self) -> str:
        """The score beside the best baseline."""
        best = max(self.baselines, key=lambda b: b.score.value, default=None)
        beside = f"; best baseline: {best.name} {best.score}" if best is not None else ""
        return f"test {self.score.metric} {self.score} on {self.score.n} items{beside}"

    def figures(self) -> tuple[Bars | Images | Table, ...]:
        """The ladder on the test set, the errors, the worst items."""
        bars = [Bar(label=b.name, value=b.score.value, low=b.score.low, high=b.score.high, role="baseline") for b in self.baselines]
        bars.append(Bar(label="the model", value=self.score.value, low=self.score.low, high=self.score.high, role="ours"))
        found: list[Bars | Images | Table] = [Bars(title="On the test set, opened once", value_label=self.score.metric, bars=tuple(bars), start=None), self.errors]
        if self.images:
            found.append(Images(title="The worst items: label → prediction", images=self.images))
        rows = tuple((a, b, c, float(f"{d:.4g}")) for a, b, c, d in self.worst)
        found.append(Table(title="The worst items", columns=("item", "target", "prediction", f"loss ({self.unit})"), rows=rows))
        return tuple(found)


def measure(problem: Problem, runs: Runs, allowance: Allowance, ensemble: Ensemble, baselines: Baselines) -> TestOpening:  # noqa: ARG001 (no decision hangs on time here)
    """Predict, score, compare."""
    import numpy as np

    from nohero.evidence.average import average
    from nohero.models.settings import Settings
    from nohero.training.evaluate import outputs_of, targets_of

    targets, val_targets = targets_of(problem.test), targets_of(problem.val)
    settings = Settings(**ensemble.settings)
    trained = [runs.found(key) for key in ensemble.keys]
    outputs = average(problem.task, [outputs_of(problem, runs.model(problem, settings, t), problem.test) for t in trained])
    on_val = average(problem.task, [runs.val_outputs(t) for t in trained])
    losses, val_losses = problem.task.losses(outputs, targets), problem.task.losses(on_val, val_targets)
    gap, gap_low, gap_high = gap_of(losses, val_losses)
    worst = np.argsort(-losses, kind="stable")[:WORST]
    apart, num_compared = told_apart(problem)
    return TestOpening(
        score=problem.task.score(outputs, targets), validation=problem.task.score(on_val, val_targets),
        baselines=_against(problem, runs, baselines, outputs, targets), openings=problem.openings + 1, gap=gap, gap_low=gap_low, gap_high=gap_high,
        test_vs_train_auc=apart, num_compared=num_compared, calibration=calibration(problem.task, on_val, val_targets, outputs, targets),
        worst=tuple(item(problem, outputs, int(i), float(losses[i])) for i in worst), images=drawn(problem, outputs, worst),
        errors=problem.task.errors(outputs, targets), unit=problem.task.unit,
    )  # fmt: skip


def _against(problem: Problem, runs: Runs, baselines: Baselines, outputs: Any, targets: Any) -> tuple[AgainstBaseline, ...]:
    """The model against each baseline, whose answers to the test inputs were kept when it was fitted."""
    from nohero.evidence.baselines import FILE
    from nohero.training import checkpoint

    kept = checkpoint.read(runs.directory.path / FILE)[0]
    found = []
    for name in (b.name for b in baselines.baselines):
        theirs = kept[f"test.{name}"].numpy()
        gain, low, high = headline_gain(problem.task, outputs, theirs, targets)
        found.append(AgainstBaseline(name=name, score=problem.task.score(theirs, targets), gain=gain, low=low, high=high))
    return tuple(found)


def headline_gain(task: Any, ours: Any, theirs: Any, targets: Any) -> tuple[float, float, float]:  # numpy [N, K], [N, K], [N]
    """Ours minus theirs with its 95 % interval, paired over items: by hits, or by rank where the headline is a ranking."""
    import numpy as np

    from nohero.tasks.interval import bootstrap, mean_interval

    if task.metric != "AUROC":
        return mean_interval(task.hits(ours, targets) - task.hits(theirs, targets))
    ones = np.asarray(targets) == 1

    def gain(index: Any) -> float:
        return _ranking(ours[index], ones[index]) - _ranking(theirs[index], ones[index])

    everyone = np.arange(len(ones))
    return (gain(everyone), *bootstrap(gain, len(ones)))


def _ranking(outputs: Any, ones: Any) -> float:
    """The share of pairs of a one and a zero that the outputs put in the right order; ties count half."""
    from scipy.stats import rankdata

    n1, n0 = int(ones.sum()), int((~ones).sum())
    if not n1 or not n0:
        return float("nan")
    return float((rankdata(outputs.reshape(-1))[ones].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def gap_of(test_losses: Any, val_losses: Any) -> tuple[float, float, float]:  # numpy [N], [M]
    """Mean test loss minus mean validation loss, with the 95 % interval of two independent means."""
    import numpy as np

    gap = float(test_losses.mean() - val_losses.mean()) if len(test_losses) and len(val_losses) else float("nan")
    if min(len(test_losses), len(val_losses)) < 2:
        return gap, float("-inf"), float("inf")
    half = 1.96 * float(np.sqrt(sum(v.var(ddof=1) / len(v) for v in (test_losses, val_losses))))
    return gap, gap - half, gap + half
