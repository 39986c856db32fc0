"""Copies of the model that the step or the evaluation can reach, such as moving averages: how they follow the model as it trains."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.shadow_copies import Copy, copies, equal, values
from nohero.evidence.setup.step_modes import run_evaluation
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 14
CALLS = 12  # of the step
LONG, SECONDS = 80, 3.0  # calls and time for an average that takes much of the model: it may be in its warm-up
MUCH = 0.3  # weight of the model
ALONG = 0.05  # relative; what is left of a move that goes along a line
BLENDS = 1e-4  # relative


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """One copy."""

    path: str  # how it is reached, beginning with step or evaluate, or its name among the models
    module: bool
    own_tensors: float  # share of its tensors that are the model's own memory, after training
    alike_at_start: bool  # equal to the model's parameters, bit for bit
    moved: bool
    alike_at_end: bool
    weights: tuple[float, ...]  # of the model in each of its moves: 0.001 for a decay of 0.999
    called: bool  # by the step
    evaluated: bool  # called by the evaluation
    touched: bool  # the step computes with it outside of any gradient
    blended: bool  # the step computes a mean of its numbers and the model's
    trained: int  # calls of the step in which an optimizer moves it
    averaged: int  # calls in which it moves towards the model outside of any optimizer, by a part of the way
    pulled: tuple[float, ...]  # part of the way that the model itself is moved to the copy outside of any optimizer, call by call
    waits: bool  # it counts its updates, and the count is zero
    buffers: int  # floating buffers of the model that moved
    buffers_still: int  # of these, those that did not move in the copy
    name: str = ""  # of the model


@dataclass(frozen=True, kw_only=True)
class ShadowAverage:
    """Every copy that was found, and whether the model moved."""

    shadows: tuple[Shadow, ...]
    moved: bool


@dataclass
class _Seen:
    """What was seen of one copy."""

    weights: list[float] = field(default_factory=list)
    pulled: list[float] = field(default_factory=list)
    called: bool = False
    touched: bool = False
    blended: bool = False
    trained: int = 0
    averaged: int = 0


def measure(setup: Setup) -> ShadowAverage:
    """Train a few steps and follow every copy."""
    if setup.step is None:
        raise Unmeasurable("no step was handed over")
    found = copies(setup)
    if not found:
        return ShadowAverage(shadows=(), moved=True)
    with setup.apart(data=True):
        start = [values(f.read()) for f in found]
        buffers = [_buffers(f) for f in found]
        evaluated = _called_in_evaluation(setup, found)
        seen = _trained(setup, found)
        shadows = tuple(_shadow(f, start[k], buffers[k], seen[k], evaluated=evaluated[k]) for k, f in enumerate(found))
        moved = any(not equal(mine, values(f.read())[1]) for f, (_, mine) in zip(found, start, strict=True))
    told = (s for s, f in zip(shadows, found, strict=True) if not f.inner or s.averaged or s.pulled or s.blended)
    return ShadowAverage(shadows=tuple(told), moved=moved)


def _trained(setup: Setup, found: list[Copy]) -> list[_Seen]:
    """What is seen of every copy in a few calls of the step; in more of them where an average takes much of the model."""
    seen = [_Seen() for _ in found]
    batches, began = setup.batches(8), time.monotonic()
    handles = [f.module.register_forward_pre_hook(_marker(seen[k])) for k, f in enumerate(found) if f.module is not None]
    try:
        for number in range(LONG):
            hasty = any(len(s.weights) >= CALLS - 2 and min(s.weights[-4:]) > MUCH and max(s.weights) < 1 for s in seen)
            if number >= CALLS and (not hasty or time.monotonic() - began > SECONDS):
                break
            before = [values(f.read()) for f in found]
            with _touching(found, seen), _stepping(found) as taken:
                setup.train_step(batches[number % len(batches)])
            for k, f in enumerate(found):
                _followed(seen[k], before[k], taken[k], values(f.read()))
    finally:
        for handle in handles:
            handle.remove()
    return seen


def _followed(seen: _Seen, before: tuple[Any, Any], taken: list[Any], now: tuple[Any, Any]) -> None:
    """How copy and model went in one call: `taken` are both, before and after every update of an optimizer."""
    (copy, model), gap = now, now[1] - before[0]
    if not equal(copy, before[0]) and float(gap.norm()) > 0:
        seen.weights.append(1.0 if equal(copy, model) else min(0.999_999, float((copy - before[0]) @ gap) / float(gap @ gap)))
    seen.trained += any(not equal(a[0], b[0]) for a, b in zip(taken[::2], taken[1::2], strict=True))
    spans = [(before, taken[0]), *zip(taken[1:-1:2], taken[2::2], strict=True), (taken[-1], now)] if taken else [(before, now)]
    seen.averaged += any(0 < _way(a[0], b[0], b[1]) < 1 - BLENDS for a, b in spans)
    if all(equal(a[0], b[0]) for a, b in spans):
        way = max((_way(a[1], b[1], a[0]) for a, b in spans), default=0.0)
        if 0 < way < 1 - BLENDS:
            seen.pulled.append(way)


def _way(start: Any, end: Any, goal: Any) -> float:
    """The part of the way from `start` to `goal` that `end` has gone; 0 where it has not moved or has gone elsewhere."""
    if equal(start, end):
        return 0.0
    went, gap = end - start, goal - start
    if not float(gap.norm()):
        return 0.0
    part = float(went @ gap) / float(gap @ gap)
    return part if float((went - part * gap).norm()) <= ALONG * float(went.norm()) else 0.0


@contextmanager
def _stepping(found: list[Copy]) -> Iterator[list[list[Any]]]:
    """Values of every copy and its model before and after each update of an optimizer."""
    from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

    taken: list[list[Any]] = [[] for _ in found]

    def look(*_: Any) -> None:
        for k, f in enumerate(found):
            taken[k].append(values(f.read()))

    handles = [register_optimizer_step_pre_hook(look), register_optimizer_step_post_hook(look)]
    try:
        yield taken
    finally:
        for handle in handles:
            handle.remove()


def _marker(seen: _Seen) -> Callable[..., None]:
    def mark(*_: Any) -> None:
        seen.called = True

    return mark


def _touching(found: list[Copy], seen: list[_Seen]) -> Any:
    """A mode that notes when torch computes with a copy's tensors while gradients are off, and when a mean of it and the model comes out."""
    import torch
    from torch.overrides import TorchFunctionMode

    from nohero.setup.calling import tensors_of

    where = {t.data_ptr(): k for k, f in enumerate(found) for t, _ in f.read()}
    firsts = [next(((a, b) for a, b in f.read() if a.numel() > 1), None) for f in found]
    shapes = {first[0].shape for first in firsts if first is not None}

    class Touch(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            del types
            if not torch.is_grad_enabled() and getattr(func, "__name__", "") not in ("__get__", "detach", "size", "dim"):
                for tensor in tensors_of((args, kwargs or {})):
                    if tensor.layout == torch.strided and (k := where.get(tensor.data_ptr())) is not None:
                        seen[k].touched = True
            result = func(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor) and result.shape in shapes and not result.requires_grad and result.is_floating_point():
                for k, first in enumerate(firsts):
                    if first is not None and first[0].shape == result.shape and not seen[k].blended:
                        seen[k].blended = _is_blend(result, *first)
            return result

    return Touch()


def _is_blend(result: Any, one: Any, other: Any) -> bool:
    """Whether the numbers lie between those of the two tensors, all at the same part of the way."""
    import torch

    with torch._C.DisableTorchFunction():
        a, b, r = (t.detach().double().flatten() for t in (one, other, result))
        gap = b - a
        size = float(gap.norm())
        if size <= BLENDS * float(a.norm()):
            return False
        part = float((r - a) @ gap) / size**2
        return 0 < part < 1 and float((r - a - part * gap).norm()) <= BLENDS * size and min(part, 1 - part) > BLENDS


def _called_in_evaluation(setup: Setup, found: list[Copy]) -> list[bool]:
    seen = [_Seen() for _ in found]
    if setup.evaluate is not None:
        handles = [f.module.register_forward_pre_hook(_marker(seen[k])) for k, f in enumerate(found) if f.module is not None]
        try:
            with setup.apart(data=True):
                run_evaluation(setup)
        finally:
            for handle in handles:
                handle.remove()
    return [s.called for s in seen]


def _buffers(found: Copy) -> dict[str, tuple[Any, Any]]:
    """Name -> (the copy's, the model's) floating buffers, cloned."""
    if found.module is None:
        return {}
    other = dict(found.module.named_buffers())
    return {k: (other[k].detach().clone(), b.detach().clone()) for k, b in found.root.named_buffers() if k in other and b.is_floating_point()}


def _shadow(found: Copy, start: tuple[Any, Any], buffers: dict[str, tuple[Any, Any]], seen: _Seen, *, evaluated: bool) -> Shadow:
    import torch

    pairs = found.read()
    end, model = values(pairs)
    now = _buffers(found)
    went = [k for k in buffers if not torch.equal(buffers[k][1], now[k][1])]
    return Shadow(
        path=found.path,
        name=found.name,
        module=found.module is not None,
        own_tensors=sum(a.data_ptr() == b.data_ptr() for a, b in pairs) / max(1, len(pairs)),
        alike_at_start=equal(*start),
        moved=not equal(start[0], end),
        alike_at_end=equal(end, model),
        weights=tuple(seen.weights),
        called=seen.called,
        evaluated=evaluated,
        touched=seen.touched,
        blended=seen.blended,
        trained=seen.trained,
        averaged=seen.averaged,
        pulled=tuple(seen.pulled),
        waits=any(isinstance(v, torch.Tensor | int) and "averaged" in k and float(v) == 0 for k, v in (*_attributes(found.holder),)),
        buffers=len(went),
        buffers_still=sum(torch.equal(buffers[k][0], now[k][0]) for k in went),
    )


def _attributes(holder: Any) -> list[tuple[str, Any]]:
    held = getattr(holder, "__dict__", {})
    return [*held.items(), *held.get("_buffers", {}).items()]
