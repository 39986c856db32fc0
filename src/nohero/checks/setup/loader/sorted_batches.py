"""What it asks: do training batches come in mixed order?

Why it matters: batches of one class after the other teach the network the class of the day; batch norm and momentum make it worse.

How it is measured: neighbouring labels of one epoch that agree, against labels in random order.

When it is right to fail: they agree far beyond chance and most of the difference to full sorting is there.

What it cannot see: order in the inputs alone.

Mend: DataLoader(..., shuffle=True) for the training set.

Source: the recipe; data: shuffle each set and every batch
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loader_reading import LoaderReading
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


CLEAR = 6.0  # standard deviations beyond chance
SORTED, CLUMPED = 0.6, 0.35  # of the way from chance to full sorting


def judge(reading: LoaderReading) -> Finding:
    """Sorted labels fail, clumped ones warn."""
    if reading.runs != reading.runs:
        return skipped("there are no labels to look at, or too few")
    share = (reading.agreement - reading.chance) / max(1e-9, 1 - reading.chance)
    if reading.runs < CLEAR or share < CLUMPED:
        return passed("labels come in mixed order")
    return (failed if share >= SORTED else warned)(
        f"in the batches of the training loader {reading.agreement:.0%} of pairs have equal labels; mixed they would be {reading.chance:.0%}",
        expected="labels in random order",
        observed=Observed(value=reading.agreement, unit="share of equal pairs", n=reading.items),
        component="loader",
        where=("train",),
        level=Level.MEASURED,
        why="Each batch pulls all answers to its own class, the next one back again: the network learns the last batches.",
        remedies=("DataLoader(..., shuffle=True)",),
    )


def sorted_and_unshuffled(given: Given) -> Given:
    """The set is sorted by class and the loader does not shuffle."""
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    order = y.argsort()
    return replace(given, train=DataLoader(TensorDataset(x[order], y[order]), batch_size=32))


def unshuffled_but_mixed(given: Given) -> Given:
    """No shuffling of a set in random order."""
    from torch.utils.data import DataLoader

    return replace(given, train=DataLoader(given.train.dataset, batch_size=32))


def each_batch_in_order(given: Given) -> Given:
    """Batches are drawn at random, and laid out class by class."""
    import torch
    from torch.utils.data import DataLoader, default_collate

    def laid_out(items: Any) -> Any:
        x, y = default_collate(items)
        order = torch.argsort(y)
        return x[order], y[order]

    return replace(given, train=DataLoader(given.train.dataset, batch_size=32, shuffle=True, collate_fn=laid_out))


CHECK = Check(
    code="DAT450",
    name="sorted-batches",
    source="the recipe; data: shuffle each set and every batch",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=sorted_and_unshuffled), Case(toy="cnn-batch-norm", plant=sorted_and_unshuffled)),
    lookalikes=(Case(toy="table-mlp", plant=unshuffled_but_mixed), Case(toy="table-mlp", plant=each_batch_in_order)),
)
