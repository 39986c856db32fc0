"""What values the targets take, and whether the loss has a bottom with them: as they are, and brought into 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.loss_bench import Bench, benches

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.03  # seconds
STEPS = 8
BATCHES = 8
FAR = 1000.0  # how far along the falling slope


@dataclass(frozen=True, kw_only=True)
class TargetValues:
    """Over the first batches."""

    kind: str
    loss: str
    n: int
    low: float
    high: float
    distinct: tuple[float, ...]  # the first twelve values, where there are few
    bottomless: bool  # the loss falls for ever in a straight line
    bottomless_inside: bool  # so it does with the targets brought into 0 to 1
    negative_labels: int  # class numbers below zero that have a slope in the loss
    counts: tuple[int, ...]  # items of every class


def measure(setup: Setup, facts: TaskFacts) -> TargetValues:
    """Values and slopes on the first batches."""
    import torch

    with setup.apart():
        setup.mode(training=False)
        stands = list(benches(setup, facts, BATCHES))
        first = stands[0]
        values = torch.cat([b.target.flatten().double() for b in stands])
        values = values[values.isfinite()]
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
        few = sorted(set(values.tolist()))
        inside = (first.target - low) / (high - low) if first.target.is_floating_point() and high > low else first.target
        outside = first.kind == "values" and (low < 0 or high > 1)
        return TargetValues(
            kind=first.kind, loss=first.loss, n=len(values), low=low, high=high, distinct=tuple(few[:12]) if len(few) <= 256 else (),
            bottomless=outside and _bottomless(first, first.target), bottomless_inside=outside and _bottomless(first, inside),
            negative_labels=sum(_negative(b) for b in stands) if first.kind == "classes" else 0, counts=facts.counts if first.kind == "classes" and first.answer.movedim(first.class_axis, -1).shape[:-1] == first.target.shape else (),
        )  # fmt: skip


def _bottomless(bench: Bench, target: Tensor) -> bool:
    import torch

    from nohero.setup.refusal import Unmeasurable

    start = torch.zeros_like(bench.answer)
    try:
        way = -bench.slope(start + 5.0, target).sign()
        near, mid, far = (bench.value(start + s * way, target) for s in (FAR / 4, FAR / 2, FAR))
    except Unmeasurable:
        return False
    return far < mid < near and far < -1.0 and abs((mid - far) - 2 * (near - mid)) < 0.1 * abs(mid - far)


def _negative(bench: Bench) -> int:
    from nohero.setup.refusal import Unmeasurable

    below = bench.labels < 0
    if not bool(below.any()):
        return 0
    try:
        slope = bench.slope(bench.answer).abs().amax(bench.class_axis)
    except Unmeasurable:
        return 0
    return int((slope[below] > 0).sum()) if slope.shape == below.shape else 0
