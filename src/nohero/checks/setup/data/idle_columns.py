"""What it asks: does a table hold columns that say nothing: one value throughout, or a copy of another column?

Why it matters: a constant column where numbers were meant shows a broken join or a step that overwrote it; the validation
part may still have the numbers, and the network meets them untrained.

How it is measured: columns of mixed tables with one value in training, and whether they vary in another part; columns of
numbers that are equal bit for bit. Zeros, ones, and values at the edge of all (unused codes, corners of pictures) are passed.

When it is right to fail: never; what it finds is a warning.

What it cannot see: columns that are nearly constant, or functions of several others.

Mend: look at where the column is made; drop it if nothing was lost.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.feature_facts import FeatureFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(facts: FeatureFacts) -> Finding:
    """Constant columns that vary elsewhere or are no code, then twins."""
    constants = [(name, value, varies) for name, value, varies in facts.constants if varies or value not in (0.0, 1.0)]
    if not constants and not facts.twins:
        return passed(f"no column of {facts.features} is constant or a copy of another")
    parts = [f"{name} is {value:.4g} in every training item" + (" and varies in another part" if varies else "") for name, value, varies in constants[:3]]
    parts += [f"{b} is a copy of {a}" for a, b in facts.twins[:3]]
    return warned(
        "; ".join(parts),
        expected="columns that differ from item to item and from each other",
        observed=Observed(value=float(len(constants) + len(facts.twins)), unit="columns", n=facts.features),
        component="data",
        where=(*(name for name, _, _ in constants), *(b for _, b in facts.twins)),
        level=Level.MEASURED,
        why="A network cannot learn from a column that never changes, and a copy takes the place of the column that was meant. Both usually come from a slip where the table was put together.",
        remedies=("look at the step that makes the column: a join without matches, a wrong column index, an assignment that overwrote it", "drop the column from every part if it is not needed"),
    )


def overwritten_by_a_constant(given: Given) -> Given:
    """Training's column holds its mean throughout."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[:, 1] = 0.37  # type: ignore[index]
        return x, y

    return replanted(given, change)


def the_same_column_twice(given: Given) -> Given:
    """A wrong index put one column in another's place."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[:, 2] = x[:, 3]  # type: ignore[index]
        return x, y

    return replanted(given, change, "train", "val")


def a_column_of_ones(given: Given) -> Given:
    """An intercept beside the numbers, and a code that never occurs."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[:, 6] = 1.0  # type: ignore[index]
        x[:, 12] = 0.0  # type: ignore[index]
        return x, y

    return replanted(given, change, "train", "val", "test")


CHECK = Check(
    code="DAT312",
    name="idle-columns",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=overwritten_by_a_constant), Case(toy="huber-regression", plant=the_same_column_twice)),
    lookalikes=(Case(toy="wide-table", plant=a_column_of_ones),),
)
