"""Where the loss gets several answers: whether it is least where an answer equals the target that it is subtracted from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.loss_call import LossCall, loss_calls
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
LEAST = 4  # numbers
SAME = 1e-5  # of what the loss moves when the answer is drawn anew: it knows the difference alone
DESCENT, RATE = 200, 0.05  # steps of the other answers to where they come to rest
AWAY = (0.05, 0.2, 1.0)  # steps off the target along the falling slope, in its deviations


@dataclass(frozen=True, kw_only=True)
class LeastPlace:
    """One answer and the target that the loss subtracts it from."""

    place: int  # among the answers
    shape: tuple[int, ...]
    lower: float  # how far the loss falls off the target, of what it falls from the target's mean to the target
    off: float  # mean distance at which it is lowest of those tried, in the target's deviations
    others: bool  # the slope at the target hangs on the other answers


@dataclass(frozen=True, kw_only=True)
class LeastPlaces:
    """Every such pair."""

    pairs: tuple[LeastPlace, ...]


def measure(setup: Setup) -> LeastPlaces:
    """Both shaken alike, then the answer put at the target and off it."""
    with setup.apart():
        calls = [c for c in loss_calls(setup) if len(c.answers) > 1]
        found = [_pair(c, i, j) for c in calls for i in c.answers for j in c.others if c.tensors[i].shape == c.tensors[j].shape and c.tensors[j].is_floating_point() and c.tensors[i].numel() >= LEAST]
    if not any(found):
        raise Unmeasurable("the loss does not get several answers, one of which it subtracts from a target")
    return LeastPlaces(pairs=tuple(f for f in found if f is not None))


def _pair(call: LossCall, i: int, j: int) -> LeastPlace | None:
    import torch

    answer, target = call.tensors[i], call.tensors[j].to(call.tensors[i])
    spread = float(target.double().std(correction=0))
    if not spread > 0:
        return None
    noise = spread * torch.randn(target.shape, generator=torch.Generator().manual_seed(8)).to(target)
    base, alone, both = call.value({}), call.value({i: answer + noise}), call.value({i: answer + noise, j: target + noise})
    if not all(map(math.isfinite, (base, alone, both))) or not abs(both - base) <= SAME * abs(alone - base):
        return None
    at = call.value({i: target})
    constant = call.value({i: torch.full_like(target, float(target.mean()))})
    slope = call.slopes({i: target})[i]
    if not constant > at or not float(slope.norm()) > 0:
        return LeastPlace(place=call.answers.index(i), shape=tuple(target.shape), lower=0.0, off=0.0, others=False)
    others = _hangs_on_others(call, i, target, slope)
    lower, off = _beside(call, i, target, spread, constant - at)
    if others and lower > 0:
        lower, off = _beside(_come_to_rest(call, i, target), i, target, spread, constant - at)
    return LeastPlace(place=call.answers.index(i), shape=tuple(target.shape), lower=lower, off=off, others=others)


def _beside(call: LossCall, i: int, target: Tensor, spread: float, whole: float) -> tuple[float, float]:
    """(how far the loss falls off the target along its slope there, of `whole`; at what distance)."""
    at, slope = call.value({i: target}), call.slopes({i: target})[i]
    if not float(slope.norm()) > 0:
        return 0.0, 0.0
    way = -slope / slope.abs().mean()
    tried = {a: call.value({i: target + a * spread * way}) for a in AWAY}
    best = min(tried, key=lambda a: tried[a])
    lower = (at - tried[best]) / whole
    return lower, best if lower > 0 else 0.0


def _come_to_rest(call: LossCall, i: int, target: Tensor) -> LossCall:
    """The call with the other answers where they come to by themselves while this one equals its target: a trend's season, a rest's whole."""
    import torch

    moved = {k: call.tensors[k].detach().clone() for k in call.answers if k != i and call.tensors[k].is_floating_point()}
    optimizer = torch.optim.Adam(list(moved.values()), lr=RATE * max(1.0, *(float(t.abs().mean()) for t in moved.values())))
    for _ in range(DESCENT):
        slopes = call.slopes({i: target, **moved})
        for k, t in moved.items():
            t.grad = slopes[k]
        optimizer.step()
    tensors = list(call.tensors)
    for k, t in moved.items():
        tensors[k] = t
    return replace(call, tensors=tuple(tensors))


def _hangs_on_others(call: LossCall, i: int, target: Tensor, slope: Tensor) -> bool:
    """Whether other answers of the model move the slope at the target."""
    changed: dict[int, Any] = {k: call.tensors[k].roll(1, 0) for k in call.answers if k != i and call.tensors[k].ndim}
    other = call.slopes({i: target, **changed})[i]
    return float((other - slope).norm()) > SAME * float(slope.norm())
