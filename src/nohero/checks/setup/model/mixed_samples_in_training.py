"""What it asks: in train mode, are items mixed by something else than a normaliser that keeps statistics?

Why it matters: what mixes in training and not in evaluation makes two different networks of one. A normaliser answers for that
with its running statistics; a mean over the batch that stands in the code does not.

How it is measured: in train mode, with every module whose buffers move or that draws random numbers set to eval mode, half of
the items is exchanged, and the answers of the others are compared.

When it is right to fail: the answers of all items that stayed move, in train mode alone.

What it cannot see: mixing that is drawn at random pair by pair (mixup), which is passed.

Mend: use a normaliser with running statistics, or one that works within each item.

Source: the recipe, the skeleton ("use backprop to chart dependencies").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.sample_dependence import SampleDependence
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(dependence: SampleDependence) -> Finding:
    """Any move of all the items that stayed."""
    d = dependence
    if d.mixed:
        return skipped("the items are mixed in eval mode already")
    if d.why_no_training:
        return skipped(d.why_no_training)
    if not d.in_training:
        return passed(f"in train mode nothing mixes {d.n} items but normalisers that keep statistics")
    return warned(
        f"in train mode {len(d.in_training)} of {d.n} answers move, by up to {d.training_move:.2g} of their spread, when other items are exchanged, by no normaliser that keeps statistics"
        + (f"; it begins in {d.training_module}" if d.training_module else ""),
        expected="only normalisers with running statistics mix items in training",
        observed=Observed(value=d.training_move, unit="spreads of the answers", n=d.n),
        component="model",
        where=(d.training_module,) if d.training_module else (),
        level=Level.VERIFIED,
        why="In eval mode nothing is mixed, so that the network which is trained is not the one that answers; the gap grows as batches shrink.",
        remedies=("use a normaliser with running statistics (BatchNorm) or one that works within each item (LayerNorm, GroupNorm)", "compute batch statistics in the loss, not in the model"),
    )


def centred_in_training(given: Given) -> Given:
    """A batch's own mean is subtracted while it trains."""
    model: Any = given.model
    inner = model.forward
    model.forward = lambda x: inner(x - x.mean(0)) if model.training else inner(x)
    return given


def scaled_in_training(given: Given) -> Given:
    """A layer of the user's own divides by the batch's spread in train mode, and keeps nothing."""
    from torch import nn

    class Scaled(nn.Module):
        def forward(self, x: Any) -> Any:
            return x / (x.std(0, keepdim=True) + 1e-3) if self.training else x

    given.model[3] = nn.Sequential(nn.MaxPool2d(2), Scaled())
    return given


def mixed_up_pairs(given: Given) -> Given:
    """Mixup inside the model: each item is blended with one drawn at random."""
    import torch

    model: Any = given.model
    inner = model.forward
    model.forward = lambda x: inner(0.9 * x + 0.1 * x[torch.randperm(len(x))]) if model.training else inner(x)
    return given


def own_batch_norm(given: Given) -> Given:
    """A batch norm of the user's own making, with running statistics."""
    import torch
    from torch import nn

    class Norm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mean", torch.zeros(12))

        def forward(self, x: Any) -> Any:
            kept: Any = self.mean
            if self.training:
                now = x.mean((0, 2, 3))
                kept.mul_(0.9).add_(0.1 * now.detach())
                return x - now[:, None, None]
            return x - kept[:, None, None]

    given.model[1] = Norm()
    return given


CHECK = Check(
    code="SKE301",
    name="mixed-samples-in-training",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=centred_in_training), Case(toy="cnn-batch-norm", plant=scaled_in_training)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=mixed_up_pairs), Case(toy="cnn-batch-norm", plant=own_batch_norm)),
    under=("SKE300",),
)
