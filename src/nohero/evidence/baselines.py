"""Dumb and classical baselines on the validation set: whatever comes later has to beat them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bar, Bars
from nohero.run.score import Score

if TYPE_CHECKING:
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance

MOST_TREE_ROWS = 30_000  # gradient-boosted trees are fitted on at most so many rows
MOST_NEIGHBOUR_ROWS = 10_000
MOST_LINEAR_ROWS = 20_000
NUMBERS_A_SECOND = {"linear model": 2.5e6, "gradient-boosted trees": 1.2e6, "nearest neighbours": 2e7}  # measured: bench/baseline_prices.py
PRICE = 1.0  # seconds: the constant alone; the others are asked for one by one


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """One baseline's score on the validation set."""

    name: str
    score: Score
    seconds: float
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Baselines:
    """All of them, dumbest first."""

    baselines: tuple[Baseline, ...]
    left_out: tuple[str, ...] = ()

    @property
    def best(self) -> Baseline:
        """The one with the highest score."""
        return max(self.baselines, key=lambda b: b.score.value)

    @property
    def constant(self) -> Baseline:
        """The best constant answer."""
        return self.baselines[0]

    def sentence(self) -> str:
        """The best one."""
        return f"best baseline: {self.best.name}, {self.best.score.metric} {self.best.score}"

    def figures(self) -> tuple[Bars, ...]:
        """A bar each."""
        bars = tuple(Bar(label=b.name, value=b.score.value, low=b.score.low, high=b.score.high, role="baseline", note=b.note) for b in self.baselines)
        return (Bars(title="Baselines on the validation set", value_label=self.best.score.metric, bars=bars),)


def measure(problem: Problem, allowance: Allowance) -> Baselines:
    """Fit each on the training set, one after another while the time lasts."""
    from nohero.training.evaluate import targets_of

    targets = targets_of(problem.val)
    found, left_out = [], []
    for name, outputs in fitted(problem, problem.val, allowance):
        began = time.monotonic()
        if outputs is None:
            left_out.append(name)
            continue
        values, note = outputs()
        found.append(Baseline(name=name, score=problem.task.score(values, targets), seconds=round(time.monotonic() - began, 2), note=note))
    return Baselines(baselines=tuple(found), left_out=tuple(left_out))


def fitted(problem: Problem, items: Any, allowance: Allowance | None) -> Any:  # iterator of (name, thunk -> (outputs [N, K], note) or None)
    """Each baseline with a function that fits it on train and answers for `items`; None where the time is too short."""
    yield "best constant", lambda: (_constant(problem, len(items)), "")
    numbers = len(problem.train) * max(1, int(problem.train.x[0].numel()))
    for name, most, make in (
        ("linear model", MOST_LINEAR_ROWS, _linear),
        ("nearest neighbours", MOST_NEIGHBOUR_ROWS, _neighbours),
        ("gradient-boosted trees", MOST_TREE_ROWS, _trees),
    ):
        share = min(1.0, most / len(problem.train))
        outputs = max(1, len(problem.task.classes) if name == "gradient-boosted trees" and len(problem.task.classes) > 2 else 1)
        price = 0.3 + outputs * share * numbers / NUMBERS_A_SECOND[name]
        if allowance is not None and not allowance.fits(f"baseline/{name}", 2 * price, name):
            yield name, None
        else:
            yield name, lambda make=make, most=most: _answers(problem, items, make, most)


def _constant(problem: Problem, n: int) -> Any:
    import numpy as np

    from nohero.training.evaluate import targets_of

    return np.tile(np.asarray(problem.task.output_bias(targets_of(problem.train))), (n, 1))


def _answers(problem: Problem, items: Any, make: Any, most: int) -> tuple[Any, str]:
    import numpy as np

    from nohero.training.evaluate import targets_of
    from nohero.training.runs import few_of

    few = few_of(problem.train, most)
    model = make(problem, len(few))
    model.fit(_flat(problem, few), targets_of(few))
    note = "" if len(few) == len(problem.train) else f"fitted on {len(few):,} of {len(problem.train):,} items"
    if not problem.task.classes:
        return problem.task.outputs_of(model.predict(_flat(problem, items))), note
    known = model.predict_proba(_flat(problem, items))
    whole = np.zeros((len(items), len(problem.task.classes)))
    whole[:, np.asarray(model.classes_, dtype=int)] = known
    return problem.task.outputs_of(whole), note


def _flat(problem: Problem, items: Any) -> Any:  # numpy [N, D]
    return problem.to_input(items.x).flatten(1).double().numpy()


def _linear(problem: Problem, n: int) -> Any:
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if not problem.task.classes:
        return make_pipeline(StandardScaler(), RidgeCV(alphas=(0.1, 1.0, 10.0, 100.0)))
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1 if n < 5000 else 1.0, max_iter=300))


def _neighbours(problem: Problem, n: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    count = min(5, n)
    return KNeighborsClassifier(count) if problem.task.classes else KNeighborsRegressor(count)


def _trees(problem: Problem, n: int) -> Any:  # noqa: ARG001 (the same form as its sisters)
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    many = len(problem.task.classes) > 2
    rounds = max(20, 100 // (len(problem.task.classes) // 5 + 1)) if many else 150
    kind = HistGradientBoostingClassifier if problem.task.classes else HistGradientBoostingRegressor
    return kind(max_iter=rounds, early_stopping=False, random_state=problem.seed)
