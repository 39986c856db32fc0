"""What it asks: does a sampler that mixes the items mix them anew in each epoch?

Why it matters: a generator that is seeded anew in each epoch, or set_epoch that is never called, gives the same batches of the same
items in the same order for ever: the noise that shuffling is for does not come.

How it is measured: the places that the sampler draws in two epochs in a row. Where they are the same, each whole number that the sampler
holds is made one larger, to see whether it mixes by that number.

When it is right to fail: it warns, where both epochs come in the same mixed order, another number in the sampler gives another order,
and nobody can tell it the epoch. A sampler with set_epoch or an epoch is unsure, for the training loop may set it; so is a mixed order that hangs
on no number, which may have been chosen (by length, by difficulty).

What it cannot see: loaders that are no DataLoader; orders that come back after more than one epoch.

Mend: shuffle=True; or sampler.set_epoch(epoch) at the start of every epoch; or one generator that goes on from epoch to epoch.

Source: the recipe; data: shuffle each set and every batch
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loader_reading import LoaderReading
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(reading: LoaderReading) -> Finding:
    """The same mixed order twice warns where it is known to be drawn, and is unsure else."""
    if not reading.order:
        return passed("no two epochs in the same mixed order")
    drawn = reading.order.removeprefix("by ") if reading.order != "fixed" else ""
    told = reading.told_epoch or "epoch" in drawn
    tell = warned if drawn and not told else unsure
    mend = "call loader.sampler.set_epoch(epoch) at the start of every epoch; if your loop tells it the epoch, all is well" if told else "shuffle=True, or a generator that goes on from epoch to epoch"
    return tell(
        f"two epochs in a row come in the same mixed order{f', and in another one once `{drawn}` of the sampler is another number' if drawn else ''}",
        expected="another order in each epoch",
        observed=Observed(value=1.0, unit="of the items in the same place", n=reading.drawn if reading.drawn > 0 else None),
        component="loader",
        where=("train.sampler",),
        level=Level.VERIFIED if drawn else Level.MEASURED,
        why="The generator begins anew each time, so that each epoch deals the same batches.",
        remedies=(mend, *(() if drawn else ("if the order was chosen, by length or by difficulty, nothing need be done",))),
    )


def _mixing(given: Given, seed_of: Any) -> Given:
    """A sampler that draws a permutation with the seed `seed_of(itself)`."""
    import torch
    from torch.utils.data import DataLoader, Sampler

    data = given.train.dataset

    class Mixed(Sampler[int]):
        def __init__(self) -> None:
            self.seed, self.epoch = 3, 0

        def __len__(self) -> int:
            return len(data)

        def __iter__(self) -> Any:
            return iter(torch.randperm(len(data), generator=torch.Generator().manual_seed(seed_of(self))).tolist())

    return replace(given, train=DataLoader(data, batch_size=given.train.batch_size, sampler=Mixed()))


def seeded_in_each_epoch(given: Given) -> Given:
    """The generator is made anew with the same seed."""
    return _mixing(given, lambda sampler: sampler.seed)


def seeded_by_the_epoch(given: Given) -> Given:
    """The same, with an epoch that the sampler counts."""

    def seed_of(sampler: Any) -> int:
        sampler.epoch += 1
        return int(sampler.seed + sampler.epoch)

    return _mixing(given, seed_of)


def one_generator(given: Given) -> Given:
    """Shuffling by torch, with a generator of its own."""
    import torch
    from torch.utils.data import DataLoader

    return replace(given, train=DataLoader(given.train.dataset, batch_size=given.train.batch_size, shuffle=True, generator=torch.Generator().manual_seed(1)))


CHECK = Check(
    code="DAT462",
    name="repeated-order",
    source="the recipe; data: shuffle each set and every batch",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=seeded_in_each_epoch),),
    lookalikes=(Case(toy="table-mlp", plant=seeded_by_the_epoch), Case(toy="table-mlp", plant=one_generator)),
)
