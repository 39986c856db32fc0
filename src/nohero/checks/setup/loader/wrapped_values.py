"""What it asks: do values that are made larger stop at the largest, or begin again at zero?

Why it matters: a byte that is added to runs over: 250 + 10 is 4. An augmentation of brightness done on bytes paints the brightest places
black, and the network is taught pictures that it will never meet.

How it is measured: items are read several times. Where one reading's values are a function of another's, this function is a rising line
for a brighter or darker picture; a fall in the midst of it, by the whole range of a byte, after which the line goes on, is looked for.

When it is right to fail: several pairs of readings have such a fall. A curve that turns (an inverted or solarised picture) has none.

What it cannot see: values that run over in the same way at each reading, and pictures that are moved as well.

Mend: change brightness in a wider type, clamp, and go back: (x.int() + shift).clamp(0, 255).to(torch.uint8).

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.wrapped_values import WrappedValues
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

LEAST = 4  # pairs of readings


def judge(values: WrappedValues) -> Finding:
    """Bytes that run over fail."""
    if not values.pairs:
        return skipped("no two readings of an item differ in their brightness alone")
    if values.wrapped < LEAST:
        return passed(f"in {values.pairs} pairs of readings of one item, brighter stays brighter")
    low, high, was, now = values.example
    return failed(
        f"in {values.wrapped} of {values.pairs} pairs of readings of one item the values run over the end of a byte: {low:.3g} becomes {was:.3g}, and the next, {high:.3g}, becomes {now:.3g}",
        expected="values that stop at the largest",
        observed=Observed(value=values.share, unit="of the pixels", n=values.wrapped),
        component="transform",
        where=("train.dataset",),
        level=Level.VERIFIED,
        effect="the brightest places turn black, or the darkest white, in augmented pictures",
        why="Whole numbers of eight bits have no 256: 250 + 10 is 4.",
        remedies=("change the values in a wider type, then clamp: (x.int() + shift).clamp(0, 255)", "divide by 255 first, and augment floats"),
    )


def brightness_on_bytes(given: Given) -> Given:
    """A random number is added to the bytes."""
    import torch

    return _shaken(given, lambda x: (x + torch.randint(20, 120, ())).to(torch.uint8))


def contrast_on_bytes(given: Given) -> Given:
    """A random factor, and back to bytes."""
    import torch

    return _shaken(given, lambda x: (x * (1 + 0.6 * torch.rand(()))).int().to(torch.uint8))


def brightness_clamped(given: Given) -> Given:
    """The same, and what is too bright stays the brightest."""
    import torch

    return _shaken(given, lambda x: (x + torch.randint(20, 120, ())).clamp(0, 255).to(torch.uint8))


def solarised(given: Given) -> Given:
    """What is brighter than a random limit is inverted, as augmentations do on purpose."""
    import torch

    def change(x: Any) -> Any:
        limit = torch.randint(80, 200, ())
        return torch.where(x > limit, 255 - x, x).to(torch.uint8)

    return _shaken(given, change)


def _shaken(given: Given, change: Callable[[Any], Any]) -> Given:
    """The toy's pictures as bytes, changed at each reading."""
    from dataclasses import replace

    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset
    images = torch.stack([x for x, _ in inner])
    low, high = images.min(), images.max()
    images = ((images - low) / (high - low) * 255).round().int()

    class Shaken(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(images)

        def __getitem__(self, i: int) -> Any:
            return change(images[i]).float() / 255 * (high - low) + low, inner[i][1]

    return replace(given, train=DataLoader(Shaken(), batch_size=given.train.batch_size, shuffle=True))


CHECK = Check(
    code="DAT461",
    name="wrapped-values",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=brightness_on_bytes), Case(toy="cnn-batch-norm", plant=contrast_on_bytes)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=brightness_clamped), Case(toy="cnn-batch-norm", plant=solarised)),
)
