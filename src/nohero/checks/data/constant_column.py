"""What it asks: does a column that never changes reach the network?

Why it matters: a column with one value says nothing. Scaled by a spread of zero it becomes a huge number or none at all, and
where it is constant in training alone the first other value meets weights that nothing has trained.

How it is measured: columns with a single value, or none, are recognised on the training part and left out of the inputs; what
is left is searched for others. A column with one value and gaps is no constant: the gaps may tell something.

When it is right to fail: it warns when a constant column is among the inputs, and otherwise names what was left out.

What it cannot see: columns that change in a few rows only.

Mend: remove the column, or find out why it never changes: a filter, a join that failed, a sensor that was off.

Source: the recipe, becoming one with the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.data_facts import DataFacts
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

NAMED = 8  # columns named in the message


def judge(facts: DataFacts) -> Finding:
    """Look for constants among the columns that were not left out."""
    if not facts.fields:
        return skipped("these are not rows of a table: there are no columns")
    dropped = {name: reason for name, reason in facts.dropped if reason.startswith(("constant", "empty"))}
    out = {name for name, _ in facts.dropped}
    bad = [f for f in facts.fields if f.name not in out and (f.kind == "empty" or (f.kind == "constant" and not f.num_missing))]
    if not bad:
        left_out = ", ".join(f"`{name}` ({reason})" for name, reason in list(dropped.items())[:NAMED])
        return passed(f"left out of the inputs, as they never change: {left_out}" if left_out else f"each of {len(facts.fields)} columns changes")
    names = [f.name for f in bad]
    return warned(
        f"`{'`, `'.join(names[:NAMED])}` never changes and is among the inputs" + (f", with {len(names) - NAMED} more" if len(names) > NAMED else ""),
        expected="columns with one value are left out",
        observed=Observed(value=float(len(bad)), unit="constant columns", n=facts.num_items),
        numbers={"constant columns": float(len(bad)), "columns": float(len(facts.fields))},
        component="transform",
        where=tuple(names),
        why="A column with one value says nothing, and scaled by its own spread it becomes a huge number or none at all.",
        remedies=(f"leave `{names[0]}` out of the inputs: --drop {names[0]}", "find out why it never changes: a filter, a join that failed, a sensor that was off"),
    )


def constant_kept(problem: Problem) -> Problem:
    """A column with one value that the transform lets through."""
    from dataclasses import replace

    from nohero.checks.plant import with_columns, with_transform
    from nohero.data.numeric_column import NumericColumn

    made = with_columns(problem, station=[7.0] * len(problem.raw))
    plan = NumericColumn(name="station", fill=7.0, indicator=False, log=False, center=0.0, scale=1.0, how="as it is")
    return with_transform(made, replace(made.transform, columns=(*made.transform.columns, plan), dropped=()))


def constant_dropped(problem: Problem) -> Problem:
    """A column with one value: recognised and left out."""
    from nohero.checks.plant import with_columns

    return with_columns(problem, station=["north"] * len(problem.raw))


def one_value_or_a_gap(problem: Problem) -> Problem:
    """A column with one value that is often missing: its gaps tell something."""
    from nohero.checks.plant import with_columns

    return with_columns(problem, insured=["yes" if i % 3 else None for i in range(len(problem.raw))])


CHECK = Check(
    code="DAT160",
    name="constant-column",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table", plant=constant_kept),),
    lookalikes=(Case(toy="table", plant=constant_dropped), Case(toy="numbers", plant=one_value_or_a_gap)),
)
