"""Final: the test set opened once, the model and every baseline on it, the gap to validation, and the worst items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bar, Bars, Image, Images, Table
from nohero.run.score import Score

if TYPE_CHECKING:
    from nohero.evidence.ensemble import Ensemble
    from nohero.evidence.baselines import Baselines
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

WORST = 20
PRICE = 1.0  # seconds


@dataclass(frozen=True, kw_only=True)
class AgainstBaseline:
    """The model against one baseline on the same test items."""

    name: str
    score: Score
    gain: float  # mean of paired differences in hits: share of items right, or squared errors
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class TestOpening:
    """What the test set says."""

    score: Score
    validation: Score
    baselines: tuple[AgainstBaseline, ...]
    openings: int  # this one counted
    gap: float  # validation minus test, in loss
    gap_low: float  # 95 % interval of the gap
    gap_high: float
    test_vs_train_auc: float  # how well a classifier tells test inputs from training inputs: 0.5 is not at all
    worst: tuple[tuple[str, str, str, float], ...]  # item, target, prediction, loss
    images: tuple[Image, ...]
    errors: Table
    unit: str

    def sentence(self) -> str:
        """The score beside the best baseline."""
        best = max(self.baselines, key=lambda b: b.score.value)
        return f"test {self.score.metric} {self.score} on {self.score.n} items; best baseline: {best.name} {best.score}"

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


def measure(problem: Problem, runs: Runs, allowance: Allowance, ensemble: Ensemble, baselines: Baselines) -> TestOpening:
    """Predict, score, compare."""
    import numpy as np

    from nohero.evidence.average import average
    from nohero.evidence.baselines import fitted
    from nohero.models.settings import Settings
    from nohero.tasks.interval import mean_interval
    from nohero.training.evaluate import outputs_of, targets_of

    targets = targets_of(problem.test)
    settings = Settings(**ensemble.settings)
    trained = [runs.found(key) for key in ensemble.keys]
    outputs = average(problem.task, [outputs_of(problem, runs.model(problem, settings, t), problem.test) for t in trained])
    hits, losses = problem.task.hits(outputs, targets), problem.task.losses(outputs, targets)
    measured = {b.name for b in baselines.baselines}
    against = []
    for name, answers in fitted(problem, problem.test, None):
        if name not in measured:
            continue
        theirs, _ = answers()
        gain, low, high = mean_interval(hits - problem.task.hits(theirs, targets))
        against.append(AgainstBaseline(name=name, score=problem.task.score(theirs, targets), gain=gain, low=low, high=high))
    on_val = average(problem.task, [runs.val_outputs(t) for t in trained])
    val_losses = problem.task.losses(on_val, targets_of(problem.val))
    gap, half = float(losses.mean() - val_losses.mean()), 1.96 * float(np.sqrt(losses.var(ddof=1) / len(losses) + val_losses.var(ddof=1) / len(val_losses)))
    worst = np.argsort(-losses, kind="stable")[:WORST]
    return TestOpening(
        score=problem.task.score(outputs, targets), validation=problem.task.score(on_val, targets_of(problem.val)), baselines=tuple(against),
        openings=problem.openings + 1, gap=gap, gap_low=gap - half, gap_high=gap + half, test_vs_train_auc=_told_apart(problem),
        worst=tuple(_item(problem, outputs, int(i), float(losses[i])) for i in worst), images=_drawn(problem, outputs, worst),
        errors=problem.task.errors(outputs, targets), unit=problem.task.unit,
    )  # fmt: skip


def _item(problem: Problem, outputs: Any, i: int, loss: float) -> tuple[str, str, str, float]:
    row = int(problem.test.rows[i])
    said = problem.task.decide(outputs[i : i + 1])[0]
    answer = problem.task.classes[int(said)] if problem.task.classes else f"{said:.4g}"
    return str(problem.raw.items[row]), str(problem.raw.target[row]), answer, loss


def _drawn(problem: Problem, outputs: Any, worst: Any) -> tuple[Image, ...]:
    from nohero.run.pictures import picture

    if problem.raw.images is None:
        return ()
    found = []
    for i in worst:
        _, target, answer, _ = _item(problem, outputs, int(i), 0.0)
        found.append(picture(problem.raw.images[int(problem.test.rows[i])], f"{target} → {answer}", "good" if target == answer else "bad"))
    return tuple(found)


def _told_apart(problem: Problem) -> float:
    """AUC of trees that tell test inputs from training inputs, out of fold."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict

    from nohero.training.runs import few_of

    test, train = few_of(problem.test, 1000), few_of(problem.train, 1000)
    x = np.concatenate([problem.to_input(s.x).flatten(1).numpy()[:, :200] for s in (train, test)])
    y = np.r_[np.zeros(len(train)), np.ones(len(test))]
    model = HistGradientBoostingClassifier(max_iter=30, random_state=problem.seed)
    return float(roc_auc_score(y, cross_val_predict(model, x, y, cv=3, method="predict_proba")[:, 1]))
