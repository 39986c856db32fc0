"""What it asks: are the parts that must stay equal still equal after a few steps?

Why it matters: replicas that see different data, or start from different weights, must exchange their gradients. Where they
do not, there are as many half-trained networks as replicas, and one of them is kept.

How it is measured: parts declared equal are compared bit for bit at the start and after a few of the user's own steps.

When it is right to fail: where a pair differs.

What it cannot see: replicas in other processes, and anything not declared.

Mend: start from one state, average gradients before each step, keep norms' buffers together.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.intent_facts import IntentFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(facts: IntentFacts) -> Finding:
    """Bit for bit, before and after."""
    if not facts.equal:
        return skipped('nothing is declared equal: expect={"equal": [("replicas.0", "replicas.1")]}')
    bad = [p for p in facts.equal if not p.found or not p.equal_before or not p.equal_after]
    if not bad:
        return passed(f"all {len(facts.equal)} pairs declared equal are so, bit for bit, after {facts.steps} steps")
    pair = bad[0]
    how = "one of them does not exist" if not pair.found else "they differ at the start" if not pair.equal_before else f"they differ after {facts.steps} steps"
    return failed(
        f"`{pair.first}` and `{pair.second}` are declared equal, and {how}" + (f" (first in {pair.differ_first})" if pair.differ_first and pair.found else ""),
        expected="equal, bit for bit",
        observed=Observed(value=float(len(bad)), unit="pairs that differ", n=len(facts.equal)),
        component="model" if not pair.equal_before else "step",
        where=(pair.first, pair.second),
        level=Level.VERIFIED if pair.equal_before else Level.MEASURED,
        why="Replicas that are not kept together are different networks, each trained on a part of the data.",
        remedies=("average the gradients of all replicas before each step", "copy one state into all at the start, buffers too"),
    )


def _twins(given: Given, *, averaged: bool, seed: int | None = None) -> Given:
    """Two replicas, each with half of every batch."""
    import copy

    import torch
    from torch import nn

    model = nn.ModuleList([given.model, copy.deepcopy(given.model)])
    if seed is not None:
        torch.manual_seed(seed)
        model[1][0].reset_parameters()

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.replicas = model

        def forward(self, x_BC: Any) -> Any:
            return torch.cat([m(part) for m, part in zip(self.replicas, x_BC.chunk(2), strict=True)])

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        if averaged:
            for a, b in zip(model.replicas[0].parameters(), model.replicas[1].parameters(), strict=True):
                a.grad = b.grad = (a.grad + b.grad) / 2
        optimizer.step()
        return float(value.detach())

    both = Both()
    return replace(given, model=both, optimizer=torch.optim.SGD(both.parameters(), lr=0.1), scheduler=None, step=step, evaluate=None, expect={"equal": [("replicas.0", "replicas.1")]})


def gradients_not_averaged(given: Given) -> Given:
    """Each replica steps by its own gradient."""
    return _twins(given, averaged=False)


def different_starts(given: Given) -> Given:
    """One replica's first layer was drawn anew."""
    return _twins(given, averaged=True, seed=4)


def gradients_averaged(given: Given) -> Given:
    """Replicas that stay together."""
    return _twins(given, averaged=True)


CHECK = Check(
    code="SKE270",
    name="drifting-replicas",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=gradients_not_averaged), Case(toy="table-mlp", plant=different_starts)),
    lookalikes=(Case(toy="table-mlp", plant=gradients_averaged),),
)
