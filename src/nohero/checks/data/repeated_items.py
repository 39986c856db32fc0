"""What it asks: does the same item stand in the data more than once?

Why it matters: a repeated item counts twice in training and makes the data seem larger than it is. Divided between training
and evaluation it also lets the network be praised for what it has learnt by heart.

How it is measured: rows with equal cells and equal target, or pictures with equal pixels; columns that only number the rows
are passed over. What the columns allow is counted too: where there are few different rows, equal ones are chance.

When it is right to fail: it warns when one item in a hundred repeats another, or one in a thousand and twenty at least.

What it cannot see: near copies: a picture cropped or saved again, a row with one cell retyped.

Mend: keep one of each, or find out what wrote them twice; the split keeps copies on one side either way.

Source: the recipe, becoming one with the data ("duplicate examples").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.data_facts import DataFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

SHARE = 0.01  # of the items: below it, repeats change no score by more than its noise; between Adult (0.07 %) and Titanic (12 %)
FEW = 3  # items: one or two equal rows in a small table are chance (iris has one in 150)
SMALL_SHARE = 0.001  # of the items, for large data: diamonds has 0.27 %, all of them written twice
MANY = 20  # items at that share
CROWDED = 100  # possible different rows for each item, below which equal rows are to be expected


def judge(facts: DataFacts) -> Finding:
    """Count, and compare with what the columns allow."""
    count, n = facts.num_repeats, facts.num_items
    if not count:
        return passed(f"none of {n:,} items repeats another")
    share = count / max(n, 1)
    said = f"{count:,} of {n:,} items ({share:.2%}) repeat an earlier one exactly"
    numbers = {"repeated items": float(count), "items": float(n)}
    if facts.possible_rows < CROWDED * n:
        return passed(f"{said}; the columns allow only {facts.possible_rows:,.0f} different rows, so equal ones need not be copies", numbers=numbers)
    if not (share >= SHARE and count >= FEW) and not (share >= SMALL_SHARE and count >= MANY):
        return passed(f"{said}, too few to matter: " + "; ".join(f"{a} = {b}" for a, b in facts.repeats[:FEW]), numbers=numbers)
    return warned(
        said,
        expected=f"fewer than {SHARE:.0%}, where {facts.possible_rows:,.0f} different rows are possible" if facts.fields else f"fewer than {SHARE:.0%}",
        observed=Observed(value=share, unit="of the items", n=n),
        numbers=numbers,
        component="data",
        where=tuple(f"{later} = {earlier}" for later, earlier in facts.repeats),
        level=Level.MEASURED,
        effect=f"{n - count:,} different items are left",
        why="Copies count twice in training and make the data seem larger than it is. They are kept on one side of the split, so they do not flatter the score.",
        remedies=(
            "look at the items listed: if one event was written twice, keep one row of each",
            "if they are separate events that look alike, add the column that tells them apart, or pass this finding with that reason",
        ),
        figure=Table(title="Repeated items", columns=("item", "repeats"), rows=facts.repeats),
    )


def rows_written_twice(problem: Problem) -> Problem:
    """A tenth of the rows stand twice."""
    import numpy as np

    from nohero.checks.plant import posed

    n = len(problem.raw)
    return posed(problem, problem.raw.take(np.r_[np.arange(n), np.arange(0, n, 10)]))


def few_possible_rows(problem: Problem) -> Problem:
    """A table of three columns with few levels: equal rows are chance."""
    from nohero.checks.plant import posed

    frame = problem.raw.frame
    few = frame.select("town", "member", "visits").with_columns(frame["age"].cut([35, 45, 55]).cast(str).alias("age band"))
    return posed(problem, replace(problem.raw, frame=few))


CHECK = Check(
    code="DAT110",
    name="repeated-items",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table", plant=rows_written_twice), Case(toy="pictures", plant=rows_written_twice)),
    lookalikes=(Case(toy="table", plant=few_possible_rows),),
)
