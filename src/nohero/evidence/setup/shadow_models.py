"""Averaged copies of the model that the step or the evaluation reaches: do they follow the model, weights and running statistics?"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 12
TAKEN = 6  # training steps
MOST = 2_000  # objects looked at


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """One module with the model's parameter shapes."""

    name: str
    moved: bool  # any parameter, in the steps
    statistics_moved: bool  # any running statistic; true where it has none
    equal: bool  # equals the model after the steps
    evaluated: bool  # reached from the evaluation
    from_step: bool


@dataclass(frozen=True, kw_only=True)
class ShadowModels:
    """All that were found."""

    shadows: tuple[Shadow, ...]
    model_moved: bool
    statistics_moved: bool  # of the model
    steps: int


def measure(setup: Setup) -> ShadowModels:
    """Take a few of the user's steps and look at the copies before and after."""
    import torch

    if setup.step is None or len(setup.modules) != 1:
        raise Unmeasurable("no step of one model was handed over")
    model = setup.single
    by_step, by_evaluation = _reached(setup.given.step, model), _reached(setup.given.evaluate, model)
    names = {**by_evaluation, **by_step}
    with setup.apart():
        before = {n: _state(m) for n, m in {**names, "": model}.items()}
        batches = setup.batches(4)
        for number in range(TAKEN):
            setup.train_step(batches[number % len(batches)])
        moved = {n: _moved(before[n], _state(m)) for n, m in {**names, "": model}.items()}
        equal = {n: all(torch.equal(a, b) for a, b in zip(m.parameters(), model.parameters(), strict=True)) for n, m in names.items()}
    found = tuple(
        Shadow(name=n, moved=moved[n][0], statistics_moved=moved[n][1], equal=equal[n], evaluated=n in by_evaluation, from_step=n in by_step) for n in names
    )
    return ShadowModels(shadows=found, model_moved=moved[""][0], statistics_moved=moved[""][1] and any(_running(k) for k in before[""]), steps=TAKEN)


def _reached(function: Any, model: Any) -> dict[str, Any]:
    """Modules in the function's closure, globals and attributes whose parameters have the model's shapes, by name."""
    import torch

    shapes = [p.shape for p in model.parameters()]
    found: dict[str, Any] = {}
    seen: set[int] = set()
    waiting = list(_names(function))
    while waiting and len(seen) < MOST:
        name, value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, torch.nn.Module):
            if value is not model and shapes and [p.shape for p in value.parameters()] == shapes:
                found[name] = value
        elif isinstance(value, dict):
            waiting += [(f"{name}[{k!r}]", v) for k, v in list(value.items())[:50]]
        elif isinstance(value, list | tuple):
            waiting += [(f"{name}[{i}]", v) for i, v in enumerate(value[:50])]
        elif isinstance(value, types.FunctionType | types.MethodType):
            waiting += list(_names(value))
        elif type(value).__module__.split(".")[0] not in ("torch", "builtins", "numpy") and hasattr(value, "__dict__") and not isinstance(value, type | types.ModuleType):
            waiting += [(f"{name}.{k}", v) for k, v in vars(value).items()]
    return found


def _names(function: Any) -> list[tuple[str, Any]]:
    if function is None:
        return []
    if isinstance(function, types.MethodType):
        return [("self", function.__self__), *_names(function.__func__)]
    if not isinstance(function, types.FunctionType):
        return [(type(function).__name__.lower(), function), *_names(getattr(type(function), "__call__", None))]
    code, held = function.__code__, []
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
        try:
            held.append((name, cell.cell_contents))
        except ValueError:  # not filled yet
            continue
    return held + [(n, function.__globals__[n]) for n in code.co_names if n in function.__globals__ and not isinstance(function.__globals__[n], type | types.ModuleType)]


def _state(module: Any) -> dict[str, Any]:
    return {k: v.detach().clone() for k, v in (*module.named_parameters(), *module.named_buffers())}


def _running(name: str) -> bool:
    return name.rsplit(".", 1)[-1].startswith("running")


def _moved(before: dict[str, Any], after: dict[str, Any]) -> tuple[bool, bool]:
    """(any parameter, any running statistic; true where there is none)."""
    import torch

    changed = {k for k in before if k in after and not torch.equal(before[k], after[k])}
    running = [k for k in before if _running(k)]
    return any(not _running(k) and not k.endswith(("num_batches_tracked", "n_averaged")) for k in changed), not running or any(k in changed for k in running)
