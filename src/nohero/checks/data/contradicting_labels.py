"""What it asks: do equal inputs have different targets?

Why it matters: no network can answer both, so the contradictions cap the score that can be reached; often they are labelling
errors, or the sign that the column which decides was left out.

How it is measured: items with equal pixels or equal cells (columns that only number the rows passed over) whose targets
differ. Where a table allows few different rows, chance makes such pairs, and they are noise rather than error.

When it is right to fail: it warns at any pair of equal pictures, and at one row in a hundred of a table.

What it cannot see: wrong labels on items that have no equal twin.

Mend: look at the pairs; correct the label, or add what tells them apart.

Source: the recipe, becoming one with the data ("how noisy are the labels?").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.data_facts import DataFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

SHARE = 0.01  # of a table's rows; below it the cap on the score is within the noise of any evaluation
FEW = 3  # rows of a table; fewer are chance
CROWDED = 100  # possible different rows for each item, below which equal rows are to be expected


def judge(facts: DataFacts) -> Finding:
    """Count the items whose twin says something else."""
    count, n = facts.num_contradictions, facts.num_items
    if not count:
        return passed(f"no two of {n:,} items have equal inputs and different targets")
    share = count / max(n, 1)
    said = f"{count:,} of {n:,} items ({share:.2%}) have an equal input elsewhere with another target"
    numbers = {"contradicting items": float(count), "items": float(n)}
    if facts.fields and facts.possible_rows < CROWDED * n:
        return passed(f"{said}; with {facts.possible_rows:,.0f} possible rows this is the noise of the question, which no network can learn", numbers=numbers)
    if facts.fields and (share < SHARE or count < FEW):
        return passed(f"{said}, too few to matter", numbers=numbers)
    first = facts.contradictions[0] if facts.contradictions else None
    example = f": {first[0]} is `{first[1]}`, {first[2]} is `{first[3]}`" if first else ""
    return warned(
        said + example,
        expected="equal inputs have equal targets",
        observed=Observed(value=share, unit="of the items", n=n),
        numbers=numbers,
        component="data",
        where=tuple(f"{a} and {b}" for a, _, b, _ in facts.contradictions),
        effect=f"at least {count:,} items cannot be answered as labelled" if facts.class_counts else "",
        why="A network gives equal inputs one answer, so at least one of each pair is counted wrong for ever. Most often one of the two labels is an error.",
        remedies=(
            "look at the pairs listed and correct the wrong target",
            "add the column that tells them apart, if there is one",
            "if both are right, the target has that much noise: pass this finding with that reason",
        ),
        figure=Table(title="Equal inputs, different targets", columns=("item", "target", "other item", "its target"), rows=facts.contradictions),
    )


def copies_with_another_label(problem: Problem) -> Problem:
    """One item in twenty-five stands twice, the second time under another label."""
    import numpy as np

    from nohero.checks.plant import posed

    n = len(problem.raw)
    rows = np.r_[np.arange(n), np.arange(0, n, 25)]
    target = np.asarray(problem.raw.target)[rows]
    classes = problem.task.classes
    target[n:] = [classes[(classes.index(str(label)) + 1) % len(classes)] for label in target[n:]]
    return posed(problem, replace(problem.raw.take(rows), target=target))


def few_possible_rows(problem: Problem) -> Problem:
    """A table of four columns with few levels: equal rows with both answers are its noise."""
    from nohero.checks.plant import posed

    frame = problem.raw.frame
    few = frame.select("town", "member", "visits").with_columns(frame["age"].cut([35, 45, 55]).cast(str).alias("age band"))
    return posed(problem, replace(problem.raw, frame=few))


CHECK = Check(
    code="DAT140",
    name="contradicting-labels",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="pictures", plant=copies_with_another_label), Case(toy="table", plant=copies_with_another_label)),
    lookalikes=(Case(toy="table", plant=few_possible_rows),),
)
