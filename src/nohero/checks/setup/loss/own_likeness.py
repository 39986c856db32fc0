"""What it asks: where a contrastive loss takes similarities within one set, is each item's likeness to itself left out?

Why it matters: an item is most like itself. Left in the soft-max, its own likeness takes most of the weight, can never be lowered, and hides the partner
that is to be found: the loss stays far above its floor, and the pull fades.

How it is measured: one step, or one loss, with an ear at the calls of `cross_entropy` on symmetric squares of scores: how much of the soft-max goes to the diagonal.

When it is right to fail: no item's label is its own place, and its likeness to itself takes more than an even share of the soft-max.

What it cannot see: losses that are written with exponentials and logarithms by hand.

Mend: `scores.masked_fill(torch.eye(len(scores), dtype=torch.bool), float("-inf"))` before the cross-entropy.

Source: Chen, Kornblith, Norouzi and Hinton 2020, SimCLR (arXiv:2002.05709), equation 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_similarities import HeardSimilarities
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardSimilarities) -> Finding:
    """A diagonal that counts and is nobody's label fails."""
    counted = [s for s in heard.squares if s.named == 0 and s.own * s.items > 1]
    if not counted:
        return passed("items are not compared with themselves, or are told to be their own partners")
    first = counted[0]
    return failed(
        f"each of {first.items} items is compared with itself as well: its own likeness takes {first.own:.2%} of the soft-max, where an even share is {1 / first.items:.2%}, and is no item's label",
        expected="a soft-max over the other items alone",
        observed=Observed(value=first.own, unit="share of the soft-max", n=first.items),
        component="loss",
        where=("the loss", f"cross_entropy of [{first.items}, {first.items}]"),
        level=Level.VERIFIED,
        why="Nothing is more like an item than the item; the partner can at best be its equal, so that the loss never falls below the logarithm of two.",
        remedies=('scores.masked_fill(torch.eye(len(scores), dtype=torch.bool), float("-inf"))', "or take the similarities between the two views: za @ zb.T, each item its own label"),
    )


def _long(given: Given, score: Any) -> Given:
    """Two noisy views of the same vectors in one long tensor."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    generator = torch.Generator().manual_seed(3)
    x_NC = torch.stack([row["left"] for row in given.train.dataset])
    rows = [{"left": x + 0.3 * torch.randn(x.shape, generator=generator), "right": x + 0.3 * torch.randn(x.shape, generator=generator), "label": 0.0} for x in x_NC]

    def loss(pair: Any, _: Any) -> Any:
        z = nn.functional.normalize(torch.cat(list(pair)), dim=1)
        n = len(pair[0])
        return nn.functional.cross_entropy(score(z @ z.T / 0.2), torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))

    return replace(given, train=DataLoader(rows, batch_size=32, shuffle=True), val=None, evaluate=None, loss=loss)


def diagonal_left_in(given: Given) -> Given:
    """The similarities as they are."""
    return _long(given, lambda s: s)


def diagonal_masked(given: Given) -> Given:
    """As it is meant."""
    import torch

    return _long(given, lambda s: s.masked_fill(torch.eye(len(s), dtype=torch.bool), float("-inf")))


def diagonal_at_a_large_number(given: Given) -> Given:
    """A billion is subtracted."""
    import torch

    return _long(given, lambda s: s - 1e9 * torch.eye(len(s)))


CHECK = Check(
    code="SKE361",
    name="own-likeness",
    source="Chen and others 2020, SimCLR (arXiv:2002.05709), equation 1",
    judge=judge,
    sabotages=(Case(toy="siamese-cosine", plant=diagonal_left_in),),
    lookalikes=(Case(toy="siamese-cosine", plant=diagonal_masked), Case(toy="siamese-cosine", plant=diagonal_at_a_large_number)),
)
