"""What it asks: does attention over a graph look at the neighbours, or at all but them?

Why it matters: a mask of neighbours is one where there is an edge, a mask of attention is one where nothing may be seen. Taken for one another, every node
hears all nodes but itself and its neighbours, and the network learns from what is left of the features.

How it is measured: one pass with an ear at soft-maxes over squares of scores. Where are their weights zero, and where does a table of zeros and ones among the
inputs say that two places are neighbours?

When it is right to fail: the weights are zero exactly at the neighbours, a place and itself included.

What it cannot see: tables in which no place is its own neighbour, which may as well say what is to be hidden; masks made inside the model.

Mend: `scores.masked_fill(adjacency == 0, float("-inf"))`.

Source: Velickovic et al. 2018, Graph attention networks (arXiv:1710.10903), section 2.1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import tensors
from nohero.evidence.setup.attention_sums import AttentionSums
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(sums: AttentionSums) -> Finding:
    """Weights that are zero at the neighbours warn."""
    if not sums.shunned:
        return passed("no table of neighbours among the inputs is the mask of an attention, turned round")
    module, name = sums.shunned[0]
    return warned(
        f"attention in {module or 'the model itself'} looks exactly where {name} says zero: at no neighbour, and no place at itself",
        expected="weights at the neighbours alone",
        observed=Observed(value=float(len(sums.shunned)), unit="attentions turned round", n=len(sums.products)),
        component="model",
        where=tuple(dict.fromkeys(m or "the model itself" for m, _ in sums.shunned)),
        level=Level.VERIFIED,
        why="What a graph's edges are for is to say who hears whom. Turned round, a node hears strangers, and not even itself.",
        remedies=(f'scores.masked_fill({name.rpartition(".")[2] if not name[-1].isdigit() else "adjacency"} == 0, float("-inf"))', "if the table says what is to be hidden, nothing is wrong"),
    )


def _graphs(given: Given, hide: Any) -> Given:
    """Rings of six places, one graph an item, attended to along their edges."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    x, y = tensors(given.train)
    near = torch.eye(6) + torch.eye(6).roll(1, 1) + torch.eye(6).roll(-1, 1)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.place, self.score, self.head = nn.Linear(1, 12), nn.Linear(12, 12), nn.Linear(72, 3)

        def forward(self, x_BC: Any, near_BCC: Any) -> Any:
            h = self.place(x_BC[..., None])
            scores = (self.score(h) @ h.transpose(1, 2)).masked_fill(hide(near_BCC), -1e9)
            return self.head((scores.softmax(-1) @ h).flatten(1))

    torch.manual_seed(8)
    model = Net()
    rows = [((x[i], near), y[i]) for i in range(len(x))]
    return replace(given, model=model, unpack=lambda b: (tuple(b[0]), b[1]), train=DataLoader(rows, batch_size=32, shuffle=True), val=None, step=None, evaluate=None, scheduler=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


def neighbours_hidden(given: Given) -> Given:
    """Hidden where there is an edge."""
    return _graphs(given, lambda near: near > 0)


def strangers_hidden(given: Given) -> Given:
    """As it is meant."""
    return _graphs(given, lambda near: near == 0)


CHECK = Check(
    code="SKE236",
    name="shunned-neighbours",
    source="Velickovic et al. 2018, Graph attention networks (arXiv:1710.10903), section 2.1",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=neighbours_hidden),),
    lookalikes=(Case(toy="table-mlp", plant=strangers_hidden),),
)
