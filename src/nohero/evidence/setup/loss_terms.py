"""The terms a loss is the sum of, read off its graph: how hard each pulls at the parameters, and which of them hang on the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.loss_bench import LABELLED

if TYPE_CHECKING:
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 10
MOST = 8  # terms


@dataclass(frozen=True, kw_only=True)
class Term:
    """One summand."""

    name: str  # the operation it ends with
    pull: float  # norm of the parameters' gradient
    data: bool  # the gradient changes with the target


@dataclass(frozen=True, kw_only=True)
class LossTerms:
    """In the order of the graph."""

    kind: str
    terms: tuple[Term, ...]


def measure(setup: Setup, facts: TaskFacts) -> LossTerms:
    """One backward pass a term; then again with the targets dealt out anew."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    specimen = setup.specimen()
    with setup.apart():
        setup.mode(training=True)
        first = pulls(setup, specimen)
        if len(first) < 2 or not isinstance(specimen.target, torch.Tensor) or specimen.target.ndim == 0:
            return LossTerms(kind=facts.kind, terms=tuple(Term(name=n, pull=p, data=False) for n, p in first))
        from dataclasses import replace

        other = replace(specimen, target=specimen.target.roll(1, 0))
        try:
            second = pulls(setup, other)
        except Unmeasurable:
            second = first
    moved = [abs(a - b) > 1e-5 * max(a, b) for (_, a), (_, b) in zip(first, second, strict=False)] if len(first) == len(second) else [False] * len(first)
    return LossTerms(kind=facts.kind if facts.kind in (*LABELLED, "values", "reconstruction") else "unknown", terms=tuple(Term(name=n, pull=p, data=d) for (n, p), d in zip(first, moved, strict=True)))


def pulls(setup: Setup, specimen: Any) -> list[tuple[str, float]]:
    """(operation, norm of its gradient at the parameters) of every summand."""
    import torch

    from nohero.setup.refusal import Unmeasurable
    from nohero.setup.streams import seed_torch

    seed_torch(0)
    value = setup.loss_of(setup.forward(specimen), specimen)
    if value.grad_fn is None or value.numel() != 1:
        raise Unmeasurable("the loss has no graph")
    parameters = [p for p in setup.named_parameters().values() if p.requires_grad]
    nodes = summands(value.grad_fn)
    if len(nodes) > MOST or len(set(map(id, nodes))) != len(nodes):
        nodes = nodes[:0]
    found = []
    for chosen in range(len(nodes)):
        handles = [node.register_prehook(lambda grads: tuple(None if g is None else torch.zeros_like(g) for g in grads)) for i, node in enumerate(nodes) if i != chosen]
        try:
            grads = torch.autograd.grad(value.sum(), parameters, retain_graph=True, allow_unused=True)
        finally:
            for handle in handles:
                handle.remove()
        found.append((_name(nodes[chosen]), sum(float(g.double().pow(2).sum()) for g in grads if g is not None) ** 0.5))
    return found


def summands(node: Any) -> list[Any]:
    """The nodes whose values are added up to a scalar: additions, subtractions and factors are looked through."""
    name = type(node).__name__
    if name.startswith(("AddBackward", "SubBackward")):
        below = [n for n, _ in node.next_functions if n is not None]
        if len(below) == 2:
            return [m for n in below for m in summands(n)]
        return summands(below[0]) if below else [node]
    if name.startswith(("MulBackward", "DivBackward")):
        below = [n for n, _ in node.next_functions if n is not None]
        if len(below) == 1 and type(below[0]).__name__.startswith(("AddBackward", "SubBackward", "MulBackward", "DivBackward")) and _scalar(below[0]):
            return summands(below[0])
    return [node]


def _scalar(node: Any) -> bool:
    meta = getattr(node, "_input_metadata", None) or ()
    return any(len(m.shape) == 0 for m in meta[:1])


def _name(node: Any) -> str:
    name = type(node).__name__.split("Backward")[0]
    below = [n for n, _ in getattr(node, "next_functions", ()) if n is not None]
    if name in ("Mul", "Div") and len(below) == 1:
        return f"{_name(below[0])}, scaled"
    return name
