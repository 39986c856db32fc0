"""Whether the loss's slope tells all that its value does: along a path of answers the slope, added up, is the change of the value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.loss_call import LossCall, loss_calls

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 3
PIECES = 16  # of a path
NODES = ((-0.7745966692414834, 5 / 9), (0.0, 8 / 9), (0.7745966692414834, 5 / 9))  # Gauss and Legendre, places and weights on (-1, 1)
DRAWN = 4  # paths to random answers
SURE = 6.0  # logit of a right answer
SUMS = {"add": 1, "__add__": 1, "__radd__": 1, "__iadd__": 1, "add_": 1, "sub": -1, "__sub__": -1, "__isub__": -1, "sub_": -1, "__rsub__": -1, "rsub": -1}
TURNED = ("__rsub__", "rsub")  # the second operand is the minuend
SUMMANDS = 40


@dataclass(frozen=True, kw_only=True)
class Path:
    """From the model's answers to others."""

    right: bool  # to right answers; else to random ones
    change: float  # of the loss's value
    sloped: float  # what its slope adds up to along the path

    @property
    def lost(self) -> float:
        """The change that no slope tells of."""
        return self.change - self.sloped

    @property
    def share(self) -> float:
        """The lost part of all that moves."""
        return abs(self.lost) / max(abs(self.change), abs(self.sloped), 1e-12)


@dataclass(frozen=True, kw_only=True)
class LossSlopes:
    """One call of the loss; `silent` is how well one summand without a slope explains what is lost."""

    paths: tuple[Path, ...]
    silent: float  # largest relative error when what is lost is told by that summand on every path; nan where there is none
    start: float  # the loss at the model's answers


def measure(setup: Setup) -> LossSlopes:
    """The first call whose answers lead to right ones, else the first."""
    import torch

    with setup.apart():
        calls = loss_calls(setup)
        if not calls:
            from nohero.setup.refusal import Unmeasurable

            raise Unmeasurable("no argument of the loss hangs on the model")
        generator = torch.Generator().manual_seed(7)
        chosen = next((c for c in calls if towards(c) is not None), calls[0])
        return _measured(chosen, generator)


def _measured(call: LossCall, generator: Any) -> LossSlopes:
    import torch

    ends: list[tuple[bool, dict[int, Tensor]]] = []
    aim = towards(call)
    if aim is not None:
        ends.append((True, aim))
    for _ in range(DRAWN):
        ends.append((False, {i: _near(call.tensors[i], generator) for i in call.answers}))
    paths, told = [], []
    start, first = _summed(call, {})
    for right, end in ends:
        finish, last = _summed(call, end)
        if not (math.isfinite(start) and math.isfinite(finish)):
            continue
        sloped = 0.0
        for piece in range(PIECES):
            for node, weight in NODES:
                at = (piece + 0.5 + 0.5 * node) / PIECES
                slopes = call.slopes({i: torch.lerp(call.tensors[i], e, at) for i, e in end.items()})
                sloped += 0.5 * weight / PIECES * sum(float((slopes[i].double() * (e - call.tensors[i]).double()).sum()) for i, e in end.items())
        paths.append(Path(right=right, change=finish - start, sloped=sloped))
        told.append([b - a for a, b in zip(first, last, strict=True)] if len(first) == len(last) else [])
    return LossSlopes(paths=tuple(paths), silent=_explained([p.lost for p in paths], told), start=start)


def _near(answer: Tensor, generator: Any) -> Tensor:
    """Random answers in the range of the model's."""
    import torch

    if bool((answer >= 0).all() and (answer <= 1).all()):
        return torch.rand(answer.shape, generator=generator).to(answer)
    return answer + torch.randn(answer.shape, generator=generator).to(answer)


def _summed(call: LossCall, changed: dict[int, Tensor]) -> tuple[float, list[float]]:
    """(the loss, the means of the summands that have no slope beside one that has)."""
    import torch
    from torch.overrides import TorchFunctionMode

    found: list[float] = []

    class Ear(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
            name = getattr(func, "__name__", "")
            if name in SUMS and len(args) >= 2 and len(found) < SUMMANDS:
                sloped = [isinstance(a, torch.Tensor) and a.requires_grad for a in args[:2]]
                if sloped[0] != sloped[1]:
                    place = sloped.index(False)
                    negative = SUMS[name] < 0 and (place == 1) != (name in TURNED)
                    other = args[place]
                    mean = float(other.detach().double().mean()) if isinstance(other, torch.Tensor) else float(other)
                    found.append(-mean if negative else mean)
            return func(*args, **(kwargs or {}))

    leaves = call.replaced(changed)
    leaves = [t.detach().clone().requires_grad_() if i in call.answers else t for i, t in enumerate(leaves)]
    with torch.enable_grad(), Ear():
        value = call.called(leaves)
    return float(value.detach()), found


def _explained(lost: list[float], told: list[list[float]]) -> float:
    """The smallest relative error with which one summand, times one factor, gives all that is lost."""
    if not lost or len({len(t) for t in told}) != 1:
        return math.nan
    best = math.nan
    norm = math.sqrt(sum(v * v for v in lost))
    for k in range(len(told[0])):
        column = [t[k] for t in told]
        square = sum(c * c for c in column)
        if square <= 0 or norm <= 0:
            continue
        factor = sum(c * v for c, v in zip(column, lost, strict=True)) / square
        if factor <= 0:
            continue
        error = math.sqrt(sum((v - factor * c) ** 2 for c, v in zip(column, lost, strict=True))) / norm
        best = error if math.isnan(best) else min(best, error)
    return best


def towards(call: LossCall) -> dict[int, Tensor] | None:
    """Right answers in the first answer's place, where a target tells what they are."""
    first = call.answers[0] if call.answers else -1
    for other in call.others:
        if first >= 0 and (found := right_answer(call.tensors[first], call.tensors[other])) is not None:
            return {first: found}
    return None


def right_answer(answer: Tensor, target: Tensor) -> Tensor | None:
    """The answer that says what the target says; None where that is not known."""
    import torch

    inside = bool((answer >= 0).all() and (answer <= 1).all())
    if target.numel() == answer.numel() and target.ndim and answer.ndim and target.shape[0] == answer.shape[0]:
        same = target.reshape(answer.shape).to(answer.dtype)
        if not bool(((same == 0) | (same == 1)).all()):
            return same
        return same.clamp(0.01, 0.99) if inside else SURE * (2 * same - 1)
    if target.is_floating_point() or target.ndim != answer.ndim - 1 or not target.numel():
        return None
    for axis in (1, answer.ndim - 1):
        if tuple(n for a, n in enumerate(answer.shape) if a != axis) == tuple(target.shape) and answer.shape[axis] > 1 and int(target.max()) < answer.shape[axis]:
            hot = torch.nn.functional.one_hot(target.clamp(min=0).long(), answer.shape[axis]).to(answer.dtype).movedim(-1, axis)
            if inside:
                return hot.clamp(0.01 / answer.shape[axis], 0.99)
            return (SURE * hot).log_softmax(axis) if bool((answer <= 0).all()) else SURE * hot
    return None
