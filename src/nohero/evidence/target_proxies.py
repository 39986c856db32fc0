"""How well each single column predicts the target, out of fold: the target under another name gives itself away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.column_power import codes_of, one_to_one, rank_match, tree_score
from nohero.run.figure import Bar, Bars, Rule

if TYPE_CHECKING:
    from nohero.problem import Problem

ROWS = 5000  # training rows looked at
DRAWN = 15
PRICE = 1.0  # seconds
ALWAYS = True  # a leak closes the gate, whatever the time; at most ROWS rows are looked at


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
    frame, classes = problem.raw.frame[rows], bool(problem.task.classes)
    coded = {name: codes_of(frame[name]) for name in frame.columns}
    found = [(name, column, tree_score(column[:, None], y, classes=classes, seed=problem.seed)) for name, column in coded.items()]
    found.sort(key=lambda f: -f[2])
    powers = []
    for rank, (name, column, score) in enumerate(found):
        others = [c for n, c in coded.items() if n != name]
        without = tree_score(np.stack(others, 1), y, classes=classes, seed=problem.seed) if rank < 2 and others else float("nan")
        distinct = len(np.unique(column))
        match = 0.0 if classes else rank_match(column, y)
        powers.append(ColumnPower(name=name, score=score, score_without=without, distinct=distinct, one_to_one=one_to_one(column, y), rank_match=match))
    constant = float(np.unique(y, return_counts=True)[1].max() / len(y)) if problem.task.classes else 0.0
    metric = "accuracy" if problem.task.classes else "R2"
    return TargetProxies(columns=tuple(powers), constant=constant, metric=metric, n=len(rows))
