"""What it asks: does a weighted sampler balance the classes, not the reverse?

Why it matters: weights that grow with a class' frequency make the common commoner.

How it is measured: shares of the classes in the set and in what the sampler draws.

When it is right to fail: the spread of the shares is clearly larger after drawing.

What it cannot see: classes that could not be read.

Mend: weight each item by one over its class' count.

Source: PyTorch's WeightedRandomSampler; requirements on imbalance
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loader_reading import LoaderReading
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


WORSE = 1.25  # times the ratio of commonest to rarest class


def judge(reading: LoaderReading) -> Finding:
    """More imbalance than before warns."""
    if not reading.weighted or not reading.before or not reading.after:
        return skipped("no weighted sampler, or the classes could not be read")
    ratio = lambda shares: max(shares) / max(min(shares), 1e-3)  # noqa: E731
    before, after = ratio(reading.before), ratio(reading.after)
    if after < WORSE * before or after < 2:
        return passed(f"commonest to rarest class: {before:.2g} in the set, {after:.2g} as drawn")
    return warned(
        f"the sampler makes the classes less even: commonest to rarest {before:.2g} in the set, {after:.2g} as drawn",
        expected="weights that even the classes out",
        observed=Observed(value=after, unit="commonest to rarest", n=reading.drawn),
        component="loader",
        where=("train sampler",),
        level=Level.MEASURED,
        why="The rare classes, for which the sampler was made, are seen still less.",
        remedies=("weights = 1 / counts[label] for each item",),
    )


def weights_upside_down(given: Given) -> Given:
    """The counts are the weights."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

    x, y = given.train.dataset.tensors
    keep = torch.cat([(y == 0).nonzero()[:, 0], (y == 1).nonzero()[:40, 0], (y == 2).nonzero()[:20, 0]])
    x, y = x[keep], y[keep]
    sampler = WeightedRandomSampler(torch.bincount(y).float()[y], len(y))
    return replace(given, train=DataLoader(TensorDataset(x, y), batch_size=32, sampler=sampler))


def evened_out(given: Given) -> Given:
    """One over the counts."""
    import torch
    from torch.utils.data import DataLoader, WeightedRandomSampler

    _, y = given.train.dataset.tensors
    return replace(given, train=DataLoader(given.train.dataset, batch_size=32, sampler=WeightedRandomSampler(1.0 / torch.bincount(y).float()[y], len(y))))


CHECK = Check(
    code="DAT454",
    name="skewed-sampler",
    source="PyTorch's WeightedRandomSampler; requirements on imbalance",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=weights_upside_down),),
    lookalikes=(Case(toy="table-mlp", plant=evened_out),),
)
