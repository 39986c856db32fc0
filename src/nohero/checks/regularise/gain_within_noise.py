"""What it asks: was every change that was kept a real gain?

Why it matters: of eight useless changes tried with one seed, one or two look like a gain. Each one kept makes the model harder
to explain and the next comparison harder to read, and the sum of lucky gains is not there on the test set.

How it is measured: each change is trained with the champion's own seeds and compared on the same validation items. The
interval of the gain counts both: that other items, and that other seeds, might have been drawn.

When it is right to fail: it fails when a kept change makes the loss worse beyond noise. It warns when the interval of a kept
change includes zero, or when the loss gained but the headline score lost beyond noise. With one seed it is unsure.

What it cannot see: how many changes were tried before this run; a real gain too small for these seeds and items, which is
thrown away (that is the cheaper mistake).

Mend: leave the change out; or give it more seeds and validation items, and let it prove itself.

Source: the recipe, section 4; Bouthillier et al. 2021, on seeds and items as sources of variance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.change_ladder import ChangeLadder
from nohero.run.figure import Bar, Bars, Rule
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned
from nohero.run.sources import BOUTHILLIER

if TYPE_CHECKING:
    from nohero.evidence.paired import Change
    from nohero.problem import Problem

FEWEST_SEEDS = 2  # below it the spread between seeds is unknown
BY_LUCK = 0.025  # of useless changes lie above a two-sided 95 % interval's zero


def judge(ladder: ChangeLadder) -> Finding:
    """Look at what was kept; the worst first."""
    kept = [c for c in ladder.changes if c.kept]
    tried = len(ladder.changes)
    if not tried:
        return skipped("no change was tried")
    if harmful := [c for c in kept if c.high < 0]:
        return _tell(failed, ladder, harmful, "is a loss, beyond noise")
    if lucky := [c for c in kept if not c.low > 0]:
        return _tell(warned, ladder, lucky, "is within noise")
    if lost := [c for c in kept if c.score_high < 0]:
        return _tell(warned, ladder, lost, "in loss costs score")
    if kept and ladder.num_seeds < FEWEST_SEEDS:
        return unsure(f"{len(kept)} of {tried} changes were kept on the word of a single seed", expected="two seeds or more for each change",
                      component="search", remedies=["give the comparison more seeds (a larger --budget)"])  # fmt: skip
    return passed(f"{len(kept)} of {tried} changes kept, each beyond noise over {ladder.num_seeds} seeds; of {tried} useless ones about {tried * BY_LUCK:.1f} would look so")


def _tell(tell: Any, ladder: ChangeLadder, changes: list[Change], what: str) -> Finding:
    worst = min(changes, key=lambda c: c.gain)
    names = ", ".join(c.name for c in changes)
    bars = tuple(Bar(label=c.name, value=c.gain, low=c.low, high=c.high, role="bad" if c in changes else "muted") for c in ladder.changes if c.kept)
    finding: Finding = tell(
        f"{len(changes)} of the changes kept should not have been: the gain {what}; the worst, {worst.name}: {worst.gain:+.4f} {ladder.unit} [{worst.low:.4f}, {worst.high:.4f}] in loss, {worst.score_gain:+.4f} in score",
        expected="a 95 % interval of the gain above zero", component="search", level=Level.VERIFIED, where=tuple(c.name for c in changes),
        observed=Observed(value=worst.gain, unit=ladder.unit, n=worst.num_items, low=worst.low, high=worst.high),
        effect="the model is less simple and not better", remedies=[f"leave out: {names}", "try again with more seeds and more validation items"],
        figure=Bars(title="Changes that were kept: gain in validation loss", value_label=f"gain ({ladder.unit})", bars=bars, rules=(Rule(label="no gain", value=0.0),)),
    )  # fmt: skip
    return finding


def everything_kept(problem: Problem) -> Problem:
    """A rule that keeps whatever is tried."""
    from dataclasses import replace

    return replace(problem, keep_if=lambda _: True)


def stricter_rule(problem: Problem) -> Problem:
    """A rule of the user's own that asks for more than ours."""
    from dataclasses import replace

    return replace(problem, keep_if=lambda change: change.low > 0 and change.gain > 0.01)


CHECK = Check(
    code="REG110", name="gain-within-noise", source=BOUTHILLIER, judge=judge,
    sabotages=(Case(toy="table", plant=everything_kept), Case(toy="numbers", plant=everything_kept)),
    lookalikes=(Case(toy="numbers", plant=stricter_rule),),
)  # fmt: skip
