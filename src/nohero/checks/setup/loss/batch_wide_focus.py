"""What it asks: does a loss that is to weigh easy and hard items differently do so item by item?

Why it matters: a focal loss whose factor is made of the batch's mean cross-entropy is no focal loss: every item of a batch gets the same factor, easy and hard alike.
What it does is to slow the training down, more and more.

How it is measured: the loss's slope at answers of several certainties is held against the plain cross-entropy's slope, item by item. Where the one is
the other times one number for the whole batch, the loss is a function of the batch's mean; where the number changes, it is a bent one.

When it is right to fail: one number explains the slope at all items, it changes with how right the answers are, and it is no mere sign.

What it cannot see: factors that are right item by item and wrong otherwise.

Mend: `ce = F.cross_entropy(out, y, reduction="none")`, the factor of each item's own `ce`, and the mean at the very end.

Source: Lin, Goyal, Girshick, He and Dollar 2017, Focal loss for dense object detection (arXiv:1708.02002), equation 4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.common_factor import CommonFactor
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

EXPLAINED = 1e-3  # of the slope's size; clamps and floats leave less, factors item by item tenths
CHANGES = 1.2  # times, between undecided and fairly right answers; a focal factor falls to a half and less


def judge(common: CommonFactor) -> Finding:
    """A factor of the whole batch that changes with the batch's mean warns."""
    sizes = [abs(f) for f in common.factors]
    if common.known:
        return passed("the loss is one of torch's")
    if common.apart > EXPLAINED or common.items < 2:
        return passed("the loss weighs items each on its own")
    if not min(sizes) > 0 or max(sizes) / min(sizes) < CHANGES:
        return passed("the loss is a multiple of the plain cross-entropy")
    return warned(
        f"easy and hard items weigh alike: the loss's slope is that of the plain cross-entropy times one number for the whole batch, {sizes[0]:.3g} where answers are undecided and {sizes[-1]:.3g} where they are fairly right",
        expected="a factor of each item's own",
        observed=Observed(value=max(sizes) / min(sizes), unit="times the smallest factor", n=common.items),
        component="loss",
        where=("the loss",),
        level=Level.VERIFIED,
        why="The factor was meant to turn down the items that are answered well. Made of the batch's mean it turns down all of them, and what is left is a smaller learning rate.",
        remedies=('cross_entropy(..., reduction="none"), the factor of each item\'s own loss, and .mean() at the very end', "if the batch's mean is meant to be bent, nothing is wrong"),
    )


def _focal(given: Given, reduction: str) -> Given:
    """(1 - p) squared times the cross-entropy."""
    import torch
    from torch.nn import functional as F

    def loss(out: Any, y: Any) -> Any:
        ce = F.cross_entropy(out, y, reduction=reduction)
        return ((1 - torch.exp(-ce)) ** 2 * ce).mean()

    return replace(given, loss=loss)


def focal_of_the_mean(given: Given) -> Given:
    """The factor is made of the batch's mean."""
    return _focal(given, "mean")


def focal_of_the_mean_yes_or_no(given: Given) -> Given:
    """The same with one logit."""
    import torch
    from torch.nn import functional as F

    def loss(out: Any, y: Any) -> Any:
        bce = F.binary_cross_entropy(out.sigmoid(), y)
        return 0.8 * (1 - torch.exp(-bce)) ** 2 * bce

    return replace(given, loss=loss)


def focal(given: Given) -> Given:
    """As it is meant."""
    return _focal(given, "none")


def flooded(given: Given) -> Given:
    """The mean held above a level: one number for the batch, and a mere sign."""
    from torch.nn import functional as F

    return replace(given, loss=lambda out, y: (F.cross_entropy(out, y) - 0.3).abs() + 0.3)


def doubled(given: Given) -> Given:
    """Twice the cross-entropy."""
    from torch.nn import functional as F

    return replace(given, loss=lambda out, y: 2 * F.cross_entropy(out, y))


CHECK = Check(
    code="SKE360",
    name="batch-wide-focus",
    source="Lin and others 2017, Focal loss for dense object detection (arXiv:1708.02002), equation 4",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=focal_of_the_mean), Case(toy="unbalanced-binary", plant=focal_of_the_mean_yes_or_no)),
    lookalikes=(Case(toy="table-mlp", plant=focal), Case(toy="table-mlp", plant=flooded), Case(toy="table-mlp", plant=doubled)),
)
