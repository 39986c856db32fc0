"""What it asks: is every item of the training set seen, and every item of the sets that are evaluated?

Why it matters: a sampler over a part, or drop_last on an unshuffled set, leaves the same items out for ever. A score of a validation
set without its last batch is the score of another set, often of the easier one.

How it is measured: the indices that the sampler draws in two epochs, and those of other parts over the same set; of validation and test
sets, what is drawn in single items and what comes in batches.

When it is right to fail: never more than a warning: a twentieth or more of the training set is never drawn, and no other part draws it;
or a fiftieth or more of a validation or test set is drawn and given in no batch.

What it cannot see: data sets that hide items themselves.

Mend: sample over the whole set; shuffle where drop_last is on.

Source: the recipe; dropped-data counters (rules of machine learning)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loader_reading import LoaderReading
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


MANY = 0.05  # of the training items
HELD = 0.02  # of the items of a set that is evaluated


def judge(reading: LoaderReading) -> Finding:
    """Items that nobody draws warn; a chosen subset is unsure."""
    worst = max(reading.withheld, key=lambda w: w[1] / max(1, w[2]), default=("", 0, 1))
    if worst[1] >= HELD * worst[2]:
        return _withheld(*worst)
    if reading.unseen != reading.unseen:
        return skipped("the indices of a sampler could not be read")
    if reading.unseen < MANY or reading.weighted:
        return passed("the sampler reaches the items of the set")
    return (unsure if reading.subset else warned)(
        f"{reading.unseen:.0%} of the {reading.known:,} items of the training set are never drawn",
        expected="every item in every epoch, or in the next",
        observed=Observed(value=reading.unseen, unit="share of the items", n=reading.known),
        component="loader",
        where=("train",),
        level=Level.MEASURED,
        why="What is never drawn is paid for and not learnt from.",
        remedies=("shuffle, so that drop_last leaves out others each time", "make the sampler cover the whole set; cut the set itself where a part is meant"),
    )


def _withheld(name: str, missing: int, known: int) -> Finding:
    return warned(
        f"{missing:,} of {known:,} items of {name} are in no batch: the last batch is dropped, and with it the same items each time",
        expected="every item that is held out for the score in the score",
        observed=Observed(value=missing / known, unit="share of the items", n=known),
        component="loader",
        where=(name,),
        level=Level.MEASURED,
        why="The score is that of a part of the set, and which part hangs on the batch size.",
        remedies=("drop_last=False where a set is evaluated: a short last batch does no harm there", "weigh batches by their items when scores are averaged"),
    )


def last_batch_dropped_unshuffled(given: Given) -> Given:
    """drop_last with large batches and without shuffling."""
    from torch.utils.data import DataLoader

    return replace(given, train=DataLoader(given.train.dataset, batch_size=200, drop_last=True))


def last_batch_dropped_shuffled(given: Given) -> Given:
    """drop_last with shuffling: others each time."""
    from torch.utils.data import DataLoader

    return replace(given, train=DataLoader(given.train.dataset, batch_size=50, drop_last=True, shuffle=True))


def validation_without_its_end(given: Given) -> Given:
    """drop_last on the validation set."""
    from torch.utils.data import DataLoader

    data = given.val.dataset
    return replace(given, val=DataLoader(data, batch_size=max(2, 2 * len(data) // 3), drop_last=True))


def validation_in_whole_batches(given: Given) -> Given:
    """drop_last on a validation set whose batches come out even."""
    from torch.utils.data import DataLoader, Subset

    return replace(given, val=DataLoader(Subset(given.val.dataset, range(40)), batch_size=20, drop_last=True))


CHECK = Check(
    code="DAT452",
    name="dropped-items",
    source="the recipe; dropped-data counters (rules of machine learning)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=last_batch_dropped_unshuffled), Case(toy="table-mlp", plant=validation_without_its_end)),
    lookalikes=(Case(toy="table-mlp", plant=last_batch_dropped_shuffled), Case(toy="table-mlp", plant=validation_in_whole_batches)),
)
