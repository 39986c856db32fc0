"""What it asks: does reading an item seed the random numbers?

Why it matters: with a seed in __getitem__ every item is moved, cut and coloured by the same draw, in every epoch: there is no augmentation,
only another data set. Without workers, everything else that draws, dropout and shuffling too, begins anew with each item as well.

How it is measured: a few items are read twice, with other seeds before each reading; where do the random streams of Python, NumPy and torch
stand afterwards?

When it is right to fail: it warns, where a stream stands at one and the same place after every item, wherever it stood before. A place
of its own for each item (a seed made from the index) repeats the augmentation from epoch to epoch, which may be meant: unsure.

What it cannot see: generators of the data set's own; seeds in the collate function.

Mend: seed once, before the training; for workers use worker_init_fn or torch's own seeds.

Source: the recipe, look at what goes into the network
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.reseeded_reading import ReseededReading
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

NAMES = {"python": "Python's", "numpy": "NumPy's", "torch": "torch's"}


def judge(reading: ReseededReading) -> Finding:
    """A stream that every item sets to one place warns; one that each item sets to a place of its own is unsure."""
    if not reading.seeded:
        return passed(f"reading {reading.items} items leaves the random streams to go on")
    streams = " and ".join(NAMES[s] for s in (reading.alike or reading.seeded))
    return (warned if reading.alike else unsure)(
        f"reading an item sets {streams} random stream to {'one and the same place for all' if reading.alike else 'a place of its own, the same at each reading, for each of'} {reading.items} items: what is drawn for it is {'the same for every item, in every epoch' if reading.alike else 'the same in every epoch'}",
        expected="random numbers that go on from item to item",
        observed=Observed(value=float(reading.items), unit="items", n=reading.items),
        component="transform",
        where=("train.dataset",),
        level=Level.VERIFIED,
        effect="augmentation shows the network nothing new" if reading.alike else "",
        why="A seed is set where items are read. It also puts back the stream for whatever else draws from it in the same process.",
        remedies=("set seeds once, before the training, and never in __getitem__ or in a transform", *(() if reading.alike else ("if each item is meant to look the same in every epoch, nothing need be done",))),
    )


def _noisy(given: Given, before: Callable[[int], Any]) -> Given:
    """The toy's items with noise from NumPy; `before(index)` is done at each reading."""
    import numpy as np
    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset

    class Noisy(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(inner)

        def __getitem__(self, i: int) -> Any:
            before(i)
            x, y = inner[i]
            return x + 0.05 * torch.from_numpy(np.random.normal(size=tuple(x.shape))).float(), y

    return replace(given, train=DataLoader(Noisy(), batch_size=given.train.batch_size, shuffle=True))


def seeded_in_getitem(given: Given) -> Given:
    """One seed for every item."""
    import numpy as np

    return _noisy(given, lambda _: np.random.seed(42))


def seeded_by_the_index(given: Given) -> Given:
    """The index as the seed: each item has noise of its own, for ever."""
    import numpy as np

    return _noisy(given, lambda i: np.random.seed(i))  # noqa: PLW0108 (as users do)


def drawn_on(given: Given) -> Given:
    """No seed at all."""
    return _noisy(given, lambda _: None)


CHECK = Check(
    code="DAT466",
    name="reseeded-items",
    source="the recipe, look at what goes into the network",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=seeded_in_getitem), Case(toy="cnn-batch-norm", plant=seeded_in_getitem)),
    lookalikes=(Case(toy="table-mlp", plant=drawn_on), Case(toy="table-mlp", plant=seeded_by_the_index)),
)
