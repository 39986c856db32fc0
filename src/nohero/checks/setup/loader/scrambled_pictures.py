"""What it asks: are pictures read in the order in which they lie in memory?

Why it matters: height, width, channels viewed as channels, height, width gives stripes: the network learns something all the same.

How it is measured: the correlation of neighbouring pixels as given, and with the same memory read with the channels last.

When it is right to fail: neighbours have little to do with each other as given, and much when read the other way.

What it cannot see: pictures without neighbours that agree.

Mend: permute(2, 0, 1), not view or reshape.

Source: the recipe, look at what goes into the network
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.item_reading import ItemReading
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given


ROUGH, SMOOTH = 0.5, 0.6  # correlation of neighbours; measured on drawn and natural pictures
APART = 0.25  # between the two readings


def judge(reading: ItemReading) -> Finding:
    """Rough as given and smooth as stored fails."""
    given, stored = reading.smooth_as_given, reading.smooth_as_stored
    if given != given:
        return skipped("there are no pictures with channels first")
    if given >= ROUGH or stored < SMOOTH or stored - given < APART:
        return passed(f"neighbouring pixels agree as given (correlation {given:.2f})")
    return failed(
        f"neighbouring pixels hardly agree as given (correlation {given:.2f}), and do when the memory is read with the channels last ({stored:.2f})",
        expected="neighbours that agree",
        observed=Observed(value=given, unit="correlation of neighbours"),
        component="transform",
        where=("train",),
        level=Level.VERIFIED,
        why="Three rows of colours were taken for three pictures: what lies side by side no longer does.",
        remedies=("move the channels with permute(2, 0, 1); view and reshape leave the numbers where they are",),
    )


def channels_by_view(given: Given) -> Given:
    """(height, width, channels) viewed as (channels, height, width)."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    ramp = torch.linspace(0, 3, x.shape[-1])
    smooth = (x + ramp + ramp[:, None]).permute(0, 2, 3, 1).contiguous()
    return replace(given, train=DataLoader(TensorDataset(smooth.view(x.shape), y), batch_size=24, shuffle=True))


def channels_by_permute(given: Given) -> Given:
    """The same, moved rightly."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    ramp = torch.linspace(0, 3, x.shape[-1])
    return replace(given, train=DataLoader(TensorDataset(x + ramp + ramp[:, None], y), batch_size=24, shuffle=True), val=None)


CHECK = Check(
    code="DAT458",
    name="scrambled-pictures",
    source="the recipe, look at what goes into the network",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=channels_by_view),),
    lookalikes=(Case(toy="cnn-batch-norm", plant=channels_by_permute),),
)
