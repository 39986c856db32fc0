"""What it asks: is a soft-max taken over an axis of one value?

Why it matters: the soft-max of one value is 1, whatever it is. Attention over the wrong axis then weighs everything alike, a network of one answer says
1 of every item, and what makes the scores gets no gradient.

How it is measured: torch's soft-maxes, and attention over keys, are listened to while a step runs; the axis has length one at each call of the line.

When it is right to fail: a soft-max that trains something is over one value. Attention over one key warns: a sequence of length one may be meant.

What it cannot see: soft-maxes inside torch's own layers, and those written out by hand.

Mend: take the soft-max over the axis of classes, or of places; of one answer take a sigmoid.

Source: the recipe, the skeleton (use backprop to chart dependencies).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_activations import HeardActivations
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardActivations) -> Finding:
    """Soft-maxes fail, attention over one key warns."""
    if not heard.single:
        return passed("no soft-max is taken over one value")
    softmax = [(f, line) for f, line in heard.single if "softmax" in f]
    function, line = (softmax or list(heard.single))[0]
    what = f"{function} is taken over an axis of one value: the result is {'0' if function == 'log_softmax' else '1'} whatever goes in" if softmax else "attention looks at one key: its weight is 1 whatever the query"
    return (failed if softmax else warned)(
        what + (f" ({line})" if line else ""),
        expected="a soft-max over several values",
        observed=Observed(value=1.0, unit="values", n=len(heard.single)),
        component="model",
        where=tuple(dict.fromkeys(line for _, line in heard.single)),
        level=Level.VERIFIED,
        effect="what makes the scores is not trained and weighs nothing",
        remedies=("take it over the axis of classes, or of places: after a layer of one output, weights over time are softmax(dim=1)", "of a single answer take a sigmoid, or the loss with logits"),
    )


def _pooled(given: Given, axis: int) -> Given:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.place, self.score, self.head = nn.Linear(1, 12), nn.Linear(12, 1), nn.Linear(12, 3)
            self.name = nn.Parameter(0.5 * torch.randn(6, 12))

        def forward(self, x_BC: Any) -> Any:
            h_BTD = torch.tanh(self.place(x_BC[..., None]) + self.name)
            return self.head((self.score(h_BTD).softmax(axis) * h_BTD).sum(1))

    torch.manual_seed(8)
    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2), scheduler=None)


def weights_over_the_last_axis(given: Given) -> Given:
    """A score for each place, and the soft-max over the axis of one score."""
    return _pooled(given, -1)


def weights_over_places(given: Given) -> Given:
    """As it is meant."""
    return _pooled(given, 1)


CHECK = Check(
    code="SKE238",
    name="singleton-softmax",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=weights_over_the_last_axis),),
    lookalikes=(Case(toy="table-mlp", plant=weights_over_places),),
)
