"""What it asks: does the evaluation run on every batch and item it is handed?

Why it matters: a return inside the loop, or a break, scores the first batch alone: the number jumps about and says little.

How it is measured: batches that are taken and items the model is called with are counted; perfect answers are spoilt in the last and in the first batch alone.

When it is right to fail: batches or items are left out, or a spoilt batch changes nothing.

What it cannot see: items that are run and weighted wrongly.

Mend: let the loop end, and count every item.

Source: the recipe, significant digits: evaluate the whole set
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluation_replay import EvaluationReplay
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


ALL = 0.98  # share of the items; the last odd ones may be left out by drop_last


def judge(replay: EvaluationReplay) -> Finding:
    """Batches or items left out fail."""
    if replay.batches < 2:
        return skipped("there is one batch to evaluate")
    if replay.drawn == 0:
        return skipped("the evaluation does not take the batches it is handed: another check's business")
    size = replay.rebatched[0][0] if replay.rebatched else 0
    whole = size and replay.calls > 1 and replay.seen % size == 0
    if whole and size <= replay.items - replay.seen:  # less than a batch that is missing was dropped
        return unsure(
            f"the evaluation stops after {replay.calls} whole batches, {replay.seen:,} of {replay.items:,} items",
            component="evaluation",
            where=("evaluate",),
            remedies=("if it is limited on purpose, and the batches come in a fixed mixed order, nothing is wrong; else let it run to the end",),
        )
    if replay.calls and replay.seen < ALL * replay.items and replay.shares[0] > 0:
        return _told(f"the model is called with {replay.seen:,} of {replay.items:,} items", replay.seen / max(1, replay.items), replay)
    if replay.drawn < replay.batches and not replay.calls:
        return _told(f"the evaluation takes {replay.drawn} of {replay.batches} batches", replay.drawn / replay.batches, replay)
    return passed(f"all {replay.items:,} items are evaluated")


def _told(what: str, share: float, replay: EvaluationReplay) -> Finding:
    return failed(
        what,
        expected="every item once",
        observed=Observed(value=share, unit="share of the items", n=replay.items),
        component="evaluation",
        where=("evaluate",),
        level=Level.MEASURED,
        why="The score rests on a handful of items: its interval is wide, and it is not the set's.",
        remedies=("return after the loop, not inside it, and count every item",),
    )


def returns_in_the_loop(given: Given) -> Given:
    """The return is indented too far."""
    return replace(given, evaluate=_first_batch)


def _first_batch(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    with torch.no_grad():
        for x, y in batches:
            return float((model(x).argmax(1) == y).float().mean())
    return 0.0


def all_at_once(given: Given) -> Given:
    """The batches are put together and run in one go."""
    return replace(given, evaluate=_joined)


def _joined(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    pairs = list(batches)
    with torch.no_grad():
        return float((model(torch.cat([x for x, _ in pairs])).argmax(1) == torch.cat([y for _, y in pairs])).float().mean())


def the_first_few_batches(given: Given) -> Given:
    """A quick score on three batches, as is said in its name."""
    return replace(given, evaluate=_quick_accuracy)


def _quick_accuracy(model: Any, batches: Any) -> float:
    import itertools

    import torch

    model.eval()
    right = seen = 0
    with torch.no_grad():
        for x, y in itertools.islice(batches, 2):
            right += int((model(x).argmax(1) == y).sum())
            seen += len(y)
    return right / seen


CHECK = Check(
    code="SKE501",
    name="partial-set",
    source="the recipe, significant digits: evaluate the whole set",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=returns_in_the_loop), Case(toy="cnn-batch-norm", plant=returns_in_the_loop)),
    lookalikes=(Case(toy="table-mlp", plant=the_first_few_batches), Case(toy="table-mlp", plant=all_at_once)),
)
