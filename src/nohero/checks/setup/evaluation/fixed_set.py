"""What it asks: does the evaluation use the batches it is handed?

Why it matters: an evaluation that reaches for a loader of its own scores the same data whatever it is given: often the training set.

How it is measured: it is handed other batches than it may know; which of them it takes, and which rows the model is called with, is read.

When it is right to fail: none of the batches handed over is taken, or the rows are those of the training set.

What it cannot see: an evaluation that does not call the model.

Mend: use the parameter, not a loader from outside.

Source: the recipe, the skeleton; leakage
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluation_replay import EvaluationReplay
from nohero.evidence.setup.unread_parts import UnreadParts
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


HALF = 0.5  # of the rows


def judge(replay: EvaluationReplay, unread: UnreadParts) -> Finding:
    """Other rows than those handed over fail."""
    if not replay.calls:
        return skipped("the evaluation does not call the model")
    given, known = replay.shares
    if replay.drawn and given >= HALF:
        return passed("the model is called with the rows handed over")
    if replay.drawn and known < HALF:
        return skipped("the rows the model is called with could not be told")
    if unread.all and not replay.drawn:
        return skipped("neither the step nor the evaluation reads what the loaders hold")
    where = "rows of the training set" if known >= HALF and replay.source != "train" else "rows of its own"
    return failed(
        f"the evaluation is handed {replay.items:,} items of {replay.source} and calls the model with {where}",
        expected="the batches that are handed over",
        observed=Observed(value=given, unit="share of the rows", n=replay.seen),
        component="evaluation",
        where=("evaluate",),
        level=Level.MEASURED,
        why="The score is that of other data, the same whatever is to be evaluated.",
        remedies=("take the batches from the parameter of the function, not from a loader outside",),
    )


def own_training_loader(given: Given) -> Given:
    """The evaluation iterates over the training loader from outside."""
    import torch

    train = given.train

    def evaluate(model: Any, batches: Any) -> float:
        model.eval()
        with torch.no_grad():
            return float(torch.cat([(model(x).argmax(1) == y).float() for x, y in train]).mean())

    return replace(given, evaluate=evaluate)


def listed_first(given: Given) -> Given:
    """The batches are put into a list first."""
    import torch

    def evaluate(model: Any, batches: Any) -> float:
        model.eval()
        known = list(batches)
        with torch.no_grad():
            return float(torch.cat([(model(x).argmax(1) == y).float() for x, y in known]).mean())

    return replace(given, evaluate=evaluate)


CHECK = Check(
    code="SKE502",
    name="fixed-set",
    source="the recipe, the skeleton; leakage",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=own_training_loader),),
    lookalikes=(Case(toy="table-mlp", plant=listed_first),),
)
