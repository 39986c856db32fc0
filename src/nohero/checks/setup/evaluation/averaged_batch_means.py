"""What it asks: is the score of the whole set the same, however it is cut into batches?

Why it matters: the mean of batch means weighs the items of a short last batch more; a mean of roots, F1 or AUC by batch is another number altogether.

How it is measured: the same items are evaluated in batches of other sizes, with the same answers.

When it is right to fail: the user's own batches are uneven, or the score differs by more than a hundredth, and the score moves with the batching though the answers do not. A score that is the loss over the set in the user's own even batches is right for these.

What it cannot see: scores that are sums on purpose.

Mend: sum over items, divide once at the end; compute F1, AUC and RMSE over the whole set.

Source: the recipe, significant digits: evaluate the whole set
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluation_replay import EvaluationReplay
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


SMALL, LARGE = 1e-4, 0.01  # relative; rounding, and a difference that shows even where the user's batches are even


def judge(replay: EvaluationReplay) -> Finding:
    """A score that moves with the batching warns."""
    if len(replay.rebatched) < 2:
        return skipped("there are too few items to cut into other batches")
    if replay.answers_move or replay.ran_training:
        return skipped("the answers themselves move with the batching or the mode: another check's business")
    if not replay.loss_joins:
        return skipped("the loss joins the items of a batch: it has no value an item")
    size, own = replay.rebatched[0]
    worst, other = max(((_apart(own, scores), batch) for batch, scores in replay.rebatched[1:]), default=(0.0, 0))
    if worst <= (LARGE if replay.even else SMALL):
        return passed("the score is the same in batches of other sizes")
    if replay.even and replay.is_loss:
        return passed("the score is the loss over the set in the batches that it is given, which are all of one size")
    told = warned if worst < 3 else unsure
    theirs = dict(replay.rebatched)[other]
    return told(
        f"the score is {_first(own):.5g} in batches of {size} and {_first(theirs):.5g} in batches of {other}: it hangs on how the set is cut",
        expected="one score for one set",
        observed=Observed(value=worst, unit="relative difference", n=replay.items),
        component="evaluation",
        where=("evaluate",),
        level=Level.VERIFIED,
        why="A mean of batch means gives the items of a short batch more weight, and a mean of roots is no root of a mean.",
        remedies=("sum over items and divide once by their number", "gather answers and targets, and compute the score over the whole set"),
    )


def _first(scores: Any) -> float:
    return scores[0][1] if scores else float("nan")


def _apart(one: Any, other: Any) -> float:
    pairs = [(a, b) for (_, a), (_, b) in zip(one, other, strict=False)]
    return max((abs(a - b) / max(abs(a), abs(b), 1e-9) for a, b in pairs if a == a and b == b), default=0.0)


def mean_of_batch_means(given: Given) -> Given:
    """Each batch's accuracy is averaged, and the last batch is short."""
    return replace(_uneven(given), evaluate=_means)


def _uneven(given: Given) -> Given:
    import torch
    from torch.utils.data import DataLoader, Subset

    data = given.val.dataset
    return replace(given, val=DataLoader(Subset(data, range(50)), batch_size=24, shuffle=False), step=given.step, optimizer=given.optimizer, model=given.model) if torch is not None else given


def _means(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    with torch.no_grad():
        return float(torch.stack([(model(x).argmax(1) == y).float().mean() for x, y in batches]).mean())


def weighted_means(given: Given) -> Given:
    """Each batch's mean is weighted by its items."""
    return replace(_uneven(given), evaluate=_weighted)


def _weighted(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    total = count = 0.0
    with torch.no_grad():
        for x, y in batches:
            total += float((model(x).argmax(1) == y).float().mean()) * len(y)
            count += len(y)
    return total / count


def loss_of_even_batches(given: Given) -> Given:
    """The loss is added up, and divided by a batch size that was written down: right while no batch is short."""
    from torch.utils.data import DataLoader, Subset

    def evaluate(model: Any, batches: Any) -> float:
        import torch

        model.eval()
        with torch.no_grad():
            sums = [float(torch.nn.functional.cross_entropy(model(x), y, reduction="sum")) for x, y in batches]
        return sum(sums) / 20 / len(batches)

    return replace(given, val=DataLoader(Subset(given.val.dataset, range(40)), batch_size=20), evaluate=evaluate)


CHECK = Check(
    code="SKE503",
    name="averaged-batch-means",
    source="the recipe, significant digits: evaluate the whole set",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=mean_of_batch_means), Case(toy="cnn-batch-norm", plant=mean_of_batch_means)),
    lookalikes=(Case(toy="table-mlp", plant=weighted_means), Case(toy="table-mlp", plant=loss_of_even_batches)),
    under=("SKE500", "SKE507"),
)
