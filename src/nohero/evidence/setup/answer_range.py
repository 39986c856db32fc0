"""The range of a model's answers, whatever goes in: as it stands, on inputs blown up, and with its weights blown up and shaken."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nohero.evidence.setup.loss_bench import CLASSED, bench_of, benches

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.loss_bench import Bench
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 6
BATCHES = 3
EDGE = 1e-3  # beside 0, 1 and a sum of 1: half precision rounds to about this
INPUTS = 50.0  # times the inputs
WEIGHTS = 4.0  # times the weights, and a shake of half a unit


@dataclass(frozen=True, kw_only=True)
class AnswerRange:
    """`form`: probabilities (they sum to one over the classes), log-probabilities, unit (0 to 1), bounded (-1 to 1), positive, or logits (any number)."""

    form: str
    low: float  # as it stands
    high: float
    driven_low: float  # at the extremes
    driven_high: float
    summed_over: int  # an axis other than the classes' over which the answers sum to one; -1: none
    n: int  # answers looked at


def measure(setup: Setup, facts: TaskFacts) -> AnswerRange:
    """Answers on the first batches, then at the extremes; in eval mode."""
    import torch

    with setup.apart(), torch.no_grad():
        setup.mode(training=False)
        plain = list(benches(setup, facts, BATCHES))
        driven = _driven(setup, facts)
    axis = plain[0].class_axis if plain[0].kind in CLASSED else -1
    everything = [b.answer for b in (*plain, *driven)]
    seen = torch.cat([b.answer.flatten() for b in plain]).float()
    values = torch.cat([a.flatten() for a in everything]).float()
    values = values[values.isfinite()]
    if not values.numel():
        from nohero.setup.refusal import Unmeasurable

        raise Unmeasurable("no answer of the model is finite")
    return AnswerRange(
        form=_form(everything, values, axis), low=float(seen.min()), high=float(seen.max()), driven_low=float(values.min()), driven_high=float(values.max()),
        summed_over=_summed(everything, axis), n=int(values.numel()),
    )  # fmt: skip


def _driven(setup: Setup, facts: TaskFacts) -> list[Bench]:
    import torch

    from nohero.setup.refusal import Unmeasurable

    found = []
    specimen = setup.specimen()
    for factor in (INPUTS, -INPUTS):
        try:
            found.append(bench_of(setup, facts, specimen.changed(partial(_times, factor))))
        except Unmeasurable:
            continue
    for seed in (1, 2):
        with setup.apart(seed):
            setup.mode(training=False)
            for parameter in setup.named_parameters().values():
                if parameter.is_floating_point():
                    parameter.data.mul_(WEIGHTS).add_(0.5 * torch.randn_like(parameter))
            try:
                found.append(bench_of(setup, facts, specimen))
            except Unmeasurable:
                continue
    return found


def _times(factor: float, t: Tensor) -> Tensor:
    return t * factor if t.is_floating_point() else t


def _form(answers: list[Tensor], values: Tensor, axis: int) -> str:
    if axis >= 0 and all(_sums_to_one(a, axis) for a in answers):
        return "probabilities"
    if axis >= 0 and all(_sums_to_one(a.exp(), axis) for a in answers):
        return "log-probabilities"
    low, high = float(values.min()), float(values.max())
    if low == high:
        return "logits"
    if low >= 0 and high <= 1 + EDGE:
        return "unit"
    if low >= -1 - EDGE and high <= 1 + EDGE:
        return "bounded"
    return "positive" if low >= 0 else "logits"


def _sums_to_one(a: Tensor, axis: int) -> bool:
    import torch

    a = a.float()
    return axis < a.ndim and a.shape[axis] > 1 and bool((torch.nan_to_num(a) >= 0).all()) and bool(((torch.nan_to_num(a.sum(axis), nan=1.0) - 1).abs() < EDGE).all())


def _summed(answers: list[Tensor], axis: int) -> int:
    for other in range(answers[0].ndim):
        if other != axis and (all(_sums_to_one(a, other) for a in answers) or all(_sums_to_one(a.exp(), other) for a in answers)):
            return other
    return -1
