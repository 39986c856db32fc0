"""Whether a cross-entropy over similarities within one set counts each item's likeness to itself: symmetric squares of scores, and their diagonals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions
from nohero.evidence.setup.trials import run_once
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
LEAST = 4  # items
EVEN = 1e-4  # relative: a symmetric matrix in floats
CALLS = 8


@dataclass(frozen=True, kw_only=True)
class Square:
    """One call on a square of scores."""

    items: int
    own: float  # mean share of the soft-max that an item's likeness to itself takes; 0 where it is masked
    named: float  # share of items whose label is their own place


@dataclass(frozen=True, kw_only=True)
class HeardSimilarities:
    """The calls of one batch on similarities within one set."""

    squares: tuple[Square, ...]


def measure(setup: Setup) -> HeardSimilarities:
    """One step, or one loss, with an ear."""
    found: list[Square] = []

    def told(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], _: Any) -> None:
        given = {**dict(zip(("input", "target"), args, strict=False)), **kwargs}
        if name == "cross_entropy" and len(found) < CALLS and _within_a_set(given.get("input"), given.get("target")):
            found.append(_square(given["input"].detach().double(), given["target"]))

    with setup.apart(), functions(told):
        run_once(setup)
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


def _square(scores: Tensor, target: Tensor) -> Square:
    import torch

    own = torch.softmax(scores, 1).diagonal()
    return Square(items=len(scores), own=float(own.mean()), named=float((target == torch.arange(len(target), device=target.device)).double().mean()))
