"""The assertion that parts of a data set share nothing: loaders, data sets, frames, files and folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nohero.run.errors import UsageError

SHOWN = 8
ASIDE = ("part", "file", "split")  # fields that say where a row comes from
Groups = str | int | Callable[[Any], Any] | None


@dataclass(frozen=True, kw_only=True)
class Side:
    """One part: each item's name, what it is equal by, and its group."""

    names: Sequence[Any]
    prints: tuple[Hashable, ...]  # None is equal to nothing
    groups: tuple[Any, ...] = ()


def assert_no_leak(train: Any, *others: Any, groups: Groups = None, target: str | None = None) -> None:
    """Fail where an item of one of `others` (val, test) also stands in `train`: the same inputs, bit for bit; the items are named.

    Each side is a loader, a torch data set, a tuple of tensors or a list of batches; or the name of a file or folder, a data frame or a Hugging
    Face data set, of which rows are compared in the fields that all have, the label (`target`) and fields that number the rows left aside, and
    pictures and sounds by their bytes. With `groups` (a key of dict items, a field, a place in tuple items, or a function of an item) no group may
    stand on both sides. Raises AssertionError, and UsageError where the sides cannot be compared.
    """
    given = (train, *others)
    held = [_is_collection(part) for part in given]
    if any(held) and not all(held):
        raise UsageError("collections and loaders were handed over together", expected="sides of one kind", mend="hand over files, folders or frames, or loaders and data sets")
    first, *rest = _of_collections(given, groups, target) if all(held) else [_of_items(i, part, groups) for i, part in enumerate(given)]
    place = {p: name for name, p in zip(first.names[::-1], first.prints[::-1], strict=True) if p is not None}
    for number, side in enumerate(rest, start=1):
        shared = [(name, place[p]) for name, p in zip(side.names, side.prints, strict=True) if p in place]
        if shared:
            named = ", ".join(f"{one} = {other}" for one, other in shared[:SHOWN])
            raise AssertionError(f"{len(shared)} items of part {number} stand in the training part as well: {named}{' ...' if len(shared) > SHOWN else ''}; leave the copies out, or split by item")
        straddling = sorted({str(g) for g in side.groups} & {str(g) for g in first.groups})
        if straddling:
            raise AssertionError(f"{len(straddling)} groups stand in part {number} and in the training part: {', '.join(straddling[:SHOWN])}; split by group")


def _is_collection(part: Any) -> bool:
    """What is compared as an audit reads it: names, data frames, data sets with named fields."""
    from nohero.sources.anything import is_named

    return is_named(part) or (hasattr(part, "columns") and hasattr(part, "shape")) or isinstance(getattr(part, "features", None), dict)


def _of_collections(given: tuple[Any, ...], groups: Groups, target: str | None) -> list[Side]:
    from nohero.sources.anything import open_anything
    from nohero.sources.sameness import keys_of, row_keys

    opened = [open_anything(part, target=target, group=groups if isinstance(groups, str) else None) for part in given]
    if callable(groups) or isinstance(groups, int):
        raise UsageError("the groups of a collection are a field", expected="its name", mend='groups="patient"')
    if len({c.kind for c in opened}) > 1:
        raise UsageError(f"the sides hold {', '.join(f'{c.kind}s' for c in opened)}", expected="sides of one kind", mend="compare like with like")
    if any(c.whole is not None for c in opened):
        raise UsageError("a side is larger than the memory holds", expected="tables that fit", mend='nohero.audit("train.csv", "test.csv")["shared-rows"] counts the rows of both on disk')
    rows = opened[0].kind == "row" and all(c.texts is None or c.beside for c in opened)
    keys = row_keys([c.frame.drop({c.label, c.split, *ASIDE} & set(c.frame.columns)) for c in opened]) if rows else [keys_of(c) for c in opened]
    return [Side(names=c.items, prints=tuple(k), groups=tuple(c.frame[c.group].drop_nulls().to_list()) if c.group else ()) for c, k in zip(opened, keys, strict=True)]


def _of_items(number: int, part: Any, groups: Groups) -> Side:
    from nohero.setup.source import Source

    prints, found = [], []
    for item in _items(Source(f"part {number}", part)):
        prints.append(_print(item))
        if groups is not None:
            found.append(_group(item, groups))
    return Side(names=tuple(range(len(prints))), prints=tuple(prints), groups=tuple(found))


def _items(side: Any) -> Iterator[Any]:
    """Items one by one: of a data set, else of the batches taken apart."""
    from nohero.setup.calling import mapped, tensors_of

    if side.items is not None:
        yield from (side.items[i] for i in range(len(side.items)))
        return
    for batch in side:
        size = next((len(t) for t in tensors_of(batch) if t.ndim), 0)
        for i in range(size):
            yield mapped(batch, lambda t, i=i: t[i] if t.ndim else t)


def _print(item: Any) -> bytes:
    """A hash of an item's inputs: all but the last tensor, which is the target, where there are several."""
    from nohero.setup.calling import TARGETS, tensors_of

    held = {k: v for k, v in item.items() if k not in TARGETS} if isinstance(item, dict) else item
    tensors = list(tensors_of(held))
    if not isinstance(item, dict) and len(tensors) > 1:
        tensors = tensors[:-1]
    digest = hashlib.blake2b(digest_size=16)
    inputs = held[0] if isinstance(held, tuple | list) and held else held
    values: list[Any] = list(inputs.values()) if isinstance(inputs, dict) else [inputs]
    others = [v for v in values if hasattr(v, "convert") or isinstance(v, str | bytes)]
    for tensor in tensors if not others or isinstance(item, dict) else ():
        digest.update(repr((tuple(tensor.shape), str(tensor.dtype))).encode() + np.ascontiguousarray(tensor.detach().cpu().double().numpy()).tobytes())
    for value in others:  # pictures and texts
        digest.update(np.ascontiguousarray(value).tobytes() + repr((value.size, value.mode)).encode() if hasattr(value, "convert") else repr(value).encode())
    if not tensors and not others:
        digest.update(repr(inputs).encode())
    return digest.digest()


def _group(item: Any, groups: Any) -> Any:
    found = groups(item) if callable(groups) else item[groups]
    return found.item() if hasattr(found, "item") else found
