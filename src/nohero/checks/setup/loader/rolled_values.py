"""What it asks: do pictures jump from the brightest to the darkest where they should go on?

Why it matters: (x - 128) / 128 on bytes is done on bytes: 0 - 128 is 128. What was black is bright and what was grey is black, with hard
edges in the midst of soft ones. The network learns from it, only worse, and nothing says why.

How it is measured: the values are put on the 256 levels of a byte and turned on by a number, beginning again at zero: is there a turn that
makes neighbours much more alike?

When it is right to fail: it warns, where in every channel the pictures become smoother by a fifth, and few pixels lie at the ends of the
range. Pictures of black and white become smoother too, for the two are then neighbours.

What it cannot see: pictures of few pixels or few levels; pictures that are rolled over by another number each time, where the items change.

Mend: x.float() first, or astype("float32"), then subtract and divide.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.rolled_values import RolledValues
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

ROUGH = 0.8  # of the roughness; measured on photographs of 32 pixels a side and more: 1.0 and more as they are, .33 to .8 where they were rolled over
ENDS = 0.25  # of the pixels; measured: photographs rolled over have up to .24, clothes before a black ground .34 and more, and .6 to 1.1 as their roughness


def judge(values: RolledValues) -> Finding:
    """Pictures that a turn makes much smoother warn."""
    if values.rough > ROUGH:
        return passed("no turn of the values makes the pictures much smoother")
    if values.ends > ENDS:
        return passed(f"{values.ends:.0%} of the pixels are black or white: a turn makes the two neighbours, and tells nothing")
    return warned(
        f"with {values.turn} added to the values of a byte, beginning again at zero, neighbouring pixels differ by {values.rough:.2f} of what they do as given, in every channel: the values ran over the end of a byte",
        expected="pictures that are smoothest as they are",
        observed=Observed(value=values.rough, unit="of the roughness", n=values.items),
        component="transform",
        where=("train",),
        level=Level.MEASURED,
        effect="what was darkest is bright, and edges stand where there are none",
        why="Whole numbers of eight bits have none below zero: 0 - 128 is 128.",
        remedies=("change to floats first: (x.astype('float32') - 128) / 128", "if the values are angles, which begin again by nature, hand over their sine and cosine"),
    )


def taken_off_as_bytes(given: Given) -> Given:
    """128 is taken off the bytes."""
    return _bytes(given, lambda x: x - 128)


def taken_off_as_floats(given: Given) -> Given:
    """The same, rightly."""
    return _bytes(given, lambda x: x.float() - 128)


def black_and_white(given: Given) -> Given:
    """So much contrast that most is black or white."""
    import torch

    fine = torch.Generator().manual_seed(4)
    return _bytes(given, lambda x: ((x.float() - 128) * 8 + 128 + torch.randint(0, 8, x.shape, generator=fine)).clamp(0, 255))


def _bytes(given: Given, change: Callable[[Any], Any]) -> Given:
    """Broad patches as bytes, changed and brought to the scale of one."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    broad = torch.nn.functional.interpolate(x[..., ::4, ::4], size=x.shape[-2:], mode="bilinear")
    low, high = broad.amin((0, 2, 3), keepdim=True), broad.amax((0, 2, 3), keepdim=True)
    whole = ((broad - low) / (high - low) * 255).to(torch.uint8)
    return replace(given, train=DataLoader(TensorDataset(change(whole).float() / 128 - 1, y), batch_size=given.train.batch_size, shuffle=True), val=None)


CHECK = Check(
    code="DAT467",
    name="rolled-values",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=taken_off_as_bytes),),
    lookalikes=(Case(toy="cnn-batch-norm", plant=taken_off_as_floats), Case(toy="cnn-batch-norm", plant=black_and_white)),
)
