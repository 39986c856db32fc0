"""What it asks: do running statistics follow the batches, neither not at all nor the last one alone?

Why it matters: PyTorch's momentum is the weight of the new batch: 0.99 keeps nothing but the last batch, 0.001 never arrives. Training looks well, evaluation does not.

How it is measured: 24 forward passes in train mode; where the running mean stands between its start, the mean of all batches and that of the last batch.

When it is right to fail: most of the way from the start is left, and would be at the end of the epochs that are planned; or the last batch
alone decides.

What it cannot see: layers that keep no running mean; a slow mean that starts nearer to its goal than the batches are to each other.

Mend: momentum=0.1 is PyTorch's default; 0.9 in other libraries is 0.1 here.

Source: Ioffe and Szegedy 2015; PyTorch's notes on batch norm
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.running_statistics import RunningStatistics
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


LEFT = 0.8  # of the way after 24 passes: momentum below 0.01
ARRIVED = 0.2  # of the way left at the end of the training that is planned
LAST = 0.35  # of the usual distance to the last batch: momentum above about 0.7
BATCHES = 3  # fewer cannot tell the last from all


def judge(statistics: RunningStatistics) -> Finding:
    """Statistics that stay, or that forget, warn."""
    if not statistics.layers:
        return skipped("no layer in train mode keeps running statistics")
    later = statistics.planned / statistics.passes  # what is left shrinks by the same factor again
    still = [f for f in statistics.layers if f.left > LEFT and not max(f.left, 0.0) ** later < ARRIVED]
    hasty = [f for f in statistics.layers if f.last < LAST] if statistics.batches >= BATCHES else []
    chosen = still if len(still) * 2 > len(statistics.layers) else hasty if len(hasty) * 2 > len(statistics.layers) else []
    if not chosen:
        return passed(f"running statistics of {len(statistics.layers)} layers follow the batches")
    what = f"have {chosen[0].left:.0%} of their way still to go after {statistics.passes} batches" if chosen is still else "follow the last batch alone"
    return warned(
        f"the running statistics of {chosen[0].name} and {len(chosen) - 1} more {what}",
        expected="statistics near the mean over the batches",
        observed=Observed(value=chosen[0].left if chosen is still else chosen[0].last, unit="relative distance", n=statistics.passes),
        component="model",
        where=tuple(f.name for f in chosen[:8]),
        level=Level.MEASURED,
        why="In eval mode the running statistics take the place of the batch's: where they are wrong, the network is another one.",
        remedies=("momentum=0.1; PyTorch's momentum is the weight of the new batch, in other libraries that of the old",),
    )


def momentum_of_another_library(given: Given) -> Given:
    """0.99 as elsewhere: the last batch alone counts."""
    return _with_momentum(given, 0.99)


def hardly_any_momentum(given: Given) -> Given:
    """A thousandth: the statistics stay where they were."""
    return _with_momentum(given, 0.001)


def a_little_slower(given: Given) -> Given:
    """Slower than usual, but it arrives."""
    return _with_momentum(given, 0.05)


def inputs_at_rest(given: Given) -> Given:
    """A norm on inputs that are standardised already: it starts where it has to go."""
    import torch
    from torch import nn

    model = nn.Sequential(nn.BatchNorm1d(6), nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), scheduler=None)


def _with_momentum(given: Given, momentum: float) -> Given:
    for module in given.model.modules():
        if hasattr(module, "momentum"):
            module.momentum = momentum
    return replace(given, model=given.model)


CHECK = Check(
    code="SKE228",
    name="misled-statistics",
    source="Ioffe and Szegedy 2015; PyTorch's notes on batch norm",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=momentum_of_another_library), Case(toy="cnn-batch-norm", plant=hardly_any_momentum)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=a_little_slower), Case(toy="table-mlp", plant=inputs_at_rest)),
)
