"""What it asks: how often has this test set been opened?

Why it matters: the first look is a measurement. From the second on, what was seen guides what is tried, and the best of several
looks is praised by luck: the set becomes one more validation set, and nothing is left that was never seen.

How it is measured: openings are counted in the journal, this one included. How far the best of k equal models would seem better
by luck alone is the expected largest of k normal draws (Blom's formula) times the standard error of the score.

When it is right to fail: it warns from the second opening on. It fails when luck alone reaches the arm of the score's interval,
which is at about twenty-five.

What it cannot see: looks outside this tool, and test scores read in papers on a public set.

Mend: report the first score; for the next decision hold out a fresh set, or collect one.

Source: the steps, on the test set as the last sanity check; the recipe, section 2.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.test_opening import TestOpening
from nohero.run.finding import Finding, Observed, failed, passed, warned
from nohero.run.sources import FINAL

if TYPE_CHECKING:
    from nohero.problem import Problem

ARM = 1.96  # standard errors: one arm of a 95 % interval


def judge(opening: TestOpening) -> Finding:
    """Count; then say what luck alone would give."""
    times = opening.openings
    if times <= 1:
        return passed("the test set was opened once, by this run")
    luck = best_of(times)
    error = (opening.score.high - opening.score.low) / (2 * ARM)
    points = f", about {luck * error:.3f} {opening.score.metric} by luck alone" if math.isfinite(error) else ""
    tell = failed if luck >= ARM else warned
    return tell(
        f"the test set was opened {times} times; the best of {times} equal models would seem {luck:.1f} standard errors better{points}",
        expected="one opening", observed=Observed(value=float(times), unit="openings", n=opening.score.n), component="evaluation",
        numbers={"luck": luck, "standard error": error}, effect="the test score praises what was chosen by looking at it",
        remedies=["report the score of the first opening", "hold out a fresh test set, or collect one, for the next decision"],
    )  # fmt: skip


def best_of(times: int) -> float:
    """The expected largest of so many standard normal draws (Blom 1958)."""
    return NormalDist().inv_cdf((times - 0.375) / (times + 0.25)) if times > 1 else 0.0


def opened_before(problem: Problem) -> Problem:
    """An earlier run has looked already."""
    from dataclasses import replace

    return replace(problem, openings=1)


def opened_for_months(problem: Problem) -> Problem:
    """Forty looks."""
    from dataclasses import replace

    return replace(problem, openings=39)


CHECK = Check(
    code="FIN130", name="reopened-test-set", source=FINAL, judge=judge,
    sabotages=(Case(toy="timed", plant=opened_before), Case(toy="timed", plant=opened_for_months)),
)  # fmt: skip
