"""Whether the loss falls for ever along one of several answers of the model, whatever the target: a penalty without a least value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.loss_call import LossCall, loss_calls
from nohero.setup.calling import mapped
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 3
REACH = (3.0, 10.0, 30.0)  # how far an answer is driven; e to the 30th is still a number
FACTORS = (1.0, 10.0, -10.0)  # on all weights: how far the model's answers can go
NEAR = 1e-5  # relative


@dataclass(frozen=True, kw_only=True)
class Fall:
    """One answer, driven along its steepest way."""

    place: int  # among the answers
    shape: tuple[int, ...]
    way: str  # "down", "up" or "outwards"
    falls: tuple[float, ...]  # of the loss at 3, 10 and 30
    bent: float  # second difference over first: 0 where the loss is linear in it
    own: bool  # its slope hangs on no target and no other answer
    low: float  # the model's own reach, with weights of other sizes
    high: float

    @property
    def endless(self) -> bool:
        """At least in proportion to the way, and not slowing down."""
        a, b, c = self.falls
        return all(map(math.isfinite, self.falls)) and b > 0 and c > 2.0 * b and b > 1.5 * max(a, 0.0)

    @property
    def within(self) -> bool:
        """Whether the model can go that way."""
        far = REACH[0]
        return self.low < -far if self.way == "down" else self.high > far if self.way == "up" else self.low < -far or self.high > far


@dataclass(frozen=True, kw_only=True)
class LossFalls:
    """Every answer where the loss gets several."""

    answers: int
    falls: tuple[Fall, ...]


def measure(setup: Setup) -> LossFalls:
    """Drive each answer on its own, the others as they are."""
    with setup.apart():
        calls = [c for c in loss_calls(setup) if len(c.answers) > 1]
        if not calls or not calls[0].alone:
            raise Unmeasurable("the loss does not get several answers of one model")
        call = calls[0]
        base = call.value({})
        if not math.isfinite(base):
            raise Unmeasurable("the loss is not finite at the start")
        reach = _reach(setup, call)
        found = [_driven(call, place, i, base, reach[place]) for place, i in enumerate(call.answers)]
    return LossFalls(answers=len(call.answers), falls=tuple(f for f in found if f is not None))


def _driven(call: LossCall, place: int, i: int, base: float, reach: tuple[float, float]) -> Fall | None:
    import torch

    start = call.tensors[i]
    if start.ndim == 0 or start.shape[0] != call.size:
        return None
    slope = call.slopes({})[i]
    if not bool((slope != 0).any()):
        return None
    best: tuple[str, tuple[float, ...]] | None = None
    for way, direction in (("down", -torch.ones_like(start)), ("up", torch.ones_like(start)), ("outwards", -slope.sign())):
        falls = tuple(base - call.value({i: start + s * direction}) for s in REACH)
        if all(map(math.isfinite, falls)) and (best is None or falls[-1] > best[1][-1] * (1 + NEAR)):
            best = way, falls
    if best is None:
        return None
    one = torch.ones_like(start)
    up, down = call.value({i: start + one}), call.value({i: start - one})
    bent = abs(up + down - 2 * base) / max(abs(up - down), 1e-12)
    return Fall(place=place, shape=tuple(start.shape), way=best[0], falls=best[1], bent=bent, own=_own(call, i, slope), low=reach[0], high=reach[1])


def _own(call: LossCall, i: int, slope: Tensor) -> bool:
    """Whether the slope stays when the targets are dealt anew and the other answers moved."""
    import torch

    generator = torch.Generator().manual_seed(3)
    changed: dict[int, Any] = {}
    for j, tensor in enumerate(call.tensors):
        if j == i:
            continue
        if j in call.answers:
            changed[j] = tensor + torch.randn(tensor.shape, generator=generator).to(tensor) * float(tensor.std(unbiased=False) + 0.1)
        elif tensor.ndim and tensor.shape[0] > 1:
            changed[j] = tensor.roll(1, 0)
    try:
        other = call.slopes(changed)[i]
    except Unmeasurable:
        return False
    return float((other - slope).abs().max()) <= NEAR * float(slope.abs().max())


def _reach(setup: Setup, call: LossCall) -> list[tuple[float, float]]:
    """(lowest, highest) of each answer when all weights are larger or turned."""
    import torch

    specimen = setup.specimen()
    found = [(math.inf, -math.inf) for _ in call.answers]
    for factor in FACTORS:
        with setup.apart(), torch.no_grad():
            setup.mode(training=False)
            for p in setup.named_parameters().values():
                if p.is_floating_point():
                    p.mul_(factor)
            held = _held(specimen.bridge(setup.forward(specimen)))  # type: ignore[misc]
        for place, i in enumerate(call.answers):
            seen = held[i][held[i].isfinite()] if i < len(held) else None
            if seen is not None and seen.numel():
                found[place] = (min(found[place][0], float(seen.min())), max(found[place][1], float(seen.max())))
    return found


def _held(nest: Any) -> list[Tensor]:
    """The tensors of a nest in order."""
    found: list[Tensor] = []

    def kept(t: Tensor) -> Tensor:
        found.append(t)
        return t

    mapped(nest, kept)
    return found
