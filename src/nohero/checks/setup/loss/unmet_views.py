"""What it asks: where the model gives two answers for each item, two views or a picture and its text, does the loss bring the two of one item together?

Why it matters: a contrastive loss whose similarities are taken within each view, or whose labels name the wrong pairs, falls nicely. Nothing
ties the two views of one item, and what is learnt is worth nothing.

How it is measured: one of the two answers is dealt anew among the items, and drawn anew together with and apart from the other. In a second trial
both are made alike, item by item, and then one is dealt anew.

When it is right to fail: the loss compares items with one another within each answer, treats both answers alike, looks at no target, and does not
change when one of them is dealt anew. Or the two inputs
of an item are like each other, and the loss is no lower when their answers are than when strangers' are.

What it cannot see: pairs that are known by their place in one long tensor; losses that the step computes without calling `loss`.

Mend: take the similarities between the two views (`za @ zb.T`), with the item's own number as its label.

Source: van den Oord, Li and Vinyals 2018, Representation learning with contrastive predictive coding (arXiv:1807.03748); Chen, Kornblith, Norouzi and Hinton 2020, SimCLR (arXiv:2002.05709).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.view_pairing import Pair, ViewPairing
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

SAME = 1e-5  # of what the loss moves when one answer is drawn anew; sums in another order give 1e-9, in floats 1e-6
MATES = 1e-3  # relative; a loss of single items gives rounding alone
PAIRED = 0.2  # the two inputs of an item are nearer by at least this; strangers give 0 within 0.1
AWAY = 0.01  # of what the loss moves: it hangs on who is whose partner


def judge(views: ViewPairing) -> Finding:
    """Views that never meet fail; views that are driven apart fail where the inputs are views of one thing."""
    if not views.pairs:
        return skipped("no two answers move the loss")
    free = [p for p in views.pairs if p.targets < SAME and p.mates > MATES]
    unmet = [p for p in free if p.dealt < SAME and p.crossed < SAME and p.turned < SAME and p.others < SAME]
    if unmet:
        return _told(failed, unmet[0], f"the two answers of an item never meet in the loss: it compares the items within each, and does not change when one is dealt anew among {views.items} items")
    apart = [p for p in free if p.likeness > SAME and p.dealt > AWAY and p.others < SAME]
    if not apart:
        return passed("the loss tells an item's two answers from strangers, or does not pair answers")
    if apart[0].alike > PAIRED:
        return _told(failed, apart[0], f"the loss is not at its lowest when the two answers of each item are equal: with each equal to another item's it is lower (by {apart[0].likeness:.2g} of what answers move it)")
    return _told(unsure, apart[0], "the loss is not at its lowest when the two answers of each item are equal: with each equal to another item's it is lower")


def _told(told: Any, pair: Pair, what: str) -> Finding:
    return told(  # type: ignore[no-any-return]
        what,
        expected="a loss that draws the two answers of one item together, and those of different items apart",
        observed=Observed(value=pair.dealt, unit="change when dealt anew, of what answers move it"),
        component="loss",
        where=("the loss", f"answers {pair.places[0]} and {pair.places[1]} of the model, {list(pair.shape)}"),
        level=Level.VERIFIED,
        why="Each item has a partner, and a contrastive loss learns from who belongs to whom. This one does not learn that.",
        remedies=("take the similarities between the two views: logits = za @ zb.T / temperature", "give each item its own number as its label: torch.arange(len(za))", "if whole sets are to be compared, and not pairs, nothing is wrong"),
    )


def _views(given: Given, score: Any) -> Given:
    """Two noisy views of the same vectors, one encoder, a loss without labels."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    generator = torch.Generator().manual_seed(3)
    x_NC = torch.stack([row["left"] for row in given.train.dataset])
    rows = [{"left": x + 0.3 * torch.randn(x.shape, generator=generator), "right": x + 0.3 * torch.randn(x.shape, generator=generator), "label": 0.0} for x in x_NC]

    def loss(pair: Any, _: Any) -> Any:
        left, right = (nn.functional.normalize(v, dim=1) for v in pair)
        return score(left, right, torch.arange(len(left)))

    return replace(given, train=DataLoader(rows, batch_size=32, shuffle=True), val=None, evaluate=None, loss=loss)


def within_each_view(given: Given) -> Given:
    """Each view is compared with itself."""
    from torch.nn.functional import cross_entropy as ce

    return _views(given, lambda a, b, own: ce(a @ a.T / 0.2, own) + ce(b @ b.T / 0.2, own))


def repelled_without_partner(given: Given) -> Given:
    """Both views spread over the sphere, and the term that aligns them is left out."""
    return _views(given, lambda a, b, _: sum((-2 * (v.unsqueeze(0) - v.unsqueeze(1)).square().sum(-1)).exp().mean().log() for v in (a, b)))


def labels_of_the_next_item(given: Given) -> Given:
    """Each item's partner is taken to be the one after it."""
    from torch.nn.functional import cross_entropy as ce

    return _views(given, lambda a, b, own: ce(a @ b.T / 0.2, own.roll(1)) + ce(b @ a.T / 0.2, own.roll(-1)))


def contrastive(given: Given) -> Given:
    """As it is meant."""
    from torch.nn.functional import cross_entropy as ce

    return _views(given, lambda a, b, own: ce(a @ b.T / 0.2, own) + ce(b @ a.T / 0.2, own))


def one_long_tensor(given: Given) -> Given:
    """Both views in one tensor, own similarities masked."""
    import torch
    from torch.nn.functional import cross_entropy as ce

    def score(a: Any, b: Any, own: Any) -> Any:
        z = torch.cat([a, b])
        sims = (z @ z.T / 0.2).masked_fill(torch.eye(len(z), dtype=torch.bool), -1e9)
        return ce(sims, torch.cat([own + len(a), own]))

    return _views(given, score)


def redundancy_reduced(given: Given) -> Given:
    """Cross-correlation drawn to the identity."""
    import torch

    def score(a: Any, b: Any, _: Any) -> Any:
        left, right = ((v - v.mean(0)) / (v.std(0) + 1e-6) for v in (a, b))
        return (left.T @ right / len(a) - torch.eye(a.shape[1])).square().sum()

    return _views(given, score)


def sets_compared(given: Given) -> Given:
    """The covariances of two domains are drawn together: no pairs, on purpose."""
    import torch

    return _views(given, lambda a, b, _: (torch.cov(a.T) - torch.cov(b.T)).square().sum())


CHECK = Check(
    code="SKE355",
    name="unmet-views",
    source="van den Oord, Li and Vinyals 2018, contrastive predictive coding (arXiv:1807.03748); Chen and others 2020, SimCLR (arXiv:2002.05709)",
    judge=judge,
    sabotages=(Case(toy="siamese-cosine", plant=within_each_view), Case(toy="siamese-cosine", plant=repelled_without_partner), Case(toy="siamese-cosine", plant=labels_of_the_next_item)),
    lookalikes=(Case(toy="siamese-cosine", plant=contrastive), Case(toy="siamese-cosine", plant=one_long_tensor), Case(toy="siamese-cosine", plant=redundancy_reduced), Case(toy="siamese-cosine", plant=sets_compared)),
)
