"""Which labels have any weight in the loss: padded places, whole classes, and how much a class weighs at undecided answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.drawn_answers import at_random, right
from nohero.evidence.setup.loss_bench import CLASSED, LABELLED, YES_NO, Bench, benches
from nohero.evidence.setup.padded_places import Padding, padding_of, places_of, speaks_tokens

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from nohero.evidence.setup.answer_range import AnswerRange
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 8
BATCHES = 8
MOST_CLASSES = 300
JOINT = 0.02  # of the weights of half a batch


@dataclass(frozen=True, kw_only=True)
class ClassWeight:
    """One class, or one side of one yes-or-no answer."""

    name: str
    count: int
    weight: float  # slope at undecided answers, mean over its labels, the mean over classes being 1
    still: int  # labels without any slope, on the model's answers and on others
    tail: float  # share that stands in runs at the ends of rows


@dataclass(frozen=True, kw_only=True)
class CountedLabels:
    """Shares are of the summed slope of the loss; `pads` says how padding was recognised (declared, mask, tokens, frames, none)."""

    kind: str
    shape: tuple[int, ...]
    pads: str
    pad_places: int
    places: int
    pad_share: float
    real_still: float  # share of the places that are no padding and have no slope
    pad_id: int | None
    classes: tuple[ClassWeight, ...]
    by_place: bool  # a label for every place of a row
    tokens: bool  # the classes may be the input's tokens
    joint: bool  # what a label weighs hangs on the other items' labels, as in Dice
    focusing: bool  # the slope fades faster with certainty than that of a cross-entropy


def measure(setup: Setup, facts: TaskFacts, reach: AnswerRange) -> CountedLabels:
    """Slopes on the first batches."""
    import torch

    with setup.apart():
        setup.mode(training=True)
        stands = list(benches(setup, facts, BATCHES))
    generator = torch.Generator().manual_seed(3)
    first = stands[0]
    padding = padding_of(setup.intent.pad_id, facts, stands)
    share, still = _padded(stands, padding, reach.form, generator)
    classes = _classes(stands, reach.form, generator) if first.kind in LABELLED and first.target.ndim <= first.answer.ndim and _hard(first.target) else ()
    return CountedLabels(
        kind=first.kind, shape=tuple(first.target.shape), pads=padding.how, pad_places=sum(int(m.sum()) for m in padding.masks), places=sum(m.numel() for m in padding.masks),
        pad_share=share, real_still=still, pad_id=setup.intent.pad_id, classes=classes, by_place=first.target.ndim > 1 or places_of(first) is not None,
        tokens=speaks_tokens(first), joint=_joint(first, reach.form), focusing=_focusing(first, reach.form),
    )  # fmt: skip


def _hard(target: Tensor) -> bool:
    """Labels, not shares of several classes."""
    return not target.is_floating_point() or bool(((target == 0) | (target == 1)).all())


def _weights(bench: Bench, answer: Tensor) -> Tensor:
    """The slope's size, one number a label."""
    slope = bench.slope(answer).abs()
    return slope.sum(bench.class_axis) if bench.kind in CLASSED else slope


def _padded(stands: list[Bench], padding: Padding, form: str, generator: Generator) -> tuple[float, float]:
    """(share of the slope at padded places, share of real places without a slope)."""
    from nohero.setup.refusal import Unmeasurable

    pads = total = still = real = 0.0
    for bench, mask in zip(stands, padding.masks, strict=False):
        try:
            weight = _weights(bench, at_random(bench, form, generator)).double().reshape(*mask.shape, -1).sum(-1)
            own = _weights(bench, bench.answer).double().reshape(*mask.shape, -1).sum(-1)
        except (Unmeasurable, RuntimeError):
            return math.nan, math.nan
        hit = float(own[mask].sum()) <= 1e-6 * float(own.sum())  # a model that masks its own answers hits its padded targets
        pads, total = pads + (0.0 if hit else float(weight[mask].sum())), total + float(weight.sum())
        still, real = still + float((weight[~mask] == 0).sum()), real + float((~mask).sum())
    return (pads / total if total else math.nan), (still / real if real else math.nan)


def _classes(stands: list[Bench], form: str, generator: Generator) -> tuple[ClassWeight, ...]:
    """Every class that occurs."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    groups: dict[tuple[int, int], list[Tensor]] = {}
    for bench in stands:
        labels = bench.labels
        try:
            undecided = _weights(bench, right(bench, form, 0.0))
            moving = sum((_weights(bench, a) for a in (bench.answer, at_random(bench, form, generator))), undecided)
        except Unmeasurable:
            return ()
        if undecided.numel() != labels.numel():
            return ()
        columns = labels.shape[-1] if bench.kind == "multilabel" else 1
        table = torch.stack([labels.double().flatten(), undecided.double().flatten(), moving.double().flatten(), _tails(bench).double().flatten()], 1)
        for column in range(columns):
            rows = table[column::columns]
            for label in sorted(set(rows[:, 0].tolist()))[:MOST_CLASSES]:
                if float(label).is_integer() and 0 <= label < (bench.answer.shape[bench.class_axis] if bench.kind in CLASSED else 2):
                    groups.setdefault((column, int(label)), []).append(rows[rows[:, 0] == label])
    return _summed({k: torch.cat(v) for k, v in groups.items()}, stands[0])


def _summed(groups: dict[tuple[int, int], Tensor], bench: Bench) -> tuple[ClassWeight, ...]:
    means = {k: float(rows[:, 1].mean()) for k, rows in groups.items()}
    middle = sum(means.values()) / max(1, len(means)) or 1.0

    def named(column: int, label: int) -> str:
        if bench.kind in CLASSED:
            return f"class {label}"
        side = "yes" if label else "no"
        return f"label {column}: {side}" if bench.kind == "multilabel" else side

    return tuple(
        ClassWeight(name=named(*k), count=len(rows), weight=means[k] / middle, still=int((rows[:, 2] == 0).sum()), tail=float((rows[:, 3] > 0).double().mean()))
        for k, rows in sorted(groups.items())
    )


def _tails(bench: Bench) -> Tensor:
    """Whether a label stands in a run of its like that reaches an end of its row."""
    import torch

    places = places_of(bench)
    if places is None or bench.labels.numel() != places[0] * places[1]:
        return torch.zeros_like(bench.labels, dtype=torch.bool)
    rows = bench.labels.reshape(places)
    last = (rows == rows[:, -1:]).flip(1).long().cumprod(1).flip(1)
    return (last + (rows == rows[:, :1]).long().cumprod(1)).bool()


def _joint(bench: Bench, form: str) -> bool:
    """Whether the weights of one half of the items, among each other, change with the labels of the other half."""
    from nohero.setup.refusal import Unmeasurable

    half = bench.answer.shape[0] // 2
    if not half or bench.target.shape[:1] != bench.answer.shape[:1]:
        return False
    other = bench.target.clone()
    other[half:] = (other[half:] + 1) % bench.answer.shape[bench.class_axis] if bench.kind == "classes" else 1 - other[half:]
    undecided = right(bench, form, 0.0)
    try:
        one, two = (bench.slope(undecided, t)[:half].abs().double().flatten() for t in (bench.target, other))
    except Unmeasurable:
        return False
    one, two = one / one.sum().clamp(min=1e-30), two / two.sum().clamp(min=1e-30)
    return float((one - two).abs().sum()) > JOINT


def _focusing(bench: Bench, form: str) -> bool:
    """Whether certain answers weigh much less than a cross-entropy's would."""
    from nohero.setup.refusal import Unmeasurable

    if bench.kind not in LABELLED or form != "logits" or (bench.kind in YES_NO and bench.target.numel() != bench.answer.numel()):
        return False
    try:
        undecided, sure = (float(_weights(bench, right(bench, form, s)).sum()) for s in (0.0, 2.0))
    except Unmeasurable:
        return False
    others = bench.answer.shape[bench.class_axis] - 1 if bench.kind in CLASSED else 1
    gap = math.exp(4.0 if bench.kind in CLASSED else 2.0)
    usual = (others / (others + gap)) / (others / (others + 1.0))
    return undecided > 0 and sure / undecided < 0.5 * usual
