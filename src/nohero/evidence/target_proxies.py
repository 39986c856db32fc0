"""How well each single column predicts the target, out of fold: the target under another name gives itself away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bar, Bars, Rule

if TYPE_CHECKING:
    from nohero.problem import Problem

ROWS = 5000  # training rows looked at
FOLDS = 3
DRAWN = 15
FARTHEST = 1e30  # trees work in float32
PRICE = 1.0  # seconds


@dataclass(frozen=True, kw_only=True)
class ColumnPower:
    """One column alone: out-of-fold accuracy (classes) or R2 (values) of a small tree."""

    name: str
    score: float
    score_without: float  # the same tree on all other columns together; nan where it was not measured
    distinct: int  # values of the column among those rows
    one_to_one: bool  # each value of the column belongs to one value of the target, and there are few values
    rank_match: float = 0.0  # |Spearman's rank correlation| with the target, where both are numbers


@dataclass(frozen=True, kw_only=True)
class TargetProxies:
    """Every column, strongest first."""

    columns: tuple[ColumnPower, ...]
    constant: float  # score of the best constant
    metric: str
    n: int

    def sentence(self) -> str:
        """The strongest column."""
        if not self.columns:
            return "no single columns to look at"
        best = self.columns[0]
        return f"the strongest single column is `{best.name}`: {self.metric} {best.score:.3f} alone, {self.constant:.3f} for the best constant"

    def figures(self) -> tuple[Bars, ...]:
        """The strongest columns."""
        if not self.columns:
            return ()
        bars = tuple(Bar(label=c.name, value=max(c.score, 0.0)) for c in self.columns[:DRAWN])
        rules = (Rule(label="best constant", value=self.constant),)
        return (Bars(title="What each column tells of the target alone", value_label=f"{self.metric}, out of fold", bars=bars, rules=rules),)


def measure(problem: Problem) -> TargetProxies:
    """A small tree on each column of the training part, out of fold."""
    import numpy as np

    if problem.raw.frame is None:
        return TargetProxies(columns=(), constant=0.0, metric="", n=0)
    rng = np.random.default_rng(problem.seed)
    rows = problem.split.train
    rows = np.sort(rng.choice(rows, ROWS, replace=False)) if len(rows) > ROWS else rows
    y = problem.code.encode(np.asarray(problem.raw.target)[rows])
    frame = problem.raw.frame[rows]
    coded = {name: _numbers(frame[name]) for name in frame.columns}
    found = [(name, column, _score(problem, column[:, None], y)) for name, column in coded.items()]
    found.sort(key=lambda f: -f[2])
    powers = []
    for rank, (name, column, score) in enumerate(found):
        others = [c for n, c in coded.items() if n != name]
        without = _score(problem, np.stack(others, 1), y) if rank < 2 and others else float("nan")
        distinct = len(np.unique(column))
        match = 0.0 if problem.task.classes else _rank_match(column, y)
        same = _one_to_one(column, y, distinct)
        powers.append(ColumnPower(name=name, score=score, score_without=without, distinct=distinct, one_to_one=same, rank_match=match))
    constant = float(np.unique(y, return_counts=True)[1].max() / len(y)) if problem.task.classes else 0.0
    metric = "accuracy" if problem.task.classes else "R2"
    return TargetProxies(columns=tuple(powers), constant=constant, metric=metric, n=len(rows))


def _numbers(series: Any) -> Any:
    """A column as numbers: itself, or the rank of its values; missing is a value of its own."""
    import numpy as np

    if series.dtype.is_numeric() or series.dtype.is_temporal():
        return np.nan_to_num(series.to_physical().cast(float).to_numpy().astype(float), nan=-FARTHEST).clip(-FARTHEST, FARTHEST)
    return np.unique(series.cast(str).fill_null("").to_numpy().astype(str), return_inverse=True)[1].astype(float)


def _score(problem: Problem, x: Any, y: Any) -> float:
    import numpy as np
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    folds = KFold(min(FOLDS, len(y)), shuffle=True, random_state=problem.seed)
    least = max(1, len(y) // 500)
    if problem.task.classes:
        said = cross_val_predict(DecisionTreeClassifier(max_depth=8, min_samples_leaf=least, random_state=0), x, y, cv=folds)
        return float((said == y).mean())
    said = cross_val_predict(DecisionTreeRegressor(max_depth=10, min_samples_leaf=least, random_state=0), x, y, cv=folds)
    return float(1 - ((said - y) ** 2).mean() / max(float(np.var(y)), 1e-12))


def _one_to_one(column: Any, y: Any, distinct: int) -> bool:
    """Each value of the column goes with one target, each target with one value."""
    import numpy as np

    pairs = len(np.unique(np.stack([column, np.asarray(y, dtype=float)]), axis=1).T)
    return distinct == pairs == len(np.unique(y)) and distinct < max(3, len(y) // 2)


def _rank_match(column: Any, y: Any) -> float:
    """|Spearman's rank correlation|; 1 for any rising or falling copy."""
    import numpy as np
    from scipy.stats import rankdata

    one, two = rankdata(column), rankdata(y)
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return 0.0
    return float(abs(np.corrcoef(one, two)[0, 1]))
