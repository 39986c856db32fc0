"""Whether a cross-entropy over similarities within one set counts each item's likeness to itself: symmetric squares of scores, and their diagonals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions
from nohero.evidence.setup.trials import run_once
from nohero.setup.calling import tensors_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
LEAST = 4  # items
EVEN = 1e-4  # relative: a symmetric matrix in floats
CALLS = 8
NUMBERS = 4096  # of an input


@dataclass(frozen=True, kw_only=True)
class Square:
    """One call on a square of scores."""

    items: int
    own: float  # mean share of the soft-max that an item's likeness to itself takes; 0 where it is masked
    named: float  # share of items whose label is their own place
    labelled: float = float("nan")  # mean distance of the model's inputs from an item to the one that its label names, by that of all pairs; not a number where the inputs are not known
    nearest: float = float("nan")  # the same to the partner by the best of the usual orders
    order: str = ""  # which that is


@dataclass(frozen=True, kw_only=True)
class HeardSimilarities:
    """The calls of one batch on similarities within one set."""

    squares: tuple[Square, ...]


def measure(setup: Setup) -> HeardSimilarities:
    """One step, or one loss, with an ear."""
    found: list[Square] = []
    inputs: list[Tensor] = []

    def given_to_model(_: Any, args: Any, kwargs: Any) -> None:
        inputs.extend(t.detach().flatten(1)[:, :NUMBERS].double() for t in tensors_of((args, kwargs)) if t.is_floating_point() and t.ndim > 1)

    def told(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], _: Any) -> None:
        given = {**dict(zip(("input", "target"), args, strict=False)), **kwargs}
        if name == "cross_entropy" and len(found) < CALLS and _within_a_set(given.get("input"), given.get("target")):
            found.append(_square(given["input"].detach().double(), given["target"], inputs))

    with setup.apart(), functions(told):
        handles = [m.register_forward_pre_hook(given_to_model, with_kwargs=True) for m in setup.modules.values()]
        try:
            run_once(setup)
        finally:
            for handle in handles:
                handle.remove()
    if not found:
        raise Unmeasurable("no cross-entropy over similarities within one set is called")
    return HeardSimilarities(squares=tuple(found))


def _within_a_set(scores: Any, target: Any) -> bool:
    """A square, symmetric but for what is masked, with a place for each row's label."""
    import torch

    if not isinstance(scores, torch.Tensor) or not isinstance(target, torch.Tensor) or scores.ndim != 2 or scores.shape[0] != scores.shape[1] or len(scores) < LEAST:
        return False
    if target.is_floating_point() or target.shape != scores.shape[:1] or not scores.requires_grad:
        return False
    off = scores.detach().double().nan_to_num(neginf=0.0)
    off = off - torch.diag(off.diagonal())
    return float((off - off.T).abs().max()) < EVEN * float(off.abs().max().clamp_min(1e-12))


def _square(scores: Tensor, target: Tensor, inputs: list[Tensor]) -> Square:
    import torch

    own = torch.softmax(scores, 1).diagonal()
    named = float((target == torch.arange(len(target), device=target.device)).double().mean())
    return Square(items=len(scores), own=float(own.mean()), named=named, **_partners(target.cpu(), inputs))


def _partners(target: Tensor, inputs: list[Tensor]) -> dict[str, Any]:
    """How near the labelled items lie in what the model was given, and those by the usual orders of two views: one half after the other, or in turns."""
    import torch

    n = len(target)
    if not inputs or len({t.shape[1] for t in inputs}) > 1 or sum(map(len, inputs)) != n or n % 2:
        return {}
    x, at = torch.cat(inputs).cpu(), torch.arange(n)
    apart = torch.cdist(x, x)
    mean = float(apart.sum() / (n * (n - 1)))
    if not mean > 0:
        return {}
    orders = {"one half after the other": at.roll(n // 2), "two by two": at ^ 1}
    near = {name: float(apart[at, other].mean()) / mean for name, other in orders.items()}
    best = min(near, key=lambda name: near[name])
    return {"labelled": float(apart[at, target].mean()) / mean, "nearest": near[best], "order": best}
