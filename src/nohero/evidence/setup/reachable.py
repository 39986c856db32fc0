"""What the user's step and evaluation can reach: modules, mappings of tensors and kept values in closures, globals and attributes."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Any

from nohero.setup.guard import ATOMS, LEFT_ALONE, LIBRARY, _names

MOST = 20_000  # objects visited
LONG = 2_000  # items of a container that are looked at


def reachable(*roots: Any) -> Iterator[tuple[str, Any]]:
    """(a path in words, the object), nearest first; optimizers, loaders and data sets are not entered."""
    waiting: deque[tuple[str, Any]] = deque((name, root) for root, name in zip(roots, ("step", "evaluate", "more"), strict=False) if root is not None)
    seen: set[int] = set()
    while waiting and len(seen) < MOST:
        path, thing = waiting.popleft()
        if isinstance(thing, ATOMS) or id(thing) in seen or _closed(thing):
            continue
        seen.add(id(thing))
        yield path, thing
        waiting.extend((f"{path}.{name}" if name else path, part) for name, part in _parts(thing))


def _closed(thing: Any) -> bool:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler
    from torch.utils.data import DataLoader, Dataset

    return isinstance(thing, Optimizer | LRScheduler | DataLoader | Dataset) or type(thing).__module__.split(".")[0] in LEFT_ALONE


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:
    import torch

    if isinstance(thing, torch.Tensor):
        return
    if isinstance(thing, dict):
        yield from ((str(k), v) for k, v in list(thing.items())[:LONG])
    elif isinstance(thing, list | tuple | set | deque):
        yield from (("", v) for v in list(thing)[:LONG])
    elif isinstance(thing, partial):
        yield from (("", v) for v in (thing.func, *thing.args, *thing.keywords.values()))
    elif isinstance(thing, types.MethodType):
        yield from (("", thing.__self__), ("", thing.__func__))
    elif isinstance(thing, types.BuiltinFunctionType):
        yield "", thing.__self__
    elif isinstance(thing, types.FunctionType):
        yield from _of_function(thing)
    elif isinstance(thing, torch.nn.Module):
        yield from ((k, v) for k, v in vars(thing).items() if not k.startswith("_") or k == "_modules")
        yield from _of_class(type(thing))
    elif isinstance(own := getattr(thing, "__dict__", None), dict):
        yield from own.items()
        yield from _of_class(type(thing))


def _of_function(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    if function.__code__.co_filename.startswith(LIBRARY):
        return
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not filled yet
            continue
    yield from (("", v) for v in function.__defaults__ or ())
    yield from vars(function).items()
    for name in _names(function.__code__):
        held = function.__globals__.get(name)
        if held is not None and not isinstance(held, type | types.ModuleType):
            yield name, held


def _of_class(kind: type) -> Iterator[tuple[str, Any]]:
    """The functions of a user's own class, for the globals they name."""
    for held in vars(kind).values():
        if isinstance(held, types.FunctionType) and not held.__code__.co_filename.startswith(LIBRARY):
            yield "", held
