"""What it asks: do workers, and epochs, draw different augmentations?

Why it matters: a generator that is stored in the data set is copied into each worker: all draw the same, and draw it again in the next epoch.

How it is measured: two workers of two epochs are played in this process: a copy of the data set each, seeded as torch seeds its workers; the same item is read.

When it is right to fail: two workers, or two epochs, draw the very same numbers.

What it cannot see: generators outside the data set.

Mend: draw from torch's own streams, or seed the generator in worker_init_fn.

Source: PyTorch's notes on randomness in workers; lightning issue 20412
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.item_reading import ItemReading
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(reading: ItemReading) -> Finding:
    """Equal draws warn."""
    if not reading.workers or not reading.random:
        return skipped("no workers, or items that are not random")
    if not reading.workers_alike and not reading.epochs_alike:
        return passed("workers and epochs draw differently")
    what = "two workers draw the very same random numbers" if reading.workers_alike else "every epoch's workers draw the very same random numbers"
    return warned(
        what,
        expected="draws of its own for each worker and epoch",
        observed=Observed(value=float(reading.workers), unit="workers"),
        component="loader",
        where=("train.dataset",),
        level=Level.VERIFIED,
        why="The augmentation repeats: a fraction of the variety that was meant.",
        remedies=("draw from torch's random streams, which are seeded for each worker and epoch", "or make the generator in worker_init_fn from torch.initial_seed()"),
    )


def generator_in_the_data_set(given: Given) -> Given:
    """A NumPy generator made once and copied into every worker."""
    return replace(given, train=_noisy(given, stored=True))


def streams_of_torch(given: Given) -> Given:
    """Noise from torch's own stream."""
    return replace(given, train=_noisy(given, stored=False))


def _noisy(given: Given, *, stored: bool) -> Any:
    import numpy as np
    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset

    class Noisy(Dataset):  # type: ignore[type-arg]
        def __init__(self) -> None:
            self.stream = np.random.default_rng(1)

        def __len__(self) -> int:
            return len(inner)

        def __getitem__(self, i: int) -> Any:
            x, y = inner[i]
            noise = torch.from_numpy(self.stream.normal(size=x.shape)).float() if stored else torch.randn(x.shape)
            return x + 0.1 * noise, y

    return DataLoader(Noisy(), batch_size=32, shuffle=True, num_workers=2)


CHECK = Check(
    code="DAT455",
    name="repeated-worker-streams",
    source="PyTorch's notes on randomness in workers; lightning issue 20412",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=generator_in_the_data_set),),
    lookalikes=(Case(toy="table-mlp", plant=streams_of_torch),),
)
