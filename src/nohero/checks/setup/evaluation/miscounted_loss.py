"""What it asks: is a loss that the evaluation gives divided by what was added up?

Why it matters: a sum over items or batches grows with the set, and a sum divided by the size of another loader's batches is off by a
factor. Curves of training and validation then lie apart for no reason, and overfitting is seen where there is none, or is not seen.

How it is measured: the scores are divided by the loss over the same items, with three models of other weights: one number comes out where
the score is a multiple of the loss. The set is given twice, and cut into other batches.

When it is right to fail: it warns, where the multiple is a count (of items, of batches, or one batch size by another) and becomes another
one with twice the items or with other batches. A multiple that stays is a unit.

What it cannot see: losses of batches that are not the mean of their items' losses.

Mend: total += loss.item() * len(x); count += len(x); return total / count.

Source: the recipe, significant digits: evaluate the whole set
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluated_loss import EvaluatedLoss
from nohero.evidence.setup.score_names import words_of
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

MOVED = 0.01  # relative, by which a multiple is another one
SUMS = {"total", "sum", "count"}  # words of a name that say so


def judge(loss: EvaluatedLoss) -> Finding:
    """A multiple of the loss that is a count warns."""
    for found in loss.multiples:
        if not found.reading:
            continue
        grown, cut = (abs(v / found.times - 1) > MOVED for v in (found.doubled, found.recut))
        if not grown and not cut:
            continue
        moved = f"{found.doubled:.4g} times where the set is given twice" if grown else f"{found.recut:.4g} times in batches of {loss.other_size}"
        return (unsure if words_of(found.name) & SUMS else warned)(
            f"`{found.name}` is {found.score:.5g}, where the loss over the same {loss.items:,} items is {found.loss:.5g}: {found.times:.4g} times as much, which is {found.reading}, and {moved}",
            expected="the mean over the items",
            observed=Observed(value=found.times, unit="times the loss", n=loss.items),
            component="evaluation",
            where=("evaluate",),
            level=Level.VERIFIED,
            why="What is added up and what it is divided by are not counted in the same things.",
            remedies=("add up loss.item() * len(x), and divide once by the number of items that went in", "where the batches' means are added up, divide by len(loader) of the loader that was read"),
        )
    return passed("the scores that are multiples of the loss do not hang on how many items or batches there are, or equal it")


def _evaluation(given: Given, added: Any, divided: Any) -> Given:
    """The sum of `added(mean loss of a batch, its items)`, divided by `divided(batches)`."""

    def evaluate(model: Any, batches: Any) -> dict[str, float]:
        import torch

        model.eval()
        total = 0.0
        with torch.no_grad():
            for x, y in batches:
                total += added(float(given.loss(model(x), y)), len(y))
        model.train()
        return {"val_loss": total / divided(batches)}

    return replace(given, evaluate=evaluate)


def _even(given: Given) -> Given:
    from torch.utils.data import DataLoader, Subset

    return replace(given, val=DataLoader(Subset(given.val.dataset, range(40)), batch_size=20))


def never_divided(given: Given) -> Given:
    """Each batch's loss times its items is added up, and returned."""
    return _evaluation(given, lambda loss, n: loss * n, lambda _: 1)


def divided_by_training_batches(given: Given) -> Given:
    """Sums are divided by the size of a training batch, and by the number of batches."""
    even = _even(given)
    size = given.train.batch_size
    return _evaluation(even, lambda loss, n: loss * n / size, len)


def divided_by_the_whole_data_set(given: Given) -> Given:
    """A sampler draws a third of the data set, and the sum is divided by all of it."""
    from torch.utils.data import DataLoader, SubsetRandomSampler

    few = replace(given, val=DataLoader(given.val.dataset, batch_size=20, sampler=SubsetRandomSampler(range(len(given.val.dataset) // 3))))
    return _evaluation(few, lambda loss, n: loss * n, lambda batches: len(batches.dataset))


def divided_by_a_fixed_length(given: Given) -> Given:
    """The sum is divided by the length of the set, which was written down before."""
    length = len(given.val.dataset)
    return _evaluation(given, lambda loss, n: loss * n, lambda _: length)


def in_other_units(given: Given) -> Given:
    """The mean loss in bits."""
    return _evaluation(given, lambda loss, n: loss * n / 0.6931, lambda batches: sum(len(y) for _, y in batches))


CHECK = Check(
    code="SKE507",
    name="miscounted-loss",
    source="the recipe, significant digits: evaluate the whole set",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=never_divided), Case(toy="huber-regression", plant=never_divided), Case(toy="table-mlp", plant=divided_by_training_batches), Case(toy="table-mlp", plant=divided_by_the_whole_data_set)),
    lookalikes=(Case(toy="table-mlp", plant=divided_by_a_fixed_length), Case(toy="table-mlp", plant=in_other_units)),
)
