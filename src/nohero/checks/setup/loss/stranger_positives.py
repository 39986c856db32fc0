"""What it asks: where a loss tells each item's other view from all other items, does the label point at that view?

Why it matters: two views put together as one half after the other have their partners half a batch away; labels made for views in turns
name a stranger. The loss falls a little all the same, and what is learnt is to lump together items that have nothing in common.

How it is measured: in a cross-entropy over likenesses within one set, the model's inputs of each item and of the one that its label
names are compared: how far apart are they, by the distance of all pairs? And how far is the partner by each of the two usual orders?

When it is right to fail: the labelled items are no nearer than any others, and those by one of the orders are much nearer.

What it cannot see: views that are hardly more like each other than like others; losses that are written out by hand.

Mend: torch.cat([a, b]) goes with torch.arange(2 * n).roll(n).

Source: Chen and others 2020, SimCLR (arXiv:2002.05709), equation 1
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_similarities import HeardSimilarities
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

STRANGE = 0.93  # of the mean distance; of a hundred strangers' the mean is 0.97 or more, three deviations off
NEAR = 0.85  # of it, where another order of the views would be


def judge(heard: HeardSimilarities) -> Finding:
    """Labels that name strangers while the partners are known fail."""
    known = [s for s in heard.squares if s.labelled == s.labelled]
    if not known:
        return skipped("the inputs of the items that are compared are not known")
    off = [s for s in known if s.labelled > STRANGE and s.nearest < NEAR]
    if not off:
        return passed(f"labelled items lie at {known[0].labelled:.2g} of the mean distance")
    first = off[0]
    return failed(
        f"the labels of {first.items} items name others at {first.labelled:.2f} of the mean distance of all pairs: strangers; with the views {first.order} the partners would lie at {first.nearest:.2f}",
        expected="labels that name each item's other view",
        observed=Observed(value=first.labelled, unit="of the mean distance", n=first.items),
        component="loss",
        where=("the loss", f"cross_entropy of [{first.items}, {first.items}]"),
        level=Level.VERIFIED,
        why="The order in which the views were put together is another one than that for which the labels were made.",
        remedies=("torch.cat([a, b]) goes with labels torch.arange(2 * n).roll(n)", "torch.stack([a, b], 1).flatten(0, 1) goes with torch.arange(2 * n) ^ 1"),
    )


def _pairs(given: Given, partner: Any) -> Given:
    """Two noisy views of each item, one half after the other; `partner(places)` are the labels."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    x = torch.randn(320, 12, generator=torch.Generator().manual_seed(5))
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 8))

    def step(net: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        net.train()
        views = torch.cat([batch[0] + 0.2 * torch.randn_like(batch[0]) for _ in range(2)])
        z = nn.functional.normalize(net(views), dim=1)
        scores = (z @ z.T / 0.2).masked_fill(torch.eye(len(z), dtype=torch.bool), float("-inf"))
        value = loss(scores, partner(torch.arange(len(z))))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, model=model, loss=nn.CrossEntropyLoss(), train=DataLoader(TensorDataset(x), batch_size=40, shuffle=True), val=None, test=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), step=step, evaluate=None, scheduler=None, unpack=None, expect={}, task=None, classes=None)


def labels_of_views_in_turns(given: Given) -> Given:
    """The labels are made for views two by two."""
    return _pairs(given, lambda at: at ^ 1)


def labels_of_halves(given: Given) -> Given:
    """As it is meant."""
    return _pairs(given, lambda at: at.roll(len(at) // 2))


CHECK = Check(
    code="SKE450",
    name="stranger-positives",
    source="Chen and others 2020, SimCLR (arXiv:2002.05709), equation 1",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=labels_of_views_in_turns),),
    lookalikes=(Case(toy="table-mlp", plant=labels_of_halves),),
)
