"""The loss before any training, beside the loss of undecided answers and of the best constant answer; and with likely causes taken away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.drawn_answers import right
from nohero.evidence.setup.loss_bench import CLASSED, LABELLED, Bench, bench_of, benches

if TYPE_CHECKING:
    from nohero.evidence.setup.answer_range import AnswerRange
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 8
BATCHES = 4
BOUND = 1.5  # times the answers as they stand, at the extremes
FIT = 60  # steps of the best constant answer


@dataclass(frozen=True, kw_only=True)
class StartLoss:
    """Means over a few batches; not-a-number where it does not apply."""

    kind: str
    loss: str
    classes: int
    batches: int
    start: float
    each: tuple[float, ...]  # a batch at a time
    undecided: float  # equal answers, in the form the model gives them
    constant: float  # the best constant answer, for labels in logits; for values per output
    unit: float  # the loss that one nat is worth: undecided over ln K
    input_spread: float  # largest magnitude among the inputs that are floating
    inputs_scaled: float  # the start with each input standardised over the batch
    bounded: bool  # the answers have a range of their own, which no weights leave, such as scaled cosines
    trained_before: bool  # pretrained weights are declared, or half of the weights and more are frozen
    fresh: float  # the start with torch's own initial weights


def measure(setup: Setup, facts: TaskFacts, reach: AnswerRange) -> StartLoss:
    """The start in train mode on the first batches."""
    with setup.apart():
        setup.mode(training=True)
        stands = list(benches(setup, facts, BATCHES))
    first = stands[0]
    each = tuple(b.value(b.answer) for b in stands)
    undecided = sum(b.value(right(b, reach.form, 0.0)) for b in stands) / len(stands)
    classes = int(first.answer.shape[first.class_axis]) if first.kind in CLASSED else 2
    spread, scaled = _scaled(setup, facts, first)
    return StartLoss(
        kind=first.kind, loss=first.loss, classes=classes, batches=len(stands), start=sum(each) / len(each), each=each, undecided=undecided,
        constant=_constant(stands, reach.form), unit=undecided / math.log(max(2, classes)), bounded=max(abs(reach.driven_low), abs(reach.driven_high)) <= BOUND * max(abs(reach.low), abs(reach.high)), input_spread=spread, inputs_scaled=scaled, trained_before=_trained_before(setup), fresh=_fresh(setup, facts),
    )  # fmt: skip


def _trained_before(setup: Setup) -> bool:
    sizes = [(p.requires_grad, p.numel()) for p in setup.named_parameters().values()]
    return setup.intent.pretrained is not None or 2 * sum(n for free, n in sizes if not free) >= sum(n for _, n in sizes) > 0


def _constant(stands: list[Bench], form: str) -> float:
    """The loss of the best constant answer: values over all the batches, as one batch of sorted items hardly varies; labels on the first."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    bench = stands[0]
    if bench.kind not in LABELLED:
        return _constant_value(stands)
    if form != "logits":
        return math.nan
    shape = [1] * bench.answer.ndim
    axis = bench.class_axis if bench.kind in CLASSED else -1
    if axis >= 0 or bench.answer.ndim > 1:
        shape[axis] = bench.answer.shape[axis]
    level = torch.zeros(shape, dtype=bench.answer.dtype, device=bench.answer.device)
    try:
        best, speed = bench.value(level.expand_as(bench.answer).contiguous()), torch.zeros_like(level)
        for _ in range(FIT):
            slope = bench.slope(level.expand_as(bench.answer).contiguous())
            pull = slope.sum([a for a in range(slope.ndim) if level.shape[a] == 1], keepdim=True)
            speed = 0.7 * speed - 0.3 * pull / max(float(slope.abs().sum()), 1e-12)
            level = level + speed
            best = min(best, bench.value(level.expand_as(bench.answer).contiguous()))
    except Unmeasurable:
        return math.nan
    return best


def _constant_value(stands: list[Bench]) -> float:
    """The mean or the median of the targets, place by place, whichever is better."""
    import torch

    alike = [b for b in stands if b.answer.shape[1:] == stands[0].answer.shape[1:] and b.target.numel() == b.answer.numel() and b.target.is_floating_point()]
    if not alike:
        return math.nan
    targets = torch.cat([b.target.reshape(b.answer.shape).to(b.answer.dtype) for b in alike])
    middles = (targets.mean(0, keepdim=True), targets.median(0, keepdim=True).values)
    return min(sum(b.value(m.expand_as(b.answer).contiguous()) for b in alike) / len(alike) for m in middles)


def _scaled(setup: Setup, facts: TaskFacts, first: Bench) -> tuple[float, float]:
    """(largest magnitude of the inputs, the start with standardised inputs)."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    floating = [t for t in first.specimen.inputs.values() if t.is_floating_point() and t.numel()]
    if not floating:
        return math.nan, math.nan

    def standard(t: Any) -> Any:
        if not t.is_floating_point() or t.ndim < 2 or len(t) < 2:
            return t
        clean = torch.nan_to_num(t)
        mean, spread = clean.mean(0, keepdim=True), clean.std(0, keepdim=True)
        return (clean - mean) / spread.clamp(min=max(1e-6, 1e-2 * float(spread.max())))

    spread = max(float(torch.nan_to_num(t).abs().max()) for t in floating)
    with setup.apart():
        setup.mode(training=True)
        try:
            bench = bench_of(setup, facts, first.specimen.changed(standard))
            return spread, bench.value(bench.answer)
        except Unmeasurable:
            return spread, math.nan


def _fresh(setup: Setup, facts: TaskFacts) -> float:
    """The start with every module's own `reset_parameters` called."""
    from nohero.setup.refusal import Unmeasurable

    with setup.apart(7):
        setup.mode(training=True)
        for module in setup.single.modules():
            if callable(reset := getattr(module, "reset_parameters", None)) and type(module).__module__.startswith("torch.nn"):
                reset()
        try:
            bench = bench_of(setup, facts, setup.specimen())
            return bench.value(bench.answer)
        except Unmeasurable:
            return math.nan
