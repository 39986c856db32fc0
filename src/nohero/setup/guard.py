"""Everything a training step may touch, remembered, and put back bit for bit.

Experiments run on the user's own objects, so that closures, aliases and globals behave as they do in the real training. A guard
walks from the objects to all they hold: tensors with data and gradients, attributes and containers, generators, closures and the
globals that functions name. `restore` puts every value back into the object that held it. Random streams are put back as well.
"""

from __future__ import annotations

import os
import random
import sys
import sysconfig
import types
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from nohero.setup.streams import put_back, streams

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_OBJECTS = 300_000  # visited; beyond it the rest is left alone and named
LEAST_BYTES = 2**30  # of copies, where it cannot be told how much memory is free
SHARE = 0.5  # of the free memory: what copies may take
ATOMS = (str, bytes, int, float, bool, complex, type(None), type, types.ModuleType, range, slice)
LEFT_ALONE = ("threading", "logging", "_io", "io", "weakref", "re", "_thread", "concurrent", "multiprocessing", "socket", "asyncio", "pathlib", "enum")
LIBRARY = tuple({sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]})


class Guard:
    """What the objects were when it was made."""

    def __init__(self, *roots: Any) -> None:
        """Remember everything that can be reached from `roots`, and the random streams."""
        self.left_alone: list[str] = []  # what could not be remembered, in words
        self.too_large = False  # numbers are among it, for want of memory: nothing may train
        self._kept: list[Any] = []  # keeps what was visited alive, so that ids stay unique
        self._seen: set[int] = set()
        self._shapes: list[Callable[[], None]] = []  # attributes, containers, cells
        self._values: list[Callable[[], None]] = []  # the numbers in tensors and arrays
        self._bytes, self._room = 0, _room()
        self._waiting: deque[Any] = deque(roots)
        self._walk()
        self._streams = streams()

    def restore(self) -> None:
        """Put everything back."""
        for undo in (*self._shapes, *self._values):
            undo()
        put_back(self._streams)

    def _walk(self) -> None:
        while self._waiting:
            thing = self._waiting.popleft()
            if isinstance(thing, ATOMS) or id(thing) in self._seen:
                continue
            if len(self._seen) > MOST_OBJECTS:
                self.left_alone.append(f"more than {MOST_OBJECTS:,} objects: the rest was not remembered")
                return
            self._seen.add(id(thing))
            self._kept.append(thing)
            self._remember(thing)

    def _remember(self, thing: Any) -> None:
        import numpy as np
        import torch

        if isinstance(thing, torch.Tensor):
            self._tensor(thing)
        elif isinstance(thing, np.ndarray):
            self._array(thing)
        elif isinstance(thing, dict):
            self._dict(thing)
        elif isinstance(thing, list | deque | set | bytearray):
            self._sequence(thing)
        elif isinstance(thing, tuple | frozenset):
            self._waiting.extend(thing)
        elif isinstance(thing, torch.Generator | random.Random | np.random.Generator | np.random.RandomState):
            self._generator(thing)
        elif isinstance(thing, types.FunctionType | types.MethodType | partial):
            self._function(thing)
        elif isinstance(thing, types.BuiltinFunctionType):
            self._waiting.append(thing.__self__)  # `seen.append`: the list is reached through it; a module is an atom
        elif isinstance(thing, types.CellType):
            self._cell(thing)
        else:
            self._object(thing)

    def _tensor(self, tensor: Any) -> None:
        import torch

        own = getattr(tensor, "__dict__", None)
        if own:
            self._waiting.append(own)
        if tensor.layout is not torch.strided or not self._fits(tensor.numel() * tensor.element_size(), "a tensor"):
            return
        try:
            data = tensor.data
            copy = _spare(data)
            data.copy_(copy)  # what cannot be written back is not remembered (expanded, sparse, not yet made)
        except (RuntimeError, ValueError, NotImplementedError):
            return
        leaf, wanted = tensor.is_leaf, tensor.requires_grad
        grad = tensor.grad if leaf else None
        grad_copy = None if grad is None else _spare(grad.detach())

        def undo() -> None:
            if tensor.data_ptr() != data.data_ptr() or tensor.shape != data.shape or tensor.stride() != data.stride() or tensor.dtype != data.dtype:
                tensor.data = data
            data.copy_(copy)
            if leaf and tensor.is_leaf:
                if tensor.requires_grad != wanted:
                    tensor.requires_grad_(wanted)
                if tensor.grad is not grad:
                    tensor.grad = grad
                if grad is not None:
                    with torch.no_grad():
                        grad.data.copy_(grad_copy)

        self._values.append(undo)

    def _array(self, array: Any) -> None:
        if array.dtype.hasobject or not array.flags.writeable or not self._fits(array.nbytes, "an array"):
            return
        copy = array.copy()

        def undo() -> None:
            array[...] = copy

        self._values.append(undo)

    def _dict(self, mapping: dict[Any, Any]) -> None:
        copy = list(mapping.items())

        def undo() -> None:
            if len(mapping) != len(copy) or any(a is not c or b is not d for (a, b), (c, d) in zip(mapping.items(), copy, strict=True)):
                mapping.clear()
                mapping.update(copy)

        self._shapes.append(undo)
        self._waiting.extend(v for _, v in copy)
        self._waiting.extend(k for k, _ in copy if not isinstance(k, ATOMS))

    def _sequence(self, values: Any) -> None:
        copy = list(values)

        def undo() -> None:
            if len(values) != len(copy) or any(a is not b for a, b in zip(values, copy, strict=True)):
                values.clear()
                (values.update if isinstance(values, set) else values.extend)(copy)

        self._shapes.append(undo)
        if not isinstance(values, bytearray):
            self._waiting.extend(copy)

    def _generator(self, stream: Any) -> None:
        import numpy as np
        import torch

        if isinstance(stream, torch.Generator):
            state = stream.get_state()
            self._shapes.append(lambda: (stream.set_state(state), None)[1])
        elif isinstance(stream, random.Random):
            old = stream.getstate()
            self._shapes.append(lambda: stream.setstate(old))
        elif isinstance(stream, np.random.RandomState):
            before = stream.get_state(legacy=False)
            self._shapes.append(lambda: stream.set_state(before))
        else:
            bits, was = stream.bit_generator, stream.bit_generator.state
            self._shapes.append(lambda: setattr(bits, "state", was))

    def _function(self, function: Any) -> None:
        if isinstance(function, partial):
            self._waiting.extend((function.func, function.args, function.keywords))
            return
        if isinstance(function, types.MethodType):
            self._waiting.extend((function.__self__, function.__func__))
            return
        if function.__code__.co_filename.startswith(LIBRARY):
            return
        self._waiting.extend(function.__closure__ or ())
        self._waiting.extend(function.__defaults__ or ())
        self._waiting.append(function.__dict__)
        self._globals(function)

    def _cell(self, cell: types.CellType) -> None:
        try:
            held = cell.cell_contents
        except ValueError:  # not filled yet
            return

        def undo() -> None:
            cell.cell_contents = held

        self._shapes.append(undo)
        self._waiting.append(held)

    def _globals(self, function: types.FunctionType) -> None:
        """The globals that the function names: their values, and what they are bound to."""
        space, missing = function.__globals__, object()
        for name in _names(function.__code__):
            held = space.get(name, missing)
            if isinstance(held, type | types.ModuleType):
                continue

            def undo(name: str = name, held: Any = held) -> None:
                if held is missing:
                    space.pop(name, None)
                elif space.get(name, missing) is not held:
                    space[name] = held

            if held is not missing or name in _stored(function.__code__):
                self._shapes.append(undo)
            if held is not missing:
                self._waiting.append(held)

    def _object(self, thing: Any) -> None:
        kind = type(thing)
        if kind.__module__.split(".")[0] in LEFT_ALONE or isinstance(thing, types.CodeType | types.FrameType | types.GeneratorType):
            return
        own = getattr(thing, "__dict__", None)
        if isinstance(own, dict):
            self._waiting.append(own)
        for name in {slot for c in kind.__mro__ for slot in _slots(c)}:
            self._slot(thing, name)
        for cls in kind.__mro__:
            if _users(cls):
                self._waiting.extend(f for f in vars(cls).values() if isinstance(f, types.FunctionType))
                self._waiting.extend(v for v in vars(cls).values() if isinstance(v, list | dict | set | deque))

    def _slot(self, thing: Any, name: str) -> None:
        try:
            held = getattr(thing, name)
        except AttributeError:
            return

        def undo() -> None:
            if getattr(thing, name, None) is not held:
                setattr(thing, name, held)

        self._shapes.append(undo)
        self._waiting.append(held)

    def _fits(self, size: int, what: str) -> bool:
        self._bytes += size
        if self._bytes > self._room:
            self._bytes -= size
            self.too_large = True
            self.left_alone.append(f"{what} of {size / 2**20:.0f} MB: more than {self._room / 2**30:.1f} GB of copies, half of the free memory, was not taken")
            return False
        return True


def _room() -> int:
    """Bytes that copies may take."""
    try:
        return max(LEAST_BYTES, int(SHARE * os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")))
    except (AttributeError, ValueError, OSError):  # not told on this system
        return LEAST_BYTES


def _spare(tensor: Any) -> Any:
    """A copy: beside the tensor, or in the host's memory where its device has no room."""
    import torch

    if tensor.device.type == "cuda" and tensor.numel() * tensor.element_size() > SHARE * torch.cuda.mem_get_info(tensor.device)[0]:
        return tensor.cpu()
    return tensor.clone()


def _users(kind: type) -> bool:
    """Whether a class was written by the user: neither built in, nor of an installed package."""
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    return kind.__module__ == "__main__" or (file is not None and not file.startswith(LIBRARY))


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ()) if _users(kind) else ()
    return tuple(s for s in ((slots,) if isinstance(slots, str) else slots) if s not in ("__dict__", "__weakref__"))


def _names(code: types.CodeType) -> set[str]:
    """Every name the code, or code inside it, may look up."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names(constant)
    return found


def _stored(code: types.CodeType) -> set[str]:
    """Names the code binds globally."""
    import dis

    found = {i.argval for i in dis.get_instructions(code) if i.opname == "STORE_GLOBAL"}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _stored(constant)
    return found
