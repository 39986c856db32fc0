"""What it asks: are pictures read in the order in which they lie in memory?

Why it matters: height, width, channels viewed as channels, height, width gives stripes: the network learns something all the same.

How it is measured: the correlation of neighbouring pixels as given, and with the same memory read with the channels last.

When it is right to fail: neighbours agree much better when the memory is read the other way. They may agree as given: photographs read the
wrong way still have broad lines.

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


SMOOTH = 0.4  # correlation of neighbours; measured: digits of 8 pixels a side .46, cuts of photographs of 8 to 64 pixels a side .94 to .98
APART = 0.25  # between the two readings; measured: read wrongly, these lose .29 to .62, and where they are read rightly the other way is worse


def judge(reading: ItemReading) -> Finding:
    """Much smoother as stored than as given fails."""
    given, stored = reading.smooth_as_given, reading.smooth_as_stored
    if given != given:
        return skipped("there are no pictures with channels first")
    if stored < SMOOTH or stored - given < APART:
        return passed(f"neighbouring pixels agree as given (correlation {given:.2f})")
    return failed(
        f"neighbouring pixels agree badly as given (correlation {given:.2f}), and well when the memory is read with the channels last ({stored:.2f})",
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


def smooth_colours_by_view(given: Given) -> Given:
    """Broad patches of colour: as with photographs, neighbours agree in part even so."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    broad = torch.nn.functional.interpolate(x[..., ::4, ::4].mean(1, keepdim=True), size=x.shape[-2:], mode="bicubic")
    smooth = (broad * torch.tensor([1.0, 0.8, 1.2])[:, None, None]).permute(0, 2, 3, 1).contiguous()
    return replace(given, train=DataLoader(TensorDataset(smooth.view(x.shape), y), batch_size=24, shuffle=True), val=None)


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
    sabotages=(Case(toy="cnn-batch-norm", plant=channels_by_view), Case(toy="cnn-batch-norm", plant=smooth_colours_by_view)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=channels_by_permute),),
)
