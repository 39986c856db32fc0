"""What it asks: is the length of a derivative by a picture taken over the whole picture?

Why it matters: a gradient penalty wants one length an item. Over the channels alone there is one a pixel, each is drawn to 1, and the critic is bound
far more than it should be, the more the larger the picture.

How it is measured: torch.autograd.grad is listened to during a step; a derivative by (B, C, H, W) with a graph, and the shape of its norm.

When it is right to fail: it warns where the norm has the shape (B, H, W).

What it cannot see: lengths written out as the root of a sum of squares.

Mend: flatten each item first: gradients.flatten(1).norm(2, dim=1).

Source: Gulrajani et al. 2017, Improved training of Wasserstein GANs (arXiv:1704.00028), algorithm 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.derivatives_used import DerivativesUsed
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(derivatives: DerivativesUsed) -> Finding:
    """One length an item, or one a pixel."""
    if not derivatives.by_pixel:
        return passed(f"no length of {derivatives.made} derivatives is taken pixel by pixel")
    items, *rest = derivatives.by_pixel[0]
    pixels = rest[0] * rest[1]
    return warned(
        f"the length of a derivative by pictures is taken over the channels alone: {pixels:,} lengths for each of {items} items",
        expected="one length an item",
        observed=Observed(value=float(pixels), unit="lengths an item", n=items),
        component="loss",
        where=("torch.autograd.grad",),
        level=Level.VERIFIED,
        effect="the derivative by each single pixel is drawn to the length that the whole should have",
        remedies=("gradients.flatten(1).norm(2, dim=1)", "if each pixel is to have a length of its own, ignore this check and say so"),
    )


def _penalised(given: Given, length: Any) -> Given:
    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        x, y = batch
        x = x.clone().requires_grad_()
        optimizer.zero_grad()
        out = model(x)
        (slope,) = torch.autograd.grad(out.sum(), x, create_graph=True)
        value = loss(out, y) + 0.1 * (length(slope) - 1).square().mean()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step, scheduler=None)


def lengths_over_the_channels(given: Given) -> Given:
    """The norm is taken over axis 1 of (B, C, H, W)."""
    return _penalised(given, lambda slope: slope.norm(2, dim=1))


def one_length_an_item(given: Given) -> Given:
    """As it is meant."""
    return _penalised(given, lambda slope: slope.flatten(1).norm(2, dim=1))


CHECK = Check(
    code="SKE369",
    name="penalty-by-pixel",
    source="https://arxiv.org/abs/1704.00028",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=lengths_over_the_channels),),
    lookalikes=(Case(toy="cnn-batch-norm", plant=one_length_an_item),),
)
