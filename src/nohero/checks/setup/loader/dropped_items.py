"""What it asks: is every item of the training set seen?

Why it matters: a sampler over a part, or drop_last on an unshuffled set, leaves the same items out for ever.

How it is measured: the indices that the sampler draws in two epochs, and those of other parts over the same set.

When it is right to fail: a twentieth or more is never drawn, and no other part draws it.

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


MANY = 0.05  # of the items


def judge(reading: LoaderReading) -> Finding:
    """Items that nobody draws warn; a chosen subset is unsure."""
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


def last_batch_dropped_unshuffled(given: Given) -> Given:
    """drop_last with large batches and without shuffling."""
    from torch.utils.data import DataLoader

    return replace(given, train=DataLoader(given.train.dataset, batch_size=200, drop_last=True))


def last_batch_dropped_shuffled(given: Given) -> Given:
    """drop_last with shuffling: others each time."""
    from torch.utils.data import DataLoader

    return replace(given, train=DataLoader(given.train.dataset, batch_size=50, drop_last=True, shuffle=True))


CHECK = Check(
    code="DAT452",
    name="dropped-items",
    source="the recipe; dropped-data counters (rules of machine learning)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=last_batch_dropped_unshuffled),),
    lookalikes=(Case(toy="table-mlp", plant=last_batch_dropped_shuffled),),
)
