"""What it asks: does each item come about once an epoch?

Why it matters: an iterable set that each worker reads whole comes as often as there are workers; weights given per class draw the first few items alone.

How it is measured: indices drawn by the sampler; iterable sets are read as each of the loader's workers would.

When it is right to fail: each item comes as often as there are workers, or a sampler draws a small part of the items over and over.

What it cannot see: duplicates in the data itself.

Mend: divide the items by get_worker_info(); give the sampler a weight for each item.

Source: PyTorch's notes on iterable data sets; lightning and torch issues on samplers
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loader_reading import LoaderReading
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


COPIES = 1.5  # times each item
FEW = 0.2  # distinct of those drawn; drawing with equal weights gives .63, with 50 : 1 about a third


def judge(reading: LoaderReading) -> Finding:
    """Copies by workers and few distinct items fail."""
    if reading.shard_copies >= COPIES:
        return _told(f"with {reading.workers} workers each item comes {reading.shard_copies:.1f} times an epoch", reading.shard_copies, "times", "divide the items among the workers: torch.utils.data.get_worker_info()")
    if reading.weighted and reading.distinct < FEW * min(reading.drawn, reading.known):
        return _told(f"the sampler draws {reading.distinct:,} distinct items in {reading.drawn:,} draws from {reading.known:,}", reading.distinct / max(1, reading.drawn), "share distinct", "give WeightedRandomSampler one weight for each item, not for each class")
    if reading.drawn < 0 and reading.shard_copies != reading.shard_copies:
        return skipped("neither a sampler nor several workers")
    return passed("items come about once an epoch")


def _told(what: str, value: float, unit: str, remedy: str) -> Finding:
    return failed(
        what,
        expected="each item about once",
        observed=Observed(value=value, unit=unit),
        component="loader",
        where=("train",),
        level=Level.MEASURED,
        why="An epoch is not an epoch: some items count many times, others not at all.",
        remedies=(remedy,),
    )


def weights_of_classes(given: Given) -> Given:
    """One weight a class where one an item is wanted: only the first items are drawn."""
    import torch
    from torch.utils.data import DataLoader, WeightedRandomSampler

    sampler = WeightedRandomSampler(torch.tensor([1.0, 2.0, 1.5]), len(given.train.dataset))
    return replace(given, train=DataLoader(given.train.dataset, batch_size=32, sampler=sampler))


def unsharded_stream(given: Given) -> Given:
    """Each worker reads the whole stream."""
    from torch.utils.data import DataLoader, IterableDataset

    x, y = given.train.dataset.tensors

    class Stream(IterableDataset):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            return iter(list(zip(x, y, strict=True)))

    return replace(given, train=DataLoader(Stream(), batch_size=32, num_workers=3))


def weights_of_items(given: Given) -> Given:
    """One weight an item."""
    import torch
    from torch.utils.data import DataLoader, WeightedRandomSampler

    _, y = given.train.dataset.tensors
    weights = 1.0 / torch.bincount(y).float()[y]
    return replace(given, train=DataLoader(given.train.dataset, batch_size=32, sampler=WeightedRandomSampler(weights, len(y))))


CHECK = Check(
    code="DAT453",
    name="doubled-items",
    source="PyTorch's notes on iterable data sets; lightning and torch issues on samplers",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=weights_of_classes), Case(toy="table-mlp", plant=unsharded_stream)),
    lookalikes=(Case(toy="table-mlp", plant=weights_of_items),),
)
