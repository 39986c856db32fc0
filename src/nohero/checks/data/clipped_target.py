"""What it asks: are many targets stuck at the very highest or lowest value?

Why it matters: a scale that ends below what it measures puts all larger values at its end. The network learns the instrument
instead of the thing, and its errors at the end of the scale cannot be known.

How it is measured: items at the greatest and at the least target value, against the commonest value in between. A target with
few different values is a scale of grades and is left alone; so is a pile at zero or one, where counts and shares begin.

When it is right to fail: it warns when more than one item in a hundred stands at an end, and that end holds half as many again
as any other value. At 1 or 100 it is unsure: that may be the natural end of shares and percentages.

What it cannot see: a limit that was blurred by noise added after it.

Mend: leave the clipped items out, or model them as "at least".

Source: the recipe, becoming one with the data; California housing, 965 of 20,640 targets at 500,001.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.data_facts import DataFacts
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

SHARE = 0.01  # of the items at one end; 4.7 % in California housing, 3.2 % in Boston's
FEW = 5  # items
ABOVE = 1.5  # times the commonest value in between; 7.9 in California housing, 2.0 in Boston's
GRADES = 20  # different values: a target with fewer is a scale of grades
BEGINNINGS = (0.0, 1.0)  # where counts, amounts and shares begin
NATURAL_ENDS = (0.0, 1.0, 100.0)  # where shares, percentages and scores of loss end


def judge(facts: DataFacts) -> Finding:
    """Compare the piles at both ends with the piles in between."""
    if facts.class_counts:
        return skipped("the target is a class")
    if facts.num_values <= GRADES:
        return passed(f"the target has {facts.num_values} different values: a scale of grades, not a cut one")
    ends = ((facts.highest, facts.at_highest, "highest"), (facts.lowest, facts.at_lowest, "lowest"))
    piles = [end for end in ends if _stands_out(end[1], facts) and not (end[2] == "lowest" and end[0] in BEGINNINGS)]
    if not piles:
        return passed(f"{facts.at_highest:,} of {facts.num_items:,} targets are at the highest value {facts.highest:g}, {facts.at_lowest:,} at the lowest {facts.lowest:g}")
    value, count, which = piles[0]
    tell = unsure if which == "highest" and value in NATURAL_ENDS else warned
    share = count / max(facts.num_items, 1)
    return tell(
        f"{count:,} of {facts.num_items:,} targets ({share:.1%}) are exactly {value:g}, the {which} value there is; no value in between has more than {facts.most_between:,}",
        expected=f"fewer than {SHARE:.0%} at either end, or no more than elsewhere",
        observed=Observed(value=share, unit="of the items at one end", n=facts.num_items),
        numbers={"items at the end": float(count), "value": value, "items at the commonest other value": float(facts.most_between)},
        component="data",
        where=(facts.target_name,),
        level=Level.HEURISTIC,
        effect=f"errors of these {count:,} items are unknown, whatever the score says",
        why="Where a scale ends below what it measures, all larger values stand at its end. The network then learns the scale instead of the thing.",
        remedies=(
            f"find out whether {value:g} means `{value:g} or {'more' if which == 'highest' else 'less'}`",
            "leave these items out, and say that the model does not speak of them",
            "or model them as a limit (a censored regression), or predict whether the limit is reached first",
        ),
        figure=Bars(
            title=f"Distribution of `{facts.target_name}`",
            value_label="items",
            bars=tuple(Bar(label=f"{low:.4g} to {high:.4g}", value=float(n)) for low, high, n in facts.target_bins),
        ),
    )


def _stands_out(count: int, facts: DataFacts) -> bool:
    return count >= FEW and count >= SHARE * facts.num_items and count >= ABOVE * facts.most_between


def capped_at_a_limit(problem: Problem) -> Problem:
    """All targets above the 92nd percentile stand at a limit."""
    import numpy as np

    from nohero.checks.plant import with_target

    target = np.asarray(problem.raw.target, dtype=float)
    return with_target(problem, np.minimum(target, round(float(np.quantile(target, 0.92)), 1)))


def nothing_spent(problem: Problem) -> Problem:
    """An amount that is often zero: zero is where amounts begin."""
    import numpy as np

    from nohero.checks.plant import with_target

    target = np.asarray(problem.raw.target, dtype=float)
    return with_target(problem, np.maximum(target - np.quantile(target, 0.15), 0.0).round(1))


def grades(problem: Problem) -> Problem:
    """A target on a scale from one to five: its ends are grades like the others."""
    import numpy as np

    from nohero.checks.plant import with_target

    target = np.asarray(problem.raw.target, dtype=float)
    return with_target(problem, 1.0 + np.digitize(target, np.quantile(target, (0.1, 0.3, 0.6, 0.8))))


CHECK = Check(
    code="DAT180",
    name="clipped-target",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="numbers", plant=capped_at_a_limit),),
    lookalikes=(Case(toy="numbers", plant=nothing_spent), Case(toy="numbers", plant=grades)),
)
