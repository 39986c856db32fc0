"""Copies of the model that the step or the evaluation can reach, such as moving averages: how they follow the model as it trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.gradient_parts import sample
from nohero.evidence.setup.reachable import reachable
from nohero.evidence.setup.step_modes import run_evaluation
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 14
CALLS = 12  # of the step


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """One copy."""

    path: str  # how it is reached, beginning with step or evaluate
    module: bool
    own_tensors: float  # share of its tensors that are the model's own memory, after training
    alike_at_start: bool  # equal to the model's parameters, bit for bit
    moved: bool
    alike_at_end: bool
    weights: tuple[float, ...]  # of the model in each of its moves: 0.001 for a decay of 0.999
    called: bool  # by the step
    evaluated: bool  # called by the evaluation
    touched: bool  # the step computes with it outside of any gradient
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
class _Found:
    path: str
    name: str
    pairs: list[tuple[Any, Any]]  # (the copy's tensor, the model's)
    module: Any  # of the copy, or None
    holder: Any
    read: Callable[[], list[tuple[Any, Any]]]


def measure(setup: Setup) -> ShadowAverage:
    """Train a few steps and follow every copy."""
    if setup.step is None:
        raise Unmeasurable("no step was handed over")
    found = _copies(setup)
    if not found:
        return ShadowAverage(shadows=(), moved=True)
    batches = setup.batches(8)
    with setup.apart(data=True):
        start = [_values(f.read()) for f in found]
        buffers = [_buffers(setup, f) for f in found]
        evaluated = _called_in_evaluation(setup, found)
        weights: list[list[float]] = [[] for _ in found]
        called, touched = _trained(setup, found, batches, weights)
        shadows = tuple(
            _shadow(setup, f, start[k], buffers[k], weights[k], called=called[k], touched=touched[k], evaluated=evaluated[k]) for k, f in enumerate(found)
        )
        moved = any(not _equal(mine, _values(f.read())[1]) for f, (_, mine) in zip(found, start, strict=True))
    return ShadowAverage(shadows=shadows, moved=moved)


def _copies(setup: Setup) -> list[_Found]:
    """Modules and mappings with the names and shapes of a model's parameters."""
    import torch

    mine = {id(m) for root in setup.modules.values() for m in root.modules()}
    tensors = {id(p) for p in setup.named_parameters().values()}
    found: list[_Found] = []
    taken: set[int] = set()
    things = list(reachable(setup.given.step, setup.given.evaluate))
    for path, thing in things:
        if id(thing) in mine or id(thing) in taken:
            continue
        for name, root in setup.modules.items():
            names = dict(root.named_parameters())
            if isinstance(thing, torch.nn.Module):
                other = dict(thing.named_parameters())
                fits = len(other) > 0 and other.keys() == names.keys() and all(other[k].shape == names[k].shape for k in names) and not any(id(m) in mine for m in thing.modules())
            else:
                fits = isinstance(thing, dict) and _mapping_fits(thing, names, tensors)
            if fits:
                taken |= {id(m) for m in thing.modules()} if isinstance(thing, torch.nn.Module) else {id(thing)}
                holder = next((h for _, h in things if isinstance(getattr(h, "__dict__", None), dict) and any(v is thing for v in (*vars(h).values(), *getattr(h, "_modules", {}).values()))), None)
                found.append(_Found(path, name, [], thing if isinstance(thing, torch.nn.Module) else None, holder, _reader(thing, root)))
                break
    return found


def _mapping_fits(mapping: dict[Any, Any], names: dict[str, Any], tensors: set[int]) -> bool:
    import torch

    held = [k for k in names if isinstance(mapping.get(k), torch.Tensor)]
    wanted = [k for k, p in names.items() if p.requires_grad]
    return bool(held) and set(wanted) <= set(held) and all(mapping[k].shape == names[k].shape for k in held) and not any(id(mapping[k]) in tensors for k in held)


def _reader(thing: Any, root: Any) -> Callable[[], list[tuple[Any, Any]]]:
    import torch

    def read() -> list[tuple[Any, Any]]:
        names = {k: p for k, p in root.named_parameters() if p.requires_grad}
        held = dict(thing.named_parameters()) if isinstance(thing, torch.nn.Module) else thing
        return [(held[k].detach(), p.detach()) for k, p in names.items() if k in held]

    return read


def _values(pairs: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    import torch

    if not pairs:
        return torch.zeros(0), torch.zeros(0)
    return torch.cat([sample(a) for a, _ in pairs]), torch.cat([sample(b) for _, b in pairs])


def _equal(one: Any, other: Any) -> bool:
    import torch

    return one.shape == other.shape and torch.equal(one, other)


def _trained(setup: Setup, found: list[_Found], batches: list[Any], weights: list[list[float]]) -> tuple[list[bool], list[bool]]:
    """(called by the step, computed with outside of gradients) for every copy; `weights` are filled."""
    called = [False] * len(found)
    handles = [f.module.register_forward_pre_hook(_marker(called, k)) for k, f in enumerate(found) if f.module is not None]
    touched = [False] * len(found)
    try:
        for number in range(CALLS):
            before = [_values(f.read())[0] for f in found]
            with _touching(found, touched):
                setup.train_step(batches[number % len(batches)])
            for k, f in enumerate(found):
                after, model = _values(f.read())
                gap = model - before[k]
                if not _equal(after, before[k]) and float(gap.norm()) > 0:
                    weights[k].append(1.0 if _equal(after, model) else min(0.999_999, float((after - before[k]) @ gap) / float(gap @ gap)))
    finally:
        for handle in handles:
            handle.remove()
    return called, touched


def _marker(called: list[bool], k: int) -> Callable[..., None]:
    def mark(*_: Any) -> None:
        called[k] = True

    return mark


def _touching(found: list[_Found], touched: list[bool]) -> Any:
    """A mode that notes when torch computes with a copy's tensors while gradients are off."""
    import torch
    from torch.overrides import TorchFunctionMode

    from nohero.setup.calling import tensors_of

    where = {t.data_ptr(): k for k, f in enumerate(found) for t, _ in f.read()}

    class Touch(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            del types
            if not torch.is_grad_enabled() and getattr(func, "__name__", "") not in ("__get__", "detach", "size", "dim"):
                for tensor in tensors_of((args, kwargs or {})):
                    if tensor.layout == torch.strided and (k := where.get(tensor.data_ptr())) is not None:
                        touched[k] = True
            return func(*args, **(kwargs or {}))

    return Touch()


def _called_in_evaluation(setup: Setup, found: list[_Found]) -> list[bool]:
    called = [False] * len(found)
    if setup.evaluate is not None:
        handles = [f.module.register_forward_pre_hook(_marker(called, k)) for k, f in enumerate(found) if f.module is not None]
        try:
            with setup.apart(data=True):
                run_evaluation(setup)
        finally:
            for handle in handles:
                handle.remove()
    return called


def _buffers(setup: Setup, found: _Found) -> dict[str, tuple[Any, Any]]:
    """Name -> (the copy's, the model's) floating buffers, cloned."""
    if found.module is None:
        return {}
    other = dict(found.module.named_buffers())
    return {k: (other[k].detach().clone(), b.detach().clone()) for k, b in setup.modules[found.name].named_buffers() if k in other and b.is_floating_point()}


def _shadow(setup: Setup, found: _Found, start: tuple[Any, Any], buffers: dict[str, tuple[Any, Any]], weights: list[float], **seen: bool) -> Shadow:
    import torch

    pairs = found.read()
    end, model = _values(pairs)
    now = _buffers(setup, found)
    went = [k for k in buffers if not torch.equal(buffers[k][1], now[k][1])]
    return Shadow(
        path=found.path,
        name=found.name,
        module=found.module is not None,
        own_tensors=sum(a.data_ptr() == b.data_ptr() for a, b in pairs) / max(1, len(pairs)),
        alike_at_start=_equal(*start),
        moved=not _equal(start[0], end),
        alike_at_end=_equal(end, model),
        weights=tuple(weights),
        waits=any(isinstance(v, torch.Tensor | int) and "averaged" in k and float(v) == 0 for k, v in (*_attributes(found.holder),)),
        buffers=len(went),
        buffers_still=sum(torch.equal(buffers[k][0], now[k][0]) for k in went),
        **seen,
    )


def _attributes(holder: Any) -> list[tuple[str, Any]]:
    held = getattr(holder, "__dict__", {})
    return [*held.items(), *held.get("_buffers", {}).items()]
