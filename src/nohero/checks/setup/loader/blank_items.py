"""What it asks: do all items hold something?

Why it matters: black pictures and rows of one number come from files that were not read.

How it is measured: items of the first batches without any variation.

When it is right to fail: more than a hundredth of them, while others vary.

What it cannot see: items that are nearly blank.

Mend: look at these items and their files; leave them out with a count.

Source: the recipe, become one with the data
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.item_reading import ItemReading
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


FEW = 0.05  # of the items; so many may be black frames or silences that are meant
MANY = 0.01  # of the items


def judge(reading: ItemReading) -> Finding:
    """Blank items warn."""
    if not reading.looked_at:
        return skipped("there are no numbers to look at")
    share = len(reading.blank) / reading.looked_at
    if share <= MANY or share > 0.5:
        return passed(f"{reading.looked_at} items vary" if share <= MANY else "most items do not vary: so they are meant")
    return (warned if share > FEW else unsure)(
        f"{len(reading.blank)} of {reading.looked_at} items hold one number throughout",
        expected="items that vary",
        observed=Observed(value=share, unit="share of the items", n=reading.looked_at),
        component="data",
        where=tuple(f"item {i}" for i in reading.blank[:12]),
        level=Level.MEASURED,
        why="A file that could not be read is often handed on as zeros: a label without an input.",
        remedies=("look at these items and their files; leave them out and count them",),
    )


def unread_pictures(given: Given) -> Given:
    """One picture in ten is black."""
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    x = x.clone()
    x[::10] = 0
    return replace(given, train=DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True))


def dark_pictures(given: Given) -> Given:
    """Some are dark, not blank."""
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    x = x.clone()
    x[::10] *= 0.1
    return replace(given, train=DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True))


def a_few_black_frames(given: Given) -> Given:
    """One picture in thirty is black, as frames of films are."""
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    x = x.clone()
    x[::30] = 0
    return replace(given, train=DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True))


CHECK = Check(
    code="DAT459",
    name="blank-items",
    source="the recipe, become one with the data",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=unread_pictures),),
    lookalikes=(Case(toy="cnn-batch-norm", plant=a_few_black_frames), Case(toy="cnn-batch-norm", plant=dark_pictures)),
)
