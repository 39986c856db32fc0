"""What it asks: does a column that only numbers or names the items reach the network?

Why it matters: an identifier tells items apart without saying anything of them. The network can learn the training items by
their number, and where numbers were given in order of class or of time they leak the target.

How it is measured: text columns whose every value is different and whole numbers in the order of the rows are recognised and
left out of the inputs. What is left is searched for columns with a value of their own for nearly each row whose name says
that they identify.

When it is right to fail: it warns when such a column is among the inputs, and otherwise names what was left out.

What it cannot see: identifiers with few repeats under names that do not say so.

Mend: remove the column; if it groups the rows, name it as the group instead.

Source: the recipe, becoming one with the data; Kapoor and Narayanan 2023 on illegitimate features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.audit.item_names import says_so
from nohero.evidence.data_facts import DataFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

UNIQUE = 0.95  # of the values differ: an identifier with a few mistyped or repeated rows
ENOUGH = 20  # rows below which distinct values are chance


def judge(facts: DataFacts) -> Finding:
    """Look for identifiers among the columns that were not left out."""
    if not facts.fields:
        return skipped("these are not rows of a table: there are no columns")
    dropped = dict(facts.dropped)
    known = [f for f in facts.fields if f.kind == "identifier"]
    kept = [f for f in facts.fields if f.name not in dropped and f.num_rows >= ENOUGH]
    bad = [f for f in kept if f.kind == "identifier" or (f.kind in ("numeric", "categorical") and _unique(f.num_distinct, f.num_rows) and says_so(f.name))]
    if not bad:
        left_out = ", ".join(f"`{f.name}` ({f.why})" for f in known)
        return passed(f"identifiers were left out of the inputs: {left_out}" if left_out else f"none of {len(facts.fields)} columns looks like an identifier")
    first = bad[0]
    return warned(
        f"`{'`, `'.join(f.name for f in bad)}` identifies the items and is among the inputs: {first.num_distinct:,} values in {first.num_rows:,} rows",
        expected="no input that tells items apart without describing them",
        observed=Observed(value=first.num_distinct / max(first.num_rows, 1), unit="different values a row", n=first.num_rows),
        numbers={"identifier columns": float(len(bad))},
        component="data",
        where=tuple(f.name for f in bad),
        level=Level.HEURISTIC,
        why="A network can learn the training items by their number. Numbers given in order of class or time leak the target as well, and new items will have new numbers.",
        remedies=(
            f"leave `{first.name}` out of the inputs: --drop {first.name}",
            "if it marks rows that belong together, name it as the group column instead",
            "if it is a measurement after all, rename it or pass this finding with that reason",
        ),
    )


def _unique(distinct: int, rows: int) -> bool:
    return distinct >= UNIQUE * rows


def shuffled_customer_number(problem: Problem) -> Problem:
    """A number of its own for each row, in no order."""
    import numpy as np

    from nohero.checks.plant import with_columns

    return with_columns(problem, customer_id=np.random.default_rng(1).choice(10**6, len(problem.raw), replace=False))


def row_number(problem: Problem) -> Problem:
    """Rows numbered in their order: recognised and left out."""
    import numpy as np

    from nohero.checks.plant import with_columns

    return with_columns(problem, row=np.arange(1, len(problem.raw) + 1))


def unique_measurements(problem: Problem) -> Problem:
    """A measurement with many decimals: every value is different, and it is no identifier."""
    import numpy as np

    from nohero.checks.plant import with_columns

    return with_columns(problem, humidity=np.random.default_rng(1).normal(60, 7, len(problem.raw)))


CHECK = Check(
    code="DAT150",
    name="identifier-column",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table", plant=shuffled_customer_number),),
    lookalikes=(Case(toy="table", plant=row_number), Case(toy="numbers", plant=unique_measurements)),
)
