"""What it asks: are losses kept without their graphs?

Why it matters: a loss that is kept as a tensor keeps the graph of its batch. Memory grows with every step until there is none
left, often hours into the training.

How it is measured: the step runs on a few batches; after each, the tensors with a graph are counted in all that the step can
reach, with the nodes of their graphs.

When it is right to fail: never more than a warning: tensors or nodes grow with every batch.

What it cannot see: losses that the loop around the step keeps.

Mend: keep loss.item() or loss.detach().

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.kept_graphs import KeptGraphs
from nohero.run import sources
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(kept: KeptGraphs) -> Finding:
    """Growth at every batch warns."""
    growing = all(a < b for a, b in zip(kept.nodes, kept.nodes[1:], strict=False)) and len(kept.nodes) > 2
    if not growing:
        return passed(f"{kept.tensors[-1] if kept.tensors else 0} tensors with a graph are kept between batches, and they do not pile up")
    return warned(
        f"graphs of past batches pile up at `{kept.path}`: {kept.nodes[0]} nodes after one batch, {kept.nodes[-1]} after {len(kept.nodes)}",
        expected="numbers are kept, not graphs",
        observed=Observed(value=(kept.nodes[-1] - kept.nodes[0]) / (len(kept.nodes) - 1), unit="nodes more with every batch", n=len(kept.nodes)),
        component="step",
        where=(kept.path,),
        why="A tensor with a graph holds on to its batch's graph. Kept in a list or a running sum, graphs fill the memory.",
        remedies=("keep loss.item(), or loss.detach()",),
        figure=Lines(
            title="Nodes of graphs that are kept", x_label="batch", y_label="nodes",
            series=(Series(name="nodes", x=tuple(float(k + 1) for k in range(len(kept.nodes))), y=tuple(float(n) for n in kept.nodes)),),
            sentence=f"the nodes grow from {kept.nodes[0]} to {kept.nodes[-1]}",
        ),
    )  # fmt: skip


def _keeping(given: Given, keep: Any) -> Given:
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        keep(value)
        return float(value.detach())

    return replace(given, step=step)


def a_list_of_losses(given: Given) -> Given:
    """Losses are appended as tensors."""
    losses: list[Any] = []
    return _keeping(given, lambda value: losses.append(value))  # noqa: PLW0108 (a bound method of a list is not walked)


def a_running_sum(given: Given) -> Given:
    """Losses are added up as tensors."""
    total = {"loss": 0.0}

    def keep(value: Any) -> None:
        total["loss"] = total["loss"] + value

    return _keeping(given, keep)


def a_list_of_numbers(given: Given) -> Given:
    """Losses are kept as numbers, and the last one as a tensor."""
    losses: list[float] = []
    last: dict[str, Any] = {}

    def keep(value: Any) -> None:
        losses.append(value.item())
        last["loss"] = value

    return _keeping(given, keep)


CHECK = Check(
    code="SKE409",
    name="growing-graph",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=a_list_of_losses), Case(toy="cnn-batch-norm", plant=a_running_sum)),
    lookalikes=(Case(toy="table-mlp", plant=a_list_of_numbers),),
)
