"""What it asks: is the finished model better than the best simple baseline on the test set?

Why it matters: a network that does not beat a linear model or trees is dearer to keep, harder to explain and no better. That is
no failure of the work: it is its result, and the honest advice is to use the baseline.

How it is measured: each baseline was fitted on the same training set and answers for the same test items. The difference is
paired item by item: in the headline metric for classes, in squared error for values, with its 95 % interval.

When it is right to fail: it fails when the model is worse than the best constant beyond noise, and warns when a baseline is better
beyond noise. Where the interval includes zero but is narrow, the two are equal for all that matters. Where it is wide, the test
set is too small to say: it is unsure, and says how many items would decide.

What it cannot see: baselines that were not tried; costs of errors that the metric does not count; that the best of several
baselines is picked on the same items, which favours it a little.

Mend: use the baseline; or look at the items where it is right and the network wrong.

Source: the steps, on baselines; the recipe, section 2 (dumb baselines).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.test_opening import AgainstBaseline, TestOpening
from nohero.run.figure import Bar, Bars, Rule
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned
from nohero.run.sources import FINAL

if TYPE_CHECKING:
    from nohero.problem import Problem

EQUAL = 0.01  # of the headline metric, or of the constant's squared error: an interval within this is a tie
MOST_ITEMS = 10_000_000  # above it a number of items that would decide is not worth saying


def judge(opening: TestOpening) -> Finding:
    """The constant first, then the best of the others."""
    told = [b for b in opening.baselines if math.isfinite(b.gain) and not math.isnan(b.score.value)]
    if not told:
        return skipped("no baseline answered for the test set")
    best = max(told, key=lambda b: b.score.value)
    constant = next((b for b in told if b.name == "best constant"), None)
    scores = f"{opening.score.metric} {opening.score} against {best.score} ({best.name}) on {opening.score.n:,} items"
    if constant is not None and constant.high < 0:
        return _tell(failed, opening, constant, f"the model is worse than the best constant answer, beyond noise: {scores}",
                     ["do not use this model", "look for a difference between validation and test: split, preparation, evaluation mode"])  # fmt: skip
    if best.high < 0:
        return _tell(warned, opening, best, f"a baseline does better than the network, beyond noise: {scores}",
                     [f"use the baseline ({best.name}): simpler and better", "look at the items that it gets right and the network wrong", "more data, or pretrained weights"])  # fmt: skip
    if best.low > 0:
        return _tell(passed, opening, best, f"better than every baseline, beyond noise: {scores}", [])
    size = EQUAL if opening.score.metric != "R2" or constant is None else EQUAL * max(constant.score.loss, 0.0)
    if -size <= best.low and best.high <= size:
        return _tell(passed, opening, best, f"as good as the best baseline to within {size:.2g}, so the simpler one will do: {scores}", [])
    return _tell(unsure, opening, best, f"the difference to the best baseline is within noise, so the simpler one will do: {scores}", [_enough(opening, best), f"until then use the baseline ({best.name})"])


def _enough(opening: TestOpening, best: AgainstBaseline) -> str:
    half = (best.high - best.low) / 2
    needed = opening.score.n * (half / best.gain) ** 2 if best.gain and math.isfinite(half) else math.inf
    return f"about {needed:,.0f} test items would decide" if needed < MOST_ITEMS else "more test items would decide, if there is a difference at all"


def _tell(tell: Any, opening: TestOpening, beside: AgainstBaseline, message: str, remedies: list[str]) -> Finding:
    bars = tuple(Bar(label=f"model over {b.name}", value=b.gain, low=b.low, high=b.high, role="good" if b.low > 0 else "bad" if b.high < 0 else "muted") for b in opening.baselines)
    finding: Finding = tell(
        message, expected="an interval of the gain above zero", component="model", level=Level.VERIFIED, remedies=remedies,
        observed=Observed(value=beside.gain, unit="gain", n=opening.score.n, low=beside.low, high=beside.high),
        effect="the network is dearer than the baseline and no better" if remedies else "",
        figure=Bars(title="The model against each baseline on the same test items", value_label="gain", bars=bars, rules=(Rule(label="no gain", value=0.0),)),
    )  # fmt: skip
    return finding


def answers_inverted(problem: Problem) -> Problem:
    """At the test set alone the model's answers are turned round."""
    from dataclasses import replace

    from nohero.training.evaluate import outputs_of

    def evaluate(asked: Problem, model: Any, items: Any) -> Any:
        plain = outputs_of(replace(asked, evaluate=None), model, items)
        return -plain if items is problem.test else plain

    return replace(problem, evaluate=evaluate)


def one_column_seen(problem: Problem) -> Problem:
    """The network sees one column; the baselines see all."""
    import torch

    from nohero.checks.plant import with_forward

    mask = torch.zeros(problem.shape)
    mask[-1] = 1.0
    return with_forward(problem, lambda forward, x: forward(x * mask))


def trained_like_the_linear_model(problem: Problem) -> Problem:
    """A linear network, which at best ties with the linear baseline."""
    from dataclasses import replace

    return replace(problem, ladder=((1, 0),), start=replace(problem.start, learning_rate=2e-2))


CHECK = Check(
    code="FIN110", name="loses-to-baseline", source=FINAL, judge=judge,
    sabotages=(Case(toy="table", plant=answers_inverted), Case(toy="numbers", plant=one_column_seen)),
    lookalikes=(Case(toy="table", plant=trained_like_the_linear_model),),
)  # fmt: skip
