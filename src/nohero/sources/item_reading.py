"""How the items of a data set that a program holds came: of which form each was, and whether some of them come again when they are read again."""

from __future__ import annotations

import contextlib
import random
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

AGAIN = 16  # items of a part that are read a second time
LARGEST = 16_000_000  # bytes of an item that is copied to be compared
SAME, OTHER, CHANGED, SHARED = "same", "other", "changed", "shared"
ATOL, RTOL = 1e-6, 1e-5  # of numbers that are the same: a sum in another order


@dataclass(frozen=True, kw_only=True)
class PartReading:
    """One part."""

    name: str
    forms: tuple[tuple[str, tuple[tuple[str, int], ...], tuple[tuple[str, str], ...]], ...]  # field, (form, items) commonest first, (item, form) of the rare forms
    again: tuple[tuple[str, str], ...] = ()  # item, and how it came the second time


@dataclass
class Observed:
    """What is noted while the items of a part are read."""

    forms: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # field, form, items
    first: dict[int, dict[str, Any]] = field(default_factory=dict)  # copies
    held: dict[int, dict[str, Any]] = field(default_factory=dict)  # what the data set gave, which it may write to again
    every: int = 0  # of the items that are read, this one and so on is read again; none at 0
    count: int = 0

    def note(self, number: int, values: dict[str, Any]) -> None:
        """The forms of an item, and a copy of some of them."""
        for name, value in values.items():
            if value is not None:
                self.forms.setdefault(name, {}).setdefault(form_of(value), []).append(f"item {number}")
        self.count += 1
        if self.every and self.count % self.every == 0 and sum(v.nbytes for v in values.values() if isinstance(v, np.ndarray)) <= LARGEST:
            self.first[number], self.held[number] = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in values.items()}, values


def form_of(value: Any) -> str:
    """`float32 [3, 8]`, `int`, `str`; pictures and lists without their sizes."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {list(value.shape)}"
    return "a picture" if hasattr(value, "convert") and hasattr(value, "size") else type(value).__name__


def observed(thing: Any, most: int) -> Observed:
    """For the items of this set, of which at most so many are read; those without a length are not read again."""
    size = len(thing) if hasattr(thing, "__getitem__") and hasattr(thing, "__len__") else 0
    return Observed(every=-(-min(size, most) // AGAIN))


def read_again(seen: Observed, name: str, thing: Any, fields: Any) -> PartReading:
    """Some items a second time; where reading changes what was read before, the first values are put back."""
    again = []
    with streams_as_found():
        for number, first in seen.first.items():
            if not _same(first, seen.held[number]):
                again.append((number, SHARED))
                continue
            try:
                second = fields(thing[number])
            except Exception:  # noqa: BLE001, S112 (the user's own code may raise anything; unreadable items are named by the first reading)
                continue
            again.append((number, CHANGED if not _same(first, seen.held[number]) else SAME if _same(first, second) else OTHER))
    for number, how in again:
        if how == CHANGED:
            for key, value in seen.held[number].items():
                if isinstance(value, np.ndarray) and value.flags.writeable:
                    value[...] = seen.first[number][key]
    forms = []
    for field_name, kinds in seen.forms.items():
        order = sorted(kinds, key=lambda k: -len(kinds[k]))
        rare = tuple((item, kind) for kind in order[1:] for item in kinds[kind])
        forms.append((field_name, tuple((k, len(kinds[k])) for k in order), rare))
    return PartReading(name=name, forms=tuple(forms), again=tuple((f"item {n}", how) for n, how in again))


def _same(one: dict[str, Any], two: dict[str, Any]) -> bool:
    return one.keys() == two.keys() and all(_equal(one[k], two[k]) for k in one)


def _equal(one: Any, two: Any) -> bool:
    if hasattr(one, "convert") and hasattr(one, "size"):
        return hasattr(two, "convert") and one.size == two.size and one.tobytes() == two.tobytes()
    try:
        a, b = np.asarray(one), np.asarray(two)
    except ValueError:  # lists of several lengths
        return bool(one == two)
    if a.shape != b.shape:
        return False
    return bool(np.allclose(a, b, rtol=RTOL, atol=ATOL, equal_nan=True)) if a.dtype.kind in "fc" and b.dtype.kind in "fc" else bool(np.array_equal(a, b))


@contextlib.contextmanager
def streams_as_found() -> Iterator[None]:
    """The random streams of Python, numpy and torch are as they were, afterwards."""
    torch = sys.modules.get("torch")
    state, numbers = random.getstate(), np.random.get_state()  # noqa: NPY002 (the user's own code may draw from it)
    tensors = None if torch is None else torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(state)
        np.random.set_state(numbers)  # noqa: NPY002
        if torch is not None and tensors is not None:
            torch.set_rng_state(tensors)
