"""What it asks: does the best value lie at the end of its range, with the loss still falling there?

Why it matters: then the best value may lie outside, and what is called tuned is only the end of the road. A learning rate
searched in the wrong decades costs more than any regulariser gains.

How it is measured: the best finished trial within a tenth of the (logarithmic) range of one end; the rank correlation of the
setting with the loss; what that trial gains over the best point further in, paired over validation items; and whether the
champion before the search had a value outside the range and does better than everything inside.

When it is right to fail: it warns when correlation and gain at the edge are beyond chance and the gain matters, or when the
champion's own value lies outside and wins. With fewer than five trials the edge says nothing: it is unsure.

What it cannot see: a best value far outside behind a plateau; settings that were not searched.

Mend: move that end of the range by a decade and search again.

Source: the recipe, section 5; Bergstra and Bengio 2012; the tuning playbook, on search spaces that are too narrow.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.change_ladder import ChangeLadder
from nohero.evidence.growth import Growth
from nohero.evidence.search_trials import SearchTrials
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned
from nohero.run.sources import PLAYBOOK

if TYPE_CHECKING:
    from nohero.problem import Problem

EDGE = 0.1  # of the logarithmic range
FEWEST = 5  # trials
BEYOND_CHANCE = 1.645  # standard deviations of a rank correlation, 1/sqrt(n - 1): one-sided 5 %
LOWER = 0.05  # of the loss: what counts as lower
OF_CONSTANT = 0.01  # of the constant's loss: the same where losses are near zero


def judge(search: SearchTrials, ladder: ChangeLadder, growth: Growth) -> Finding:
    """The champion outside the range first, then each setting at an edge."""
    told = [t for t in search.trials if math.isfinite(t.loss)]
    if not told:
        return skipped("no trial ended with a finite loss")
    least = min(t.loss for t in told)

    def matters(worse: float, better: float) -> bool:
        return worse - better > max(LOWER * abs(worse), OF_CONSTANT * growth.constant_loss)

    for name, (low, high) in search.ranges.items():
        mine = float(ladder.champion.get(name) or 0.0)
        if mine > 0 and not low <= mine <= high and matters(least, search.champion_loss):
            return _warn(search, name, "low" if mine < low else "high", f"the best of {len(told)} trials has a loss of {least:.4f}, the champion at {mine:.3g}, outside, one of {search.champion_loss:.4f}")
    if search.at_edge and len(told) < FEWEST:
        return unsure(f"the best of {len(told)} trials lies at an end of its range ({_named(search.at_edge)}), which with so few says nothing",
                      component="search", remedies=["more trials (a larger --budget)"])  # fmt: skip
    for name, side in search.at_edge.items():
        towards = -search.trends.get(name, 0.0) if side == "high" else search.trends.get(name, 0.0)
        mine = float(ladder.champion.get(name) or 0.0)
        points = [(t.values[name], t.loss) for t in told] + ([(mine, search.champion_loss)] if mine > 0 else [])
        inside = min((loss for value, loss in points if math.isfinite(loss) and not _near(value, search.ranges[name], side)), default=math.nan)
        low = search.edge_gains.get(name, (0.0, math.inf, 0.0))[1]  # over validation items; no other trial lies further in where it is missing
        if low > 0 and towards * math.sqrt(len(told) - 1) > BEYOND_CHANCE and matters(inside, least):
            return _warn(search, name, side, f"the best of {len(told)} trials lies at that end with a loss of {least:.4f}, against {inside:.4f} further in")
    if search.at_edge:
        return passed(f"the best trial lies at an end of its range ({_named(search.at_edge)}), but the loss hardly changes there")
    return passed(f"the best of {len(told)} trials lies inside the range of every setting")


def _named(edges: dict[str, str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {side}" for name, side in edges.items())


def _near(value: float, ends: tuple[float, float], side: str) -> bool:
    low, high = ends
    if not (0 < low < high and value > 0):
        return False
    place = math.log(value / low) / math.log(high / low)
    return place > 1 - EDGE if side == "high" else place < EDGE


def _warn(search: SearchTrials, name: str, side: str, said: str) -> Finding:
    low, high = search.ranges[name]
    wider = (low / 10, high) if side == "low" else (low, high * 10)
    return warned(
        f"the {side} end of the range of the {name.replace('_', ' ')}, {low:.3g} to {high:.3g}, is too near: {said}",
        expected="a best value inside its range", observed=Observed(value=min(t.loss for t in search.trials if math.isfinite(t.loss)), unit=search.unit, n=len(search.trials)),
        remedies=[f"search from {wider[0]:.3g} to {wider[1]:.3g}", "give the search more trials"],
        where=(name,), component="search", effect="the best value may lie outside: this setting is not tuned",
    )  # fmt: skip


def wrong_decades(problem: Problem) -> Problem:
    """Learning rates a hundred times too low."""
    from dataclasses import replace

    return replace(problem, rates=(1e-6, 1e-5))


def range_too_low(problem: Problem) -> Problem:
    """The best rate lies just outside."""
    from dataclasses import replace

    return replace(problem, rates=(2e-5, 1e-3))


def wide_range(problem: Problem) -> Problem:
    """Four decades of learning rates."""
    from dataclasses import replace

    return replace(problem, rates=(1e-5, 1e-1))


CHECK = Check(
    code="TUN110", name="best-at-edge", source=PLAYBOOK, judge=judge,
    sabotages=(Case(toy="table", plant=wrong_decades), Case(toy="numbers", plant=range_too_low)),
    lookalikes=(Case(toy="table", plant=wide_range),),
)  # fmt: skip
