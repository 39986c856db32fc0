"""Which label weighs on which answer: targets dealt out anew, one label changed at a time, items doubled, answers shifted along an axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.drawn_answers import at_random
from nohero.evidence.setup.loss_bench import CLASSED, LABELLED, Bench, bench_of

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from nohero.evidence.setup.answer_range import AnswerRange
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 2
DEALS = 3  # of the targets among the items
PROBES = 8  # labels changed one by one


@dataclass(frozen=True, kw_only=True)
class LossPairing:
    """Changes are relative; not-a-number where it does not apply."""

    kind: str
    form: str
    items: int
    answer_shape: tuple[int, ...]
    target_shape: tuple[int, ...]
    dealt: float  # largest change when the targets are dealt out anew among the items
    dealt_along: float  # the same along the second axis
    answered: float  # change between two random answers
    cared: float  # change when every target is the first item's
    mates: float  # relative change of the first item's slope when the other answers are drawn anew
    doubled: float  # loss with every item twice, over the loss with each once
    probes: int  # labels changed one at a time
    strays: int  # of these, how many moved other items' slopes but not their own item's
    strewn: int  # how many moved several positions' slopes, and another more than their own
    stray_example: tuple[str, ...]  # one label, and the places it pulls at
    shift_classes: float  # change when every label's answers are shifted alike (0: soft-max over the classes)
    shift_items: float  # change when every item's answers are shifted alike, class by class (0: soft-max over the batch)
    shift_places: float  # the same over the positions
    in_batch: bool  # the targets are the items' own numbers: other items are the classes


def measure(setup: Setup, facts: TaskFacts, reach: AnswerRange) -> LossPairing:
    """Probe the pairing on the first batch."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    with setup.apart():
        setup.mode(training=False)
        bench = bench_of(setup, facts, setup.specimen())
        generator = torch.Generator().manual_seed(2)
        drawn = at_random(bench, reach.form, generator)
        base = bench.value(drawn)
        if not math.isfinite(base):
            raise Unmeasurable("the loss of random answers is not finite")
        scale = max(abs(base), 1e-12)
        probes, strays, strewn, example = _influence(bench, generator)
        classed, items, places = _shifts(bench, drawn, scale, generator)
        return LossPairing(
            kind=bench.kind, form=reach.form, items=int(bench.target.shape[0]) if bench.target.ndim else 0,
            answer_shape=tuple(bench.answer.shape), target_shape=tuple(bench.target.shape),
            dealt=_dealt(bench, drawn, 0, generator), dealt_along=_dealt(bench, drawn, 1, generator),
            answered=abs(bench.value(at_random(bench, reach.form, generator)) - base) / scale, doubled=_doubled(bench, drawn, base), cared=_cared(bench, drawn, base), mates=_mates(bench, reach.form, drawn, generator),
            probes=probes, strays=strays, strewn=strewn, stray_example=example, shift_classes=classed, shift_items=items, shift_places=places,
            in_batch=bench.target.ndim == 1 and not bench.target.is_floating_point() and torch.equal(bench.target.cpu(), torch.arange(len(bench.target))),
        )  # fmt: skip


def _dealt(bench: Bench, drawn: Tensor, axis: int, generator: Generator) -> float:
    """The largest relative change of the loss when targets change places along an axis."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    t = bench.target
    if t.ndim <= axis or t.shape[axis] < 4 or bool((t == t.select(axis, 0).unsqueeze(axis)).all()):
        return math.nan
    base, found = bench.value(drawn), 0.0
    for _ in range(DEALS):
        order = torch.randperm(t.shape[axis], generator=generator).to(t.device)
        try:
            found = max(found, abs(bench.value(drawn, t.index_select(axis, order)) - base) / max(abs(base), 1e-12))
        except Unmeasurable:
            return math.nan
    return found


def _cared(bench: Bench, drawn: Tensor, base: float) -> float:
    """The relative change when all targets are alike."""
    from nohero.setup.refusal import Unmeasurable

    try:
        return abs(bench.value(drawn, bench.target[:1].expand_as(bench.target).contiguous()) - base) / max(abs(base), 1e-12)
    except Unmeasurable:
        return math.nan


def _mates(bench: Bench, form: str, drawn: Tensor, generator: Generator) -> float:
    """How far the first item's slope hangs on the other items' answers."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    other = torch.cat([drawn[:1], at_random(bench, form, generator)[1:]])
    try:
        one, two = bench.slope(drawn)[0].double(), bench.slope(other)[0].double()
    except Unmeasurable:
        return math.nan
    return float((one - two).norm() / one.norm().clamp(min=1e-12))


def _doubled(bench: Bench, drawn: Tensor, base: float) -> float:
    import torch

    from nohero.setup.refusal import Unmeasurable

    if bench.answer.shape[0] != bench.target.shape[0] or bench.specimen.rest:
        return math.nan
    try:
        return bench.value(torch.cat([drawn, drawn]), torch.cat([bench.target, bench.target])) / base
    except (Unmeasurable, ZeroDivisionError):
        return math.nan


def _influence(bench: Bench, generator: Generator) -> tuple[int, int, int, tuple[str, ...]]:
    """(labels changed, strays, strewn, an example): where the slope moves when one label is changed."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    raw = bench.answer if bench.raw is None else bench.raw
    shape, axis = _origin(bench), bench.specimen.axis(raw)
    size = bench.specimen.size
    if bench.kind not in (*LABELLED, "values") or size < 3 or not shape or axis is None or (raw.ndim > 1 and raw.shape[0] == raw.shape[1] == size) or shape.count(size) != 1:
        return 0, 0, 0, ()
    owner, flat = shape.index(size), bench.target.flatten()
    noise = torch.randn(raw.shape, generator=generator).to(raw)
    place = raw + (0.3 * noise if float(raw.min()) < 0 or float(raw.max()) > 1 else 0.0)
    try:
        before = bench.raw_slope(place)
        chosen = [i for i in torch.randperm(flat.numel(), generator=generator).tolist() if flat.is_floating_point() or flat[i] >= 0]  # with a place that was left out the mean is another
        strays, strewn, seen, example = 0, 0, 0, ()
        for index in chosen:
            other = _another(flat, index)
            if seen >= PROBES or other is None:
                break
            changed = flat.clone()
            changed[index] = other
            moved = (bench.raw_slope(place, changed.reshape(bench.target.shape)) - before).abs().double()
            item = _unravelled(index, shape)[owner]
            by_item = moved.movedim(axis, 0).reshape(moved.shape[axis], -1).sum(1)
            if not float(by_item.sum()) > 0:
                continue
            seen += 1
            if float(by_item[item]) < 1e-6 * float(by_item.sum()):
                strays += 1
                example = (f"label {list(_unravelled(index, shape))}", f"pulls at item {', '.join(str(int(i)) for i in by_item.nonzero().flatten()[:4])}, not {item}")
            elif (places := _strewn(moved, index, shape, bench)) is not None:
                strewn += 1
                example = example or (f"label {list(_unravelled(index, shape))}", f"pulls at positions {places}")
    except Unmeasurable:
        return 0, 0, 0, ()
    return seen, strays, strewn, example


def _strewn(moved: Tensor, index: int, shape: tuple[int, ...], bench: Bench) -> str | None:
    """The positions a label pulls at, where these are several and another gets more than its own."""
    if len(shape) < 2 or bench.kind not in CLASSED:
        return None
    views = []
    if tuple(moved.shape[:-1]) == shape:
        views.append(moved.sum(-1))
    if moved.ndim == len(shape) + 1 and (*moved.shape[:1], *moved.shape[2:]) == shape:
        views.append(moved.sum(1))
    if not views:
        return None
    for view in views:
        own = float(view.flatten()[index])
        rest = view.flatten().clone()
        rest[index] = 0.0
        hit = rest > 1e-6 * rest.max()
        if own >= 0.5 * float(rest.max()) or int(hit.sum()) < 2:
            return None
    return ", ".join(str(list(_unravelled(int(i), shape))) for i in hit.nonzero().flatten()[:3])


def _origin(bench: Bench) -> tuple[int, ...]:
    """The target's shape before it was flattened, as the batch holds it."""
    import torch

    from nohero.setup.calling import tensors_of

    t = bench.target
    if t.ndim != 1 or len(t) == bench.specimen.size:
        return tuple(t.shape)
    for held in tensors_of(bench.specimen.batch):
        if held.ndim > 1 and held.numel() == t.numel() and torch.equal(held.flatten().to(t), t):
            return tuple(held.shape)
    return ()


def _another(flat: Tensor, index: int) -> float | int | None:
    different = flat[flat != flat[index]]
    counted = different[different >= 0] if not flat.is_floating_point() else different
    return None if not len(counted) else (float(counted[0]) if flat.is_floating_point() else int(counted[0]))


def _unravelled(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    found: list[int] = []
    for length in reversed(shape):
        index, rest = divmod(index, length)
        found.append(rest)
    return tuple(reversed(found))


def _shifts(bench: Bench, drawn: Tensor, scale: float, generator: Generator) -> tuple[float, float, float]:
    """Relative changes under shifts that a soft-max over classes, items or positions would not notice."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    if bench.kind not in CLASSED or drawn.ndim < 2 or drawn.shape[0] < 2:
        return math.nan, math.nan, math.nan
    found = []
    other = next((a for a in range(1, drawn.ndim) if a != bench.class_axis), None)
    base = bench.value(drawn)
    for axis in (bench.class_axis, 0, other):
        if axis is None:
            found.append(math.nan)
            continue
        shape = list(drawn.shape)
        shape[axis] = 1
        try:
            found.append(abs(bench.value(drawn + 2 * torch.randn(shape, generator=generator).to(drawn)) - base) / scale)
        except Unmeasurable:
            found.append(math.nan)
    return found[0], found[1], found[2]
