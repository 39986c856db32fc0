"""Which parts of a batch the user's step takes out and never reads: flags, weights, lengths that were meant to matter."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions
from nohero.setup.calling import tensors_of

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
SAME = frozenset({
    "to", "cuda", "cpu", "float", "double", "half", "long", "int", "bool", "type", "view", "reshape", "view_as", "unsqueeze", "squeeze", "flatten", "clone", "detach",
    "contiguous", "pin_memory", "requires_grad_", "data", "T", "mT", "permute", "transpose", "movedim",
})  # fmt: skip
ASKED = frozenset({"size", "dim", "numel", "nelement", "__len__", "shape", "device", "dtype", "ndim", "is_floating_point", "is_cuda", "requires_grad", "__hash__", "__repr__", "__format__"})


@dataclass(frozen=True, kw_only=True)
class UnreadPart:
    """One tensor of the batch that no function of torch was given."""

    place: str  # "batch[4]" or "batch['done']"
    name: str  # the variable or the key it has; "" where the step gives it none
    flags: bool  # zeros and ones, both
    constant: bool  # one value throughout
    twin: str = ""  # a part of the same shape that is read, and whose name differs in a number or a last letter: x1 and x2


@dataclass(frozen=True, kw_only=True)
class UnreadParts:
    """Those parts, of so many; none of none where the user has no step of their own."""

    parts: tuple[UnreadPart, ...] = ()
    of: int = 0

    @property
    def all(self) -> bool:
        """Whether the step leaves all of the batch aside, as where the loader only counts the updates."""
        return 0 < self.of == len(self.parts)


def measure(setup: Setup) -> UnreadParts:
    """One step with an ear."""
    if setup.step is None:
        return UnreadParts()
    batch = setup.batches(1)[0]
    held = _named(batch, setup.given.step)
    known: dict[int, Any] = {id(t): t for _, _, t in held}  # the tensors themselves are kept: an id alone may be given again
    first = {id(t): id(t) for _, _, t in held}
    read: set[int] = set()

    def told(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        given = [t for t in tensors_of((args, kwargs)) if id(t) in first]
        if not given or name in ASKED:
            return
        if name in SAME and len(given) == 1 and given[0] is (args[0] if args else None):
            known[id(result)], first[id(result)] = result, first[id(given[0])]
        else:
            read.update(first[id(t)] for t in given)

    with setup.apart(), functions(told):
        setup.train_step(batch)
    known_names = {name: t for _, name, t in held if id(t) in read and name}
    return UnreadParts(parts=tuple(_part(place, name, t, known_names) for place, name, t in held if id(t) not in read and t.numel()), of=len(held))


def _part(place: str, name: str, t: Any, others: dict[str, Any]) -> UnreadPart:
    values = t.detach().flatten().unique()
    twin = next((n for n, o in others.items() if o.shape == t.shape and o.dtype == t.dtype and _numbered_alike(n, name)), "")
    return UnreadPart(place=place, name=name, flags=len(values) == 2 and set(values.tolist()) == {0, 1}, constant=len(values) < 2, twin=twin)


def _numbered_alike(one: str, other: str) -> bool:
    """x1 and x2, view_a and view_b, x_i and x_j, img and img2."""
    import re

    plain = [re.sub(r"\d+", "", n) for n in (one, other)]
    return bool(other) and (plain[0] == plain[1] or (len(one) == len(other) > 2 and one[:-1] == other[:-1] and one[-2] in "_-"))


def _named(batch: Any, step: Any) -> list[tuple[str, str, Any]]:
    """(place, name, tensor) of each part of the batch."""
    import torch

    if isinstance(batch, dict):
        return [(f"batch[{key!r}]", str(key), t) for key, t in batch.items() if isinstance(t, torch.Tensor)]
    if not isinstance(batch, tuple | list):
        return []
    names = getattr(batch, "_fields", None) or _unpacked(step, len(batch))
    return [(f"batch[{i}]", names[i] if names else "", t) for i, t in enumerate(batch) if isinstance(t, torch.Tensor)]


def _unpacked(step: Any, parts: int) -> tuple[str, ...]:
    """The names to which the step unpacks what it is given, as in `s, a, r, s2, done = batch`."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(step)))
    except (OSError, TypeError, SyntaxError, IndentationError):
        return ()
    function = next((n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)), None)
    given = {a.arg for a in function.args.args} if function else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in given and isinstance(node.targets[0], ast.Tuple):
            names = [n.id for n in node.targets[0].elts if isinstance(n, ast.Name)]
            if len(names) == parts:
                return tuple(names)
    return ()
