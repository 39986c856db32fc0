"""Where the loss gets several answers, how far each can go whatever the last layers become, and which values of its own target lie beyond."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.answer_reach import FACTOR, SLACK, driven
from nohero.evidence.setup.loss_call import loss_calls
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.loss_call import LossCall
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 20
LEAST = 8  # numbers of a target


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the answers beside the target of its shape; costs are losses above that of the target itself, the other answers held."""

    place: int  # among the answers that the loss gets
    shape: tuple[int, ...]
    low: float
    high: float
    target_low: float
    target_high: float
    beyond: float  # share of the target's values out of reach
    floor: float  # at the nearest answers in reach
    constant: float  # at the target's mean
    n: int


@dataclass(frozen=True, kw_only=True)
class PartReach:
    """Every answer that has one target of its shape to itself."""

    parts: tuple[Part, ...]


def measure(setup: Setup) -> PartReach:
    """Drive the last layers, and hold each answer's range against its target."""
    with setup.apart():
        calls = loss_calls(setup, training=False)
        if len(calls) != 1 or not calls[0].alone or len(calls[0].answers) < 2:
            raise Unmeasurable("the loss gets one answer, or is called in ways of the step's own")
        call = calls[0]
        pairs = _pairs(call)
    if not pairs:
        raise Unmeasurable("no answer has a target of its own shape to itself")
    specimen = setup.specimen()
    size = max(1.0, *(float(call.tensors[j].double().abs().max()) for _, j in pairs))
    stacked = driven(setup, specimen, FACTOR * size, _flat(len(call.answers)))
    lengths = [call.tensors[i].numel() for i in call.answers]
    stacked = [s for s in stacked if s.numel() == sum(lengths)]
    if len(stacked) < 4:
        raise Unmeasurable("the model could not be driven")
    with setup.apart():
        return PartReach(parts=tuple(_part(call, i, j, [s.split(lengths)[call.answers.index(i)] for s in stacked]) for i, j in pairs))


def _pairs(call: LossCall) -> list[tuple[int, int]]:
    """(answer, target) of one shape and nobody else's."""
    shapes = [tuple(t.shape) for t in call.tensors]
    found = []
    for i in call.answers:
        fitting = [j for j in call.others if shapes[j] == shapes[i] and call.tensors[j].is_floating_point() and call.tensors[j].numel() >= LEAST]
        if len(fitting) == 1 and sum(shapes[k] == shapes[i] for k in call.answers) == 1:
            found.append((i, fitting[0]))
    return found


def _flat(count: int) -> Any:
    """All answers that the loss gets, in a row."""
    import torch

    from nohero.setup.calling import tensors_of
    from nohero.setup.streams import seed_all

    def said(setup: Setup, specimen: Specimen) -> Tensor:
        seed_all(setup.seed)
        raw = setup.forward(specimen)
        held = [t for t in tensors_of(specimen.bridge(raw) if specimen.bridge is not None else raw) if t.is_floating_point() and t.numel()]
        if len(held) != count:
            raise Unmeasurable("other answers than the loss gets")
        return torch.cat([t.detach().double().flatten() for t in held])

    return said


def _part(call: LossCall, i: int, j: int, answers: list[Tensor]) -> Part:
    import torch

    aim = call.tensors[j].double()
    values = torch.nan_to_num(torch.stack(answers), nan=0.0)
    low, high = float(values.min()), float(values.max())
    slack = SLACK * float(aim.std(correction=0)) + 1e-6 * float(aim.abs().max())
    beyond = float(((aim < low - slack) | (aim > high + slack)).double().mean())

    def cost(t: Tensor) -> float:
        try:
            return call.value({i: t.to(call.tensors[i])})
        except Unmeasurable:
            return math.nan

    best = cost(aim)
    return Part(
        place=call.answers.index(i), shape=tuple(aim.shape), low=low, high=high, target_low=float(aim.min()), target_high=float(aim.max()), beyond=beyond,
        floor=cost(aim.clamp(low, high)) - best, constant=cost(torch.full_like(aim, float(aim.mean()))) - best, n=aim.numel(),
    )  # fmt: skip
