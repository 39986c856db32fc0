"""What it asks: does each evaluation begin anew?

Why it matters: counts, lists or a metric that are never reset carry every earlier epoch's answers along. The score lags behind the
model, and the best epoch is chosen late or wrongly.

How it is measured: the evaluation is run on perfect answers alone, and on perfect answers right after a run on wrong ones, with
nothing put back in between.

When it is right to fail: the second score lies about halfway between perfect and wrong: the earlier run is still in it. Further out
it is unsure, for a score may be smoothed on purpose.

What it cannot see: what an evaluation keeps outside of Python's objects; scores that go round the model.

Mend: reset the metric, or make its counts anew, at the head of the evaluation.

Source: the recipe, significant digits: evaluate the whole set
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluation_oracle import EvaluationOracle
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

BETWEEN = (0.02, 0.98)  # of the way from perfect to wrong; at either end the score may be a best or a last one that is kept on purpose
EVEN = (0.25, 0.75)  # of that way: two runs of one size that are counted together; a score that is smoothed on purpose lies further out


def judge(oracle: EvaluationOracle) -> Finding:
    """A perfect run that scores otherwise after a wrong one fails."""
    if not oracle.perfect or not oracle.wrong or not oracle.later:
        return skipped("answers could not be written over the model's")
    for (name, perfect), (_, wrong), (_, later) in zip(oracle.perfect, oracle.wrong, oracle.later, strict=False):
        share = (perfect - later) / (perfect - wrong) if perfect != wrong else 0.0
        if not BETWEEN[0] < share < BETWEEN[1]:
            continue
        which = "" if name == "score" else f" ({name})"
        make = failed if EVEN[0] < share < EVEN[1] else unsure
        return make(
            f"perfect answers score {perfect:.4g}{which}, and {later:.4g} where the evaluation before saw wrong ones: {share:.0%} of it is the earlier run",
            expected="the same score whatever was evaluated before",
            observed=Observed(value=share, unit="of the earlier run in the score", n=oracle.items),
            component="evaluation",
            where=("evaluate",),
            level=Level.VERIFIED,
            why="What is counted is never set back, so each epoch's score is a mean over all epochs so far.",
            remedies=("reset the metric or the counts at the head of the evaluation: metric.reset(), right = total = 0",),
        )
    return passed("an evaluation does not remember the one before")


def _counting(*, anew: bool) -> Callable[[Any, Any], float]:
    counts = {"right": 0, "seen": 0}

    def evaluate(model: Any, batches: Any) -> float:
        import torch

        if anew:
            counts.update(right=0, seen=0)
        model.eval()
        with torch.no_grad():
            for x, y in batches:
                counts["right"] += int((model(x).argmax(1) == y).sum())
                counts["seen"] += len(y)
        return counts["right"] / counts["seen"]

    return evaluate


def counts_never_reset(given: Given) -> Given:
    """Right and seen are counted from the first epoch on."""
    return replace(given, evaluate=_counting(anew=False))


class _Errors:
    """A list of errors that grows."""

    def __init__(self) -> None:
        self.held: list[Any] = []

    def __call__(self, model: Any, batches: Any) -> float:
        import torch

        model.eval()
        with torch.no_grad():
            self.held += [(model(x).reshape(-1) - y.reshape(-1)).abs() for x, y in batches]
        return float(torch.cat(self.held).mean())


def errors_kept_in_a_list(given: Given) -> Given:
    """The list of errors belongs to the object and is never emptied."""
    return replace(given, evaluate=_Errors())


def counts_reset(given: Given) -> Given:
    """The same counts, set back first."""
    return replace(given, evaluate=_counting(anew=True))


def best_so_far(given: Given) -> Given:
    """The best score of all epochs is returned."""
    score, best = _counting(anew=True), [0.0]

    def evaluate(model: Any, batches: Any) -> float:
        best.append(score(model, batches))
        return max(best)

    return replace(given, evaluate=evaluate)


def smoothed(given: Given) -> Given:
    """A running average over the epochs, on purpose."""
    score, kept = _counting(anew=True), [float("nan")]

    def evaluate(model: Any, batches: Any) -> float:
        new = score(model, batches)
        kept[0] = new if kept[0] != kept[0] else 0.9 * kept[0] + 0.1 * new
        return kept[0]

    return replace(given, evaluate=evaluate)


CHECK = Check(
    code="SKE506",
    name="remembered-scores",
    source="the recipe, significant digits: evaluate the whole set",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=counts_never_reset), Case(toy="huber-regression", plant=errors_kept_in_a_list)),
    lookalikes=(Case(toy="table-mlp", plant=counts_reset), Case(toy="table-mlp", plant=best_so_far), Case(toy="table-mlp", plant=smoothed)),
)
