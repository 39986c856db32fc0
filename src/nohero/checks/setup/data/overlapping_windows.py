"""What it asks: do validation windows lie over the same values as training windows?

Why it matters: windows of one series that start a step apart are almost the same item. Divided at random, nearly every
validation window has its twin in training, target included.

How it is measured: validation windows of which half the values stand in a row in some training window, and whose target's
value is among training's values. Windows that only reach back into training at the border of a split by time have new targets.

When it is right to fail: when that holds for three windows in ten; it warns from one in ten. Windows of tokens may
repeat by nature: unsure.

What it cannot see: windows that were standardised one by one.

Mend: divide the series by time, leave a gap of one window, then cut windows.

Source: Kapoor and Narayanan 2023, temporal leakage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import rebuilt, tensors
from nohero.evidence.setup.item_copies import ItemCopies
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

FAILS, WARNS = 0.3, 0.1  # of the windows: a border of a split by time holds fewer


def judge(copies: ItemCopies) -> Finding:
    """The worst part decides."""
    looked = [leak for leak in copies.leaks if leak.overlapping_of]
    if not looked:
        return skipped("the items are no windows that slide along a series")
    worst = max(looked, key=lambda leak: leak.overlapping_targets / leak.overlapping_of)
    share = worst.overlapping_targets / worst.overlapping_of
    said = f"{worst.overlapping_targets} of {worst.overlapping_of} windows of {worst.part} share at least half their values, and their target, with training windows"
    if share < WARNS:
        return passed(said)
    return (unsure if copies.codes else failed if share >= FAILS else warned)(
        said + ("; texts that repeat do that by nature" if copies.codes else ""),
        expected="evaluated windows over values that training never saw",
        observed=Observed(value=share, unit=f"of {worst.part}'s windows", n=worst.overlapping_of),
        component="data",
        where=(worst.part,),
        level=Level.MEASURED,
        effect="the score tells how well the past is remembered",
        why="Neighbouring windows are nearly equal, so a random split puts the answer to almost every validation window into training.",
        remedies=("cut the series by time first, then make windows within each part", "leave a gap of one window and one horizon between the parts", "for several series or texts, keep each in one part"),
    )


def windows_divided_at_random(given: Given) -> Given:
    """All windows shuffled, then divided."""
    from dataclasses import replace

    import torch

    both = [torch.cat(pair) for pair in zip(tensors(given.train), tensors(given.val), strict=True)]
    order = torch.randperm(len(both[0]), generator=torch.Generator().manual_seed(4))
    cut = len(tensors(given.train)[0])
    train, val = (tuple(b[part] for b in both) for part in (order[:cut], order[cut:]))
    return replace(given, train=rebuilt(given.train, train), val=rebuilt(given.val, val))


def windows_with_channels_first(given: Given) -> Given:
    """The same for a convolution: channel before time, and the sign of the next value as the class."""
    from dataclasses import replace

    import torch
    from torch import nn

    mixed = windows_divided_at_random(given)
    parts = [(a.reshape(len(a), 1, -1), (b.reshape(len(b)) > 0).long()) for a, b in (tensors(mixed.train), tensors(mixed.val))]
    model = nn.Sequential(nn.Conv1d(1, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 2))
    kept = {"scheduler": None, "step": None, "evaluate": None, "unpack": None, "task": None, "classes": None, "optimizer": torch.optim.Adam(model.parameters(), lr=3e-3)}
    return replace(given, model=model, loss=nn.CrossEntropyLoss(), train=rebuilt(given.train, parts[0]), val=rebuilt(given.val, parts[1]), **kept)


def every_fourth_window(given: Given) -> Given:
    """Every fourth window is held out."""
    from dataclasses import replace

    import torch

    both = [torch.cat(pair) for pair in zip(tensors(given.train), tensors(given.val), strict=True)]
    held = torch.arange(len(both[0])) % 4 == 0
    return replace(given, train=rebuilt(given.train, tuple(b[~held] for b in both)), val=rebuilt(given.val, tuple(b[held] for b in both)))


def reaching_back_at_the_border(given: Given) -> Given:
    """The validation windows begin on training's last values, as forecasts do; their targets are new."""
    from dataclasses import replace

    import torch

    x = tensors(given.train)[0]
    a, b = tensors(given.val)
    last = x[-1]
    first = [torch.cat([last[k:], a[0][: len(last) - (len(last) - k)]]) for k in range(4, 12, 4)]
    return replace(given, val=rebuilt(given.val, (torch.cat([torch.stack(first), a]), torch.cat([b[: len(first)] + 0.001, b]))))


CHECK = Check(
    code="DAT336",
    name="overlapping-windows",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="forecast-windows", plant=windows_with_channels_first), Case(toy="forecast-windows", plant=windows_divided_at_random), Case(toy="forecast-windows", plant=every_fourth_window)),
    lookalikes=(Case(toy="forecast-windows", plant=reaching_back_at_the_border),),
    under=("DAT332",),
)
