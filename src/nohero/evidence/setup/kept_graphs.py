"""Whether graphs of past batches pile up in what the user's step keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.reachable import reachable
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 8
CALLS = 6  # of the step
NODES = 4000  # of a graph that are counted


@dataclass(frozen=True, kw_only=True)
class KeptGraphs:
    """After every call: tensors with a graph within reach of the step, and the nodes of all their graphs."""

    tensors: tuple[int, ...]
    nodes: tuple[int, ...]
    path: str  # of the first of them


def measure(setup: Setup) -> KeptGraphs:
    """Run the step a few times and look at what it keeps."""
    if setup.step is None:
        raise Unmeasurable("no step was handed over")
    tensors, nodes, first = [], [], ""
    batches = setup.batches(4)
    with setup.apart():
        for number in range(CALLS):
            setup.train_step(batches[number % len(batches)])
            kept = _kept(setup)
            tensors.append(len(kept))
            nodes.append(_nodes([t for _, t in kept]))
            first = kept[0][0] if kept else first
    return KeptGraphs(tensors=tuple(tensors), nodes=tuple(nodes), path=first)


def _kept(setup: Setup) -> list[tuple[str, Any]]:
    import torch

    return [(path, thing) for path, thing in reachable(setup.given.step) if isinstance(thing, torch.Tensor) and thing.grad_fn is not None]


def _nodes(tensors: list[Any]) -> int:
    """Nodes of all graphs together."""
    seen: set[Any] = set()
    waiting = [t.grad_fn for t in tensors]
    while waiting and len(seen) < NODES:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        waiting.extend(after for after, _ in node.next_functions)
    return len(seen)
