"""Watching a forward pass: in which module the run is, and which torch functions are executed on what."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

OWN = ("nohero", "torch", "functools", "contextlib")  # modules whose frames are not the user's
Told = Callable[[str, tuple[Any, ...], dict[str, Any], Any], None]  # function's name, its arguments, its result


@contextmanager
def place(modules: Mapping[str, Any]) -> Iterator[list[str]]:
    """The names of the modules that are running, outermost first; the list changes as the run goes on."""
    stack: list[str] = []
    handles = []

    def enter(name: str) -> Callable[..., None]:
        return lambda *_: stack.append(name)

    def leave(*_: Any) -> None:
        if stack:
            stack.pop()

    for name, module in modules.items():
        handles.append(module.register_forward_pre_hook(enter(name)))
        handles.append(module.register_forward_hook(leave, always_call=True))
    try:
        yield stack
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def functions(told: Told) -> Iterator[None]:
    """Tell of every torch function that the user's code or a layer executes; what happens inside such a function is not told."""
    from torch.overrides import TorchFunctionMode

    class Ear(TorchFunctionMode):  # type: ignore[misc,unused-ignore]
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            given = kwargs or {}
            result = function(*args, **given)
            told(name_of(function), args, given, result)
            return result

    with Ear():
        yield


def name_of(function: Any) -> str:
    """A torch function's plain name; an attribute's, where an attribute is read."""
    name = getattr(function, "__name__", "")
    if name in ("__get__", "__set__"):
        owner = getattr(getattr(function, "__self__", None), "__name__", "")
        return str(owner) if name == "__get__" else f"{owner} ="
    return str(name)


def among(value: Any, known: Iterable[Any]) -> bool:
    """Whether it is one of these very tensors; they are kept while they are listened for, as an id alone may be given again."""
    return any(value is k for k in known)


def users_line() -> str:
    """The innermost line of the user's code that is being executed; "" where a layer of torch's is called by none of it."""
    frame: FrameType | None = sys._getframe(1)
    left_ears = False
    while frame is not None:
        package = frame.f_globals.get("__name__", "").split(".")[0]
        if package not in OWN:
            return f"{frame.f_code.co_name}, line {frame.f_lineno} of {frame.f_code.co_filename.rsplit('/', 1)[-1]}"
        if package == "nohero" and left_ears:
            return ""  # what lies beyond is the line that called us
        left_ears = left_ears or package == "torch"
        frame = frame.f_back
    return ""
