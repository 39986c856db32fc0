"""What it asks: could every row or file be used?

Why it matters: what cannot be read is seldom a random part of the data: one class, one camera, one month. Leaving it out in
silence changes what the score speaks of.

How it is measured: rows without a target and files that cannot be opened, or are no pictures, are set aside while reading,
each with its reason; here they are counted.

When it is right to fail: it warns when any item was set aside, and fails when half of them were.

What it cannot see: items that can be read and are still wrong: a black picture, a zero that stands for "unknown".

Mend: repair the items listed, or remove them on purpose.

Source: the recipe, becoming one with the data ("corrupted images / labels").
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.data_facts import DataFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

MOST = 0.5  # of all items: what is left then no longer stands for the whole


def judge(facts: DataFacts) -> Finding:
    """Count what was set aside, and why."""
    lost, n = facts.num_unusable, facts.num_items + facts.num_unusable
    if not lost:
        return passed(f"all {n:,} items can be used")
    reasons = Counter(why for _, why in facts.unusable)
    told = "; ".join(why for why, _ in reasons.most_common(3)) or "no reason is given"
    tell = failed if lost >= MOST * n else warned
    return tell(
        f"{lost:,} of {n:,} items cannot be used: {told}",
        expected="every item can be read and has a target",
        observed=Observed(value=lost / n, unit="of the items", n=n),
        numbers={"unusable items": float(lost), "items": float(n)},
        component="data",
        where=tuple(where for where, _ in facts.unusable),
        effect=f"the score speaks of the other {facts.num_items:,} items only",
        why="What cannot be read is seldom a random part of the data. A score on the rest says nothing about such items, and the model will meet them again.",
        remedies=(
            "look at the items listed and repair or remove them",
            "if they share a class, a source or a date, mend what made them",
            "if the target is unknown, let them be predicted later instead",
        ),
        figure=Table(title=f"Items set aside: {lost:,} in all", columns=("where", "why"), rows=facts.unusable),
    )


def _without(problem: Problem, every: int, *, keep: bool) -> Problem:
    """Each `every`-th row set aside, or only it kept."""
    import numpy as np

    from nohero.checks.plant import posed
    from nohero.data.raw import Unusable

    n = len(problem.raw)
    chosen = np.arange(0, n, every)
    other = np.setdiff1d(np.arange(n), chosen)
    kept, lost = (chosen, other) if keep else (other, chosen)
    aside = tuple(Unusable(where=str(problem.raw.items[i]), reason="the target is empty") for i in lost)
    return posed(problem, replace(problem.raw.take(kept), unusable=aside))


def some_targets_empty(problem: Problem) -> Problem:
    """One row in twenty has no target."""
    return _without(problem, 20, keep=False)


def most_targets_empty(problem: Problem) -> Problem:
    """Two rows in three have no target."""
    return _without(problem, 3, keep=True)


def empty_cells_in_a_column(problem: Problem) -> Problem:
    """A column with many gaps: such rows can be used all the same."""
    from nohero.checks.plant import with_columns

    weight = [None if i % 3 else value for i, value in enumerate(problem.raw.frame["weight"].to_list())]
    return with_columns(problem, weight=weight)


CHECK = Check(
    code="DAT120",
    name="unusable-items",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table", plant=some_targets_empty), Case(toy="numbers", plant=most_targets_empty)),
    lookalikes=(Case(toy="table", plant=empty_cells_in_a_column),),
)
