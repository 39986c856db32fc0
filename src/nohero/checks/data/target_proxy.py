"""What it asks: is one of the columns the target under another name?

Why it matters: a column that was written down together with the target, or because of it, will not be there when the model is
used. The score is then close to perfect and worth nothing.

How it is measured: a small tree predicts the target from each column alone, out of fold, and from all the others without it.
A copy also shows in its values: each goes with one target and each target with one value, or both stand in the same order.

When it is right to fail: when column and target name each other one to one, or have the same order throughout. It warns when
a column leaves almost nothing to be explained that all the others together cannot explain. A strong measurement that the
others can make up for is left alone.

What it cannot see: a target spread over several columns, such as two parts that add up to it.

Mend: remove the column, unless it is known before the target is.

Source: Kapoor and Narayanan 2023, leakage of illegitimate features; Titanic's `alive`, one to one with `survived`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.target_proxies import ColumnPower, TargetProxies
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

ENOUGH = 20  # rows: fewer fit one to one by chance
SAME_NAME = 0.9  # score of a one-to-one column; chance matches of rare values stay below
SAME_ORDER = 0.9999  # rank correlation: carat and price in diamonds have 0.96, length and carat 0.996
NEAR_ORDER = 0.99  # rank correlation that a measurement of something else seldom reaches
LITTLE = 0.1  # of what the constant leaves open is left by the column alone: Titanic's `boat` leaves 0.06
OTHERS = 4.0  # times that is left by all others together; petal length makes up for petal width in iris, 1.2 times


def judge(proxies: TargetProxies) -> Finding:
    """Look at each column for a copy, then at the strongest for one that stands alone."""
    if not proxies.columns:
        return skipped("these are not rows of a table: there are no columns")
    if proxies.n < ENOUGH:
        return unsure(f"{proxies.n} training rows: any column may fit by chance", remedies=(f"bring at least {ENOUGH} training rows",))
    metric, best = proxies.metric, proxies.columns[0]
    copies = [c for c in proxies.columns if (c.one_to_one and c.score >= SAME_NAME) or c.rank_match >= SAME_ORDER]
    if copies:
        how = "each of its values goes with one target and each target with one value" if copies[0].one_to_one else "it has the order of the target"
        return _told(failed, proxies, copies, f"is the target under another name: {how} ({metric} {copies[0].score:.3f} alone)", Level.MEASURED)
    lonely = [c for c in proxies.columns if _stands_alone(c, proxies.constant)]
    if lonely:
        text = f"predicts the target alone ({metric} {lonely[0].score:.3f}) where all other columns together do not ({lonely[0].score_without:.3f})"
        return _told(warned, proxies, lonely, text, Level.HEURISTIC)
    near = [c for c in proxies.columns if c.rank_match >= NEAR_ORDER]
    if near:
        return _told(unsure, proxies, near, f"has nearly the order of the target (rank correlation {near[0].rank_match:.4f})", Level.HEURISTIC)
    return passed(f"the strongest column, `{best.name}`, has {metric} {best.score:.3f} alone; the others together reach {best.score_without:.3f}")


def _stands_alone(column: ColumnPower, constant: float) -> bool:
    left, without = 1 - column.score, 1 - column.score_without
    return left <= LITTLE * (1 - constant) and without >= OTHERS * left and without > 0  # comparisons with nan are false


def _told(tell: object, proxies: TargetProxies, columns: list[ColumnPower], text: str, level: Level) -> Finding:
    first = columns[0]
    numbers = {"score alone": first.score, "score of the others": first.score_without, "score of the constant": proxies.constant, "rank correlation": first.rank_match}
    more = f"; so do `{'`, `'.join(c.name for c in columns[1:4])}`" if len(columns) > 1 else ""
    return tell(  # type: ignore[operator, no-any-return]
        f"`{first.name}` {text}{more}",
        expected="no column that is written down together with the target or after it",
        observed=Observed(value=first.score, unit=f"{proxies.metric} of this column alone", n=proxies.n),
        numbers=numbers,
        component="data",
        where=tuple(c.name for c in columns),
        level=level,
        effect=f"without it the same small tree falls to {first.score_without:.3f}" if first.score_without == first.score_without else "",
        why="A column that comes from the target will not be there when the model is used: the score would be near perfect and worth nothing.",
        remedies=(
            f"leave `{first.name}` out if it is not known before the target is: --drop {first.name}",
            "ask who writes it and when: that decides whether it may be an input",
            "if it is a measurement made beforehand, pass this finding with that reason",
        ),
        figure=proxies.figures()[0],
    )


def target_renamed(problem: Problem) -> Problem:
    """The answer once more, in other words."""
    from nohero.checks.plant import with_columns

    return with_columns(problem, state=["closed" if t == "yes" else "open" for t in problem.raw.target])


def target_in_another_unit(problem: Problem) -> Problem:
    """The target once more, times a factor and rounded."""
    from nohero.checks.plant import with_columns

    return with_columns(problem, gross=[round(1.19 * float(t) + 4, 2) for t in problem.raw.target])


def written_afterwards(problem: Problem) -> Problem:
    """A column that follows from the answer but for one row in fifty."""
    from nohero.checks.plant import with_columns

    return with_columns(problem, refund=[float((t == "yes") != (i % 50 == 0)) + 0.01 * (i % 7) for i, t in enumerate(problem.raw.target)])


def strong_measurement(problem: Problem) -> Problem:
    """Two columns that each tell most of the target, as weight and length do: either makes up for the other."""
    import numpy as np

    from nohero.checks.plant import with_columns

    rng, price = np.random.default_rng(1), np.asarray(problem.raw.target, dtype=float)
    return with_columns(problem, carat=price + rng.normal(0, 9, len(price)), length=np.sqrt(price.clip(1)) + rng.normal(0, 0.3, len(price)))


CHECK = Check(
    code="DAT170",
    name="target-proxy",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="table", plant=target_renamed), Case(toy="numbers", plant=target_in_another_unit), Case(toy="table", plant=written_afterwards)),
    lookalikes=(Case(toy="numbers", plant=strong_measurement),),
)
