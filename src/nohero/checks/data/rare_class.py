"""What it asks: are there enough items of every class to learn it and to evaluate it?

Why it matters: a class with two validation items has a recall of 0, a half or 1, whatever the model. A class that stands in
one part alone is never learnt or never checked, and an overall score hides it.

How it is measured: items of each class in the training, validation and test part.

When it is right to fail: it warns when a class has fewer than five validation items, or none in another part.

What it cannot see: whether the few items there are stand for the class at all.

Mend: bring more items, join classes, or leave the class out and say so.

Source: the recipe, becoming one with the data ("data imbalances and biases"); Wilson 1927 for the interval of a share.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.split_facts import SplitFacts
from nohero.run import sources
from nohero.run.figure import Bar, Bars, Rule
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

ENOUGH = 5  # validation items: all of five right still leaves a recall between 0.57 and 1 (Wilson)
NAMED = 8  # classes named in the message
DRAWN = 30  # classes in the picture


def judge(split: SplitFacts) -> Finding:
    """Look for classes that a part lacks or hardly has."""
    counts = split.class_counts
    if not counts:
        return skipped("the target is a value: there are no classes")
    rare = {name: c for name, c in counts.items() if min(c) == 0 or c[1] < ENOUGH}
    totals = [sum(c) for c in counts.values()]
    ratio = max(totals) / min(totals) if min(totals) else math.inf
    numbers = {"classes": float(len(counts)), "commonest to rarest": ratio}
    if not rare:
        least = min(counts, key=lambda name: counts[name][1])
        return passed(f"the rarest of {len(counts)} classes, `{least}`, has {counts[least][1]} validation items; commonest to rarest {ratio:.1f}:1", numbers=numbers)
    told = ", ".join(f"`{n}` ({c[0]} train, {c[1]} validation, {c[2]} test)" for n, c in list(rare.items())[:NAMED])
    more = f" and {len(rare) - NAMED} more" if len(rare) > NAMED else ""
    least_val = min(c[1] for c in rare.values())
    unseen = [n for n, c in rare.items() if c[0] == 0]
    return warned(
        f"{len(rare)} of {len(counts)} classes cannot be evaluated: {told}{more}" + (f"; never seen in training: {', '.join(unseen[:NAMED])}" if unseen else ""),
        expected=f"at least {ENOUGH} validation items of each class, and some in each part",
        observed=Observed(value=float(least_val), unit="validation items of the rarest class", n=sum(c[1] for c in counts.values())),
        numbers={**numbers, "rare classes": float(len(rare))},
        component="data",
        where=tuple(rare)[:DRAWN],
        effect=f"with {least_val} items a class's recall is known to no better than ±{_half(least_val):.0%}",
        why="The overall score hardly notices a class with so few items, so the model may never answer it and nobody would see.",
        remedies=(
            "bring more items of these classes",
            "join them with a neighbouring class, or leave them out and say so",
            "judge them by hand: the report lists their items",
        ),
        figure=Bars(
            title="Validation items of the rarest classes",
            value_label="items",
            bars=tuple(Bar(label=n, value=float(c[1]), role="bad" if n in rare else "plain") for n, c in sorted(counts.items(), key=lambda i: i[1][1])[:DRAWN]),
            rules=(Rule(label="enough", value=float(ENOUGH)),),
        ),
    )


def _half(n: int) -> float:
    """Half the width of the 95 % interval of a share of one half among n items."""
    z = 1.96
    return z * math.sqrt(0.25 / n + z * z / (4 * n * n)) / (1 + z * z / n) if n else 0.5


def almost_none_of_a_class(problem: Problem) -> Problem:
    """Of one class only six items are left."""
    import numpy as np

    from nohero.checks.plant import posed

    target = np.asarray(problem.raw.target).astype(str)
    of_one = np.flatnonzero(target == problem.task.classes[-1])
    return posed(problem, problem.raw.take(np.setdiff1d(np.arange(len(target)), of_one[6:])))


def a_class_half_as_common(problem: Problem) -> Problem:
    """One class has half of its items: rarer than the others, and enough."""
    import numpy as np

    from nohero.checks.plant import posed

    target = np.asarray(problem.raw.target).astype(str)
    of_one = np.flatnonzero(target == problem.task.classes[0])
    return posed(problem, problem.raw.take(np.setdiff1d(np.arange(len(target)), of_one[len(of_one) // 2 :])))


CHECK = Check(
    code="DAT130",
    name="rare-class",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="pictures", plant=almost_none_of_a_class),),
    lookalikes=(Case(toy="pictures", plant=a_class_half_as_common),),
)
