"""What the user's loss does on answers that are made for it: undecided, right, wrong, far out; as values and as slopes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.drawn_answers import at_random, favour, right
from nohero.evidence.setup.loss_bench import CLASSED, LABELLED, YES_NO, Bench, benches, renamed

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from nohero.evidence.setup.answer_range import AnswerRange
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 3
BATCHES = 3
STRENGTHS = (0.0, 1.0, 3.0, 10.0, 30.0)  # of right answers, in logits
FAR = (0.0, 10.0, 100.0, 1000.0)  # along the slope, in units of the answers
BENT = 10.0  # logits, to either side
WRONG = 4.0  # logits: certain to 98 %, and wrong


@dataclass(frozen=True, kw_only=True)
class LossProbes:
    """Losses are of the first batch; shares are over the labels of a few. Not-a-number where it does not apply."""

    kind: str
    loss: str
    form: str  # of the model's answers, as AnswerRange
    classes: int
    labels: int  # different ones in the first batch
    n: int  # labels behind the shares
    answer_shape: tuple[int, ...]
    target_shape: tuple[int, ...]
    start: float  # on the model's own answers
    undecided: float  # at equal answers
    right_reached: tuple[float, ...]  # on right answers in the form the model gives, at STRENGTHS
    right_free: tuple[float, ...]  # on right answers of any number
    far: tuple[float, ...]  # at FAR along the falling slope, from equal answers
    towards: float  # share of labels whose class is pulled up most
    away: float  # share of labels whose class is pushed down, and no other; in ordinal answers all above the label are
    path: tuple[float, ...]  # random to right, in five steps; of values
    path_zero: tuple[float, ...]  # the same from the opposite of the target
    relabelled: float  # relative change when the classes change names: 0 where only sameness counts
    raised: float  # relative change when all answers are raised alike: 0 where only their order or their distances count
    answered: float  # relative change between two random answers: 0 where nothing depends on them
    still: float  # share of labels without any slope at the start
    still_gain: float  # how far the loss falls, relatively, when those are answered rightly
    wrong_still: float  # share of labels without any slope where the answers are wrong
    wrong_gain: float
    certain: float = math.nan  # on the right labels themselves, as probabilities of zero and one
    twice: float = math.nan  # on twice those
    bowl: bool = False  # of yes-or-no answers: the loss bends upwards all the way from wrong to right ones, as one that has its floor on either side

    @property
    def unbounded(self) -> bool:
        """Whether the loss falls for ever, in a straight line."""
        a, b, c, d = self.far
        if not all(map(math.isfinite, self.far)):
            return False
        first, last = (b - c) / 90.0, (c - d) / 900.0
        return d < -1.0 and d < c < b < a and last > 0 and abs(first - last) < 0.2 * last


def measure(setup: Setup, facts: TaskFacts, reach: AnswerRange) -> LossProbes:
    """Probe the loss on the first batches, answers as in train mode."""
    with setup.apart():
        setup.mode(training=True)
        stands = list(benches(setup, facts, BATCHES))
        return _probed(stands, reach.form)


def _probed(stands: list[Bench], form: str) -> LossProbes:
    import torch

    generator = torch.Generator().manual_seed(1)
    first = stands[0]
    labelled = first.kind in LABELLED
    drawn = at_random(first, form, generator)
    base, other = _tried(first, drawn), _tried(first, at_random(first, form, generator))
    shares = [_pull(b, form, generator) for b in stands] if first.kind in CLASSED else []
    count = sum(n for _, _, n in shares)
    still = _still(first, first.answer)
    wrong = _still(first, _wrong(first, form))
    return LossProbes(
        kind=first.kind, loss=first.loss, form=form, classes=int(first.answer.shape[first.class_axis]) if first.kind in CLASSED else 0,
        labels=len(first.labels.unique()) if labelled else 0, n=sum(b.n for b in stands), answer_shape=tuple(first.answer.shape), target_shape=tuple(first.target.shape),
        start=_tried(first, first.answer), undecided=_tried(first, right(first, form, 0.0)),
        right_reached=tuple(_tried(first, right(first, form, s)) for s in STRENGTHS) if labelled else (),
        right_free=tuple(_tried(first, right(first, "logits", s)) for s in STRENGTHS) if labelled else (),
        far=_far(first, form) if labelled else (math.nan,) * 4,
        towards=sum(a for a, _, _ in shares) / count if count else math.nan, away=sum(b for _, b, _ in shares) / count if count else math.nan,
        path=_path(first, drawn), path_zero=_path(first, _opposite(first)),
        relabelled=_relabelled(first, drawn, base), raised=_raised(first, drawn, base), answered=abs(base - other) / max(abs(base), abs(other), 1e-12),
        still=still[0], still_gain=still[1], wrong_still=wrong[0], wrong_gain=wrong[1], certain=_tried(first, (favour(first) + 1) / 2) if labelled else math.nan, twice=_tried(first, favour(first) + 1) if labelled else math.nan,
        bowl=first.kind in YES_NO and form == "logits" and _bends_up(first),
    )  # fmt: skip


def _tried(bench: Bench, answer: Tensor, target: Tensor | None = None) -> float:
    """The loss, not-a-number where it refuses such answers."""
    from nohero.setup.refusal import Unmeasurable

    try:
        return bench.value(answer, target)
    except Unmeasurable:
        return math.nan


def _far(bench: Bench, form: str) -> tuple[float, ...]:
    """The loss farther and farther along its falling slope, or with all answers raised alike, whichever ends lower."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    start = right(bench, form, 0.0)
    try:
        way = -bench.slope(start).sign()
    except Unmeasurable:
        return (math.nan,) * 4
    along, raised = (tuple(_tried(bench, start + s * w) for s in FAR) for w in (way, torch.ones_like(start)))
    return raised if bench.kind in CLASSED and raised[-1] < along[-1] else along


def _pull(bench: Bench, form: str, generator: Generator) -> tuple[float, float, int]:
    """(labels pulled up most, labels pushed down most, labels with a slope)."""
    from nohero.setup.refusal import Unmeasurable

    axis, labels = bench.class_axis, bench.labels
    try:
        slope = bench.slope(right(bench, form, 0.0) if form in ("logits", "log-probabilities") else at_random(bench, form, generator))
    except Unmeasurable:
        return 0.0, 0.0, 0
    if slope.movedim(axis, -1).shape[:-1] != labels.shape:
        return 0.0, 0.0, 0
    counts = (slope.abs().amax(axis) > 0) & (labels >= 0) & (labels < slope.shape[axis])
    alone = (slope > 0).sum(axis) == 1
    up, down = (slope.argmin(axis) == labels) & counts, (slope.argmax(axis) == labels) & counts & alone
    return float(up.sum()), float(down.sum()), int(counts.sum())


def _raised(bench: Bench, drawn: Tensor, base: float) -> float:
    value = _tried(bench, drawn + 1.7)
    return abs(value - base) / max(abs(base), 1e-12)


def _path(bench: Bench, start: Tensor) -> tuple[float, ...]:
    """Losses from `start` to the target itself; for values."""
    if bench.kind not in ("values", "reconstruction") or bench.target.numel() != bench.answer.numel():
        return ()
    end = bench.target.reshape(bench.answer.shape).to(bench.answer.dtype)
    return tuple(_tried(bench, (1 - a) * start + a * end) for a in (0.0, 0.25, 0.5, 0.75, 1.0))


def _opposite(bench: Bench) -> Tensor:
    """The targets mirrored at their mean."""
    if bench.target.numel() != bench.answer.numel():
        return bench.answer
    t = bench.target.reshape(bench.answer.shape).to(bench.answer.dtype)
    return 2 * t.mean() - t


def _relabelled(bench: Bench, drawn: Tensor, base: float) -> float:
    """How much it matters what the classes are called."""
    if bench.kind not in CLASSED or bench.target.ndim == bench.answer.ndim:
        return math.nan
    other = renamed(bench)
    if other is None:
        return math.nan
    changed = _tried(bench, drawn, other)
    return abs(changed - base) / max(abs(base), 1e-12)


def _bends_up(bench: Bench) -> bool:
    """Whether no stretch of the way from sure and wrong to sure and right lies above its ends."""
    losses = [_tried(bench, right(bench, "logits", BENT * s / 5)) for s in range(-5, 6)]
    slack = 1e-6 * max(map(abs, losses))  # floats
    return all(a + c - 2 * b >= -slack for a, b, c in zip(losses, losses[1:], losses[2:], strict=False))


def _wrong(bench: Bench, form: str) -> Tensor:
    """Answers that are wrong with some certainty, one and all."""
    from nohero.evidence.setup.drawn_answers import formed

    if bench.kind in CLASSED:
        axis = bench.class_axis
        return formed(0.5 * WRONG * favour(bench).roll(1, axis), bench, form)
    if bench.kind in LABELLED:
        return formed(-WRONG * favour(bench), bench, form)
    return bench.answer


def _still(bench: Bench, answer: Tensor) -> tuple[float, float]:
    """(share of labels without any slope, relative gain when those are answered rightly)."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    try:
        slope = bench.slope(answer)
        before = bench.value(answer)
    except Unmeasurable:
        return math.nan, math.nan
    over = slope.abs()
    if bench.kind in CLASSED:
        over = over.amax(bench.class_axis, keepdim=True).expand_as(slope)
    flat = over == 0
    if not bool(flat.any()):
        return 0.0, 0.0
    if bench.kind in LABELLED:
        ideal = torch.where(favour(bench) > 0, answer.max() + 5, answer.min() - 5) if float(answer.min()) < 0 or float(answer.max()) > 1 else favour(bench).clamp(0, 1)
    elif bench.target.numel() == answer.numel():
        ideal = bench.target.reshape(answer.shape).to(answer.dtype)
    else:
        return float(flat.float().mean()), 0.0
    after = _tried(bench, torch.where(flat, ideal, answer))
    return float(flat.float().mean()), (before - after) / max(abs(before), 1e-12)
