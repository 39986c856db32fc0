"""What it asks: were enough points tried to call the settings tuned?

Why it matters: after two trials the best of two is not the best. A run that had no time to search should say so, instead of
handing on its first guess as the winner.

How it is measured: by the chance that at least one of the points fell into the best fifth of the space, if each had been drawn
at random: 1 - 0.8^n. It does not depend on how many settings are searched, which is why random search beats a grid.

When it is right to fail: it warns below an even chance (fewer than four points), and is unsure below 95 % (fewer than
fourteen).

What it cannot see: how much the best fifth would have gained; whether the range holds a good value at all (best-at-edge asks).

Mend: a larger budget, or fewer steps in each trial.

Source: the recipe, section 5; Bergstra and Bengio 2012, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.search_trials import SearchTrials
from nohero.run.finding import Finding, Observed, passed, unsure, warned
from nohero.run.sources import BERGSTRA

if TYPE_CHECKING:
    from nohero.problem import Problem

GOOD = 0.2  # share of the space that would do
EVEN, SURE = 0.5, 0.95  # chance that one of the points lies there


def judge(search: SearchTrials) -> Finding:
    """Count the points."""
    number = len(search.trials)
    chance = 1 - (1 - GOOD) ** number
    cut = f", of {search.num_planned} planned" if number < search.num_planned else ""
    said = f"{number} points tried{cut}: a chance of {chance:.0%} that one of them lies in the best fifth of the space"
    observed = Observed(value=float(number), unit="trials", n=number)
    if chance >= SURE:
        return passed(said, observed=observed)
    tell = warned if chance < EVEN else unsure
    kept = "the settings handed on are the first guess" if not search.kept else "the settings handed on are better than the first guess, perhaps not by much"
    return tell(
        said, expected=f"a chance of {SURE:.0%}: 14 points or more", observed=observed, component="search", effect=kept,
        remedies=["a larger budget", "fewer steps in each trial (effort.steps), or a smaller network"],
    )  # fmt: skip


def two_trials(problem: Problem) -> Problem:
    """A search of two points."""
    from dataclasses import replace

    return replace(problem, effort=replace(problem.effort, trials=2))


def many_trials(problem: Problem) -> Problem:
    """A search of fourteen points."""
    from dataclasses import replace

    return replace(problem, effort=replace(problem.effort, trials=14))


CHECK = Check(
    code="TUN120", name="under-sampled-search", source=BERGSTRA, judge=judge,
    sabotages=(Case(toy="table", plant=two_trials),), lookalikes=(Case(toy="timed", plant=many_trials),),
)  # fmt: skip
