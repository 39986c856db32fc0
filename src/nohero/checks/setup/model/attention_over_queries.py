"""What it asks: do the weights of self-attention sum to one over the places that are looked at?

Why it matters: a soft-max over the wrong axis shares each value out among the places that look, in place of each place's attention among the values. Shapes
fit, as the scores are square, and the network trains: sums of weights run from nothing to many.

How it is measured: one pass with an ear. The results of soft-maxes over squares of scores are followed to the product with the values: over
which axis do they sum to one there, and over which does the product sum?

When it is right to fail: the weights sum to one over the places that look and not over those that are looked at, and the scores are a product of what the items make twice. Where the scores come
otherwise the places may be dealt to as many groups, and it is left open.

What it cannot see: dropout's or a mask's product between; weights that are the same for every item, as of a learnt graph; attention of one set to another.

Mend: `scores.softmax(dim=-1)` where scores are queries times keys.

Source: Vaswani et al. 2017, Attention is all you need (arXiv:1706.03762), equation 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.attention_sums import AttentionSums
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(sums: AttentionSums) -> Finding:
    """Weights that are shared out among those who look warn, where queries ask keys; groupings are left open."""
    if not sums.products:
        return skipped("no weights of a soft-max over a square of scores are summed with values")
    crossed = sorted((p for p in sums.products if p.over_other and not p.over_summed), key=lambda p: not p.asked)
    if not crossed:
        return passed(f"the weights of {len(sums.products)} products sum to one over what is looked at")
    first = crossed[0]
    return (warned if first.asked else unsure)(
        f"attention's weights in {first.module or 'the model itself'} sum to one over the {first.places} places that look, not over those that are looked at: the soft-max is taken over the wrong axis",
        expected="weights that sum to one over the keys",
        observed=Observed(value=float(len(crossed)), unit="products of attention", n=len(sums.products)),
        component="model",
        where=tuple(dict.fromkeys(p.module or "the model itself" for p in crossed)),
        level=Level.VERIFIED,
        why="A place's answer is then no mean of values but a sum with whatever weights the other places left; how much it gets hangs on how much they asked for.",
        remedies=("softmax(dim=-1) over queries @ keys.transpose(-2, -1)", "if weights are to be shared out among the places that look, divide by their sum over what is looked at", *(() if first.asked else ("if each place is dealt to groups, as in pooling and routing, nothing is wrong",))),
    )


def _attending(given: Given, attend: Any) -> Given:
    """A row's six columns as places, attended to by hand."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.place, self.query, self.key, self.value = nn.Linear(1, 12), nn.Linear(12, 12), nn.Linear(12, 12), nn.Linear(12, 12)
            self.name = nn.Parameter(0.5 * torch.randn(6, 12))
            self.head = nn.Linear(72, 3)

        def forward(self, x_BC: Any) -> Any:
            h = self.place(x_BC[..., None]) + self.name
            return self.head((h + attend(self.query(h), self.key(h), self.value(h))).flatten(1))

    torch.manual_seed(8)
    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), scheduler=None)


def softmax_over_queries(given: Given) -> Given:
    """The soft-max is taken over the first axis of the square."""
    return _attending(given, lambda q, k, v: (q @ k.transpose(1, 2) / 12**0.5).softmax(1) @ v)


def values_from_the_left(given: Given) -> Given:
    """Values times weights, and the weights not turned."""
    return _attending(given, lambda q, k, v: (v.transpose(1, 2) @ (q @ k.transpose(1, 2) / 12**0.5).softmax(-1)).transpose(1, 2))


def softmax_over_queries_with_heads_last(given: Given) -> Given:
    """The same with two heads along the last axis, in sums by letters."""
    import torch

    def attend(q: Any, k: Any, v: Any) -> Any:
        q, k, v = (t.reshape(*t.shape[:2], 2, 6) for t in (q, k, v))
        return torch.einsum("bijh,bjhd->bihd", torch.einsum("bihd,bjhd->bijh", q, k).softmax(1), v).flatten(2)

    return _attending(given, attend)


def softmax_over_keys(given: Given) -> Given:
    """As it is meant."""
    return _attending(given, lambda q, k, v: (q @ k.transpose(1, 2) / 12**0.5).softmax(-1) @ v)


def values_from_the_left_turned(given: Given) -> Given:
    """Values times weights, turned as they must be."""
    return _attending(given, lambda q, k, v: (v.transpose(1, 2) @ (q @ k.transpose(1, 2) / 12**0.5).softmax(-1).transpose(1, 2)).transpose(1, 2))


def shared_out_and_averaged(given: Given) -> Given:
    """Shared out among those who look, then made to sum to one over what is looked at, as slots do."""

    def attend(q: Any, k: Any, v: Any) -> Any:
        w = (q @ k.transpose(1, 2) / 12**0.5).softmax(1)
        return (w / w.sum(-1, keepdim=True)) @ v

    return _attending(given, attend)


def dealt_to_groups(given: Given) -> Given:
    """Each place is dealt to as many groups as there are places, by its own features, and the groups are summed."""
    import torch

    deal = torch.nn.Linear(12, 6)
    made = _attending(given, lambda q, k, v: deal(q).softmax(-1).transpose(1, 2) @ (v + k))
    made.model.deal = deal
    return replace(made, optimizer=torch.optim.Adam(made.model.parameters(), lr=1e-3))


CHECK = Check(
    code="SKE234",
    name="attention-over-queries",
    source="Vaswani et al. 2017, Attention is all you need (arXiv:1706.03762), equation 1",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=softmax_over_queries), Case(toy="table-mlp", plant=values_from_the_left), Case(toy="table-mlp", plant=softmax_over_queries_with_heads_last)),
    lookalikes=(Case(toy="table-mlp", plant=softmax_over_keys), Case(toy="table-mlp", plant=values_from_the_left_turned), Case(toy="table-mlp", plant=shared_out_and_averaged), Case(toy="table-mlp", plant=dealt_to_groups)),
)
