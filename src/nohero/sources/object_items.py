"""Items of a data set that a program holds, one by one: what each is made of, and which could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from nohero.data.raw import Unusable
from nohero.run.errors import UsageError
from nohero.sources.item_reading import PartReading, observed, read_again
from nohero.sources.object_columns import INPUT, LABEL, WIDEST, as_numpy, by_part, columns_of, is_array, is_frame, refuse_pair_as_parts
from nohero.sources.table import part_of

MOST = 50_000  # items of one part
MOST_BYTES = 1_000_000_000  # of their arrays and pictures
PARTS = {1: ("",), 2: ("train", "test"), 3: ("train", "val", "test")}


@dataclass
class Part:
    """The items of one part, field by field."""

    name: str
    thing: Any
    items: list[str] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)  # lists, one entry an item
    unusable: list[Unusable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reading: PartReading | None = None  # where the items came one by one

    def __len__(self) -> int:
        """How many items were read."""
        return len(self.items)

    def add(self, name: str, values: dict[str, Any]) -> None:
        """One item more; what it lacks is None."""
        for key in [k for k in values if k not in self.columns]:
            self.columns[key] = [None] * len(self.items)
        for key, column in self.columns.items():
            column.append(values.get(key))
        self.items.append(name)


def parts_of(given: Sequence[Any]) -> list[tuple[str, Any]]:
    """(name, what it holds) of each part."""
    if len(given) == 1 and isinstance(given[0], dict):
        values = by_part(given[0])
        if values and (all(part_of(str(k)) for k in values) or all(_is_set(v) for v in values.values())):
            return [(str(k), v) for k, v in values.items()]
    if len(given) > 3:
        raise UsageError(f"{len(given)} objects were handed over", expected="one set, or train and test, or train, val and test", mend='hand over a dict: nohero.audit({"train": a, "extra": b})')
    refuse_pair_as_parts(given)
    return list(zip(PARTS[len(given)], given, strict=True))


def _is_set(value: Any) -> bool:
    return hasattr(value, "__getitem__") and hasattr(value, "__len__") and not isinstance(value, list | tuple | str | np.ndarray) and not hasattr(value, "dtype")


def read_part(name: str, thing: Any, *, seed: int, alone: bool) -> Part:
    """As many items as memory allows; of a longer set they are drawn evenly, of one without a length they are the first."""
    loader = hasattr(thing, "dataset") and hasattr(thing, "collate_fn")
    thing = thing.dataset if loader else thing
    part = Part(name=name, thing=thing, notes=["the items are those of the loader's data set, before it makes batches of them"] if loader else [])
    columns, said = columns_of(thing)
    part.notes += [f"{name}: {n}" if not alone else n for n in said]
    if columns is not None:
        lengths = {len(v) for v in columns.values()}
        if len(lengths) > 1:
            raise UsageError(f"the columns have {min(lengths):,} to {max(lengths):,} entries", expected="as many in each", mend="hand over arrays of one length")
        part.columns, part.items = columns, [f"{'row' if is_frame(thing) else 'item'} {i}" for i in range(*((1, lengths.pop() + 1) if is_frame(thing) else (0, lengths.pop())))]
        return part
    where = "" if alone else f"{name}: "
    held, seen = 0, observed(thing, MOST)
    for number, item in _drawn(thing, part, seed, where):
        try:
            whole = _named(item)
            values = _fields(whole)
        except (TypeError, ValueError, RuntimeError) as error:
            part.unusable.append(Unusable(where=f"item {number}", reason=f"{type(error).__name__}: {str(error)[:120]}"))
            continue
        seen.note(number, whole)
        held += sum(v.nbytes if isinstance(v, np.ndarray) else 4 * v.size[0] * v.size[1] if hasattr(v, "convert") else 64 for v in values.values())
        part.add(f"item {number}", values)
        if held > MOST_BYTES:
            part.notes.append(f"{where}reading ended after {len(part):,} items, which fill {held / 1e9:.1f} GB")
            break
    part.reading = read_again(seen, name, thing, _named)
    return part


def _drawn(thing: Any, part: Part, seed: int, where: str) -> Iterable[tuple[int, Any]]:
    """(number, item); an item that raises is set aside."""
    if hasattr(thing, "__getitem__") and hasattr(thing, "__len__"):
        size = len(thing)
        numbers = range(size) if size <= MOST else np.sort(np.random.default_rng(seed).choice(size, MOST, replace=False)).tolist()
        if size > MOST:
            part.notes.append(f"{where}measured on {MOST:,} of {size:,} items, drawn evenly")
        for number in numbers:
            try:
                item = thing[number]
            except Exception as error:  # noqa: BLE001 (the user's own code may raise anything; the item is named with it)
                part.unusable.append(Unusable(where=f"item {number}", reason=f"{type(error).__name__}: {str(error)[:120]}"))
                continue
            yield number, item
        return
    if not isinstance(thing, Iterable):
        raise UsageError(f"a {type(thing).__name__} holds no items", expected="something with items: __len__ and __getitem__, or __iter__", mend="hand over the data set itself")
    number = -1
    try:
        for number, item in enumerate(islice(thing, MOST)):
            yield number, item
    except Exception as error:  # noqa: BLE001 (as above)
        part.unusable.append(Unusable(where=f"item {number + 1}", reason=f"{type(error).__name__}: {str(error)[:120]}; no item behind it is read"))
    if not hasattr(thing, "__len__"):
        part.notes.append(f"{where}a set without a length: at most the first {MOST:,} items are read")


def _named(item: Any) -> dict[str, Any]:
    """What one item is made of, by name; tensors as arrays."""
    if isinstance(item, dict):
        named = {str(k): v for k, v in item.items()}
    elif isinstance(item, tuple) and hasattr(item, "_fields"):
        named = dict(zip(item._fields, item, strict=True))
    elif isinstance(item, tuple | list):
        named = {(INPUT, LABEL)[i] if i < 2 else f"field {i}": v for i, v in enumerate(item)}
    else:
        named = {INPUT: item}
    return {name: as_numpy(value) for name, value in named.items()}


def _fields(named: dict[str, Any]) -> dict[str, Any]:
    """The same with single numbers as such, and with a short vector as a field a number."""
    found: dict[str, Any] = {}
    for name, value in named.items():
        plain = value
        if is_array(plain) and plain.ndim == 0:
            plain = plain.item()
        if isinstance(plain, np.ndarray) and plain.ndim == 1 and 1 <= len(plain) <= WIDEST:
            found.update({f"{name}{j}" if len(plain) > 1 else name: v for j, v in enumerate(plain.tolist())})
        else:
            found[name] = plain
    return found


def labelled_by(thing: Any, name: str) -> list[str] | None:
    """The names of the classes that a field numbers: Hugging Face's ClassLabel, torchvision's `classes`; through subsets."""
    features = getattr(thing, "features", None)
    if isinstance(features, dict) and isinstance(found := getattr(features.get(name), "names", None), list):
        return [str(n) for n in found]
    classes = getattr(thing, "classes", None)
    if name == LABEL and isinstance(classes, list | tuple) and all(isinstance(c, str) for c in classes) and len(classes) > 1:
        return list(classes)
    beneath = getattr(thing, "dataset", None)
    return labelled_by(beneath, name) if beneath is not None and beneath is not thing else None
