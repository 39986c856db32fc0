"""Changing the data of a healthy set-up: its items as tensors, changed, in a loader like the one that was there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.setup.given import Given


def tensors(source: Any) -> tuple[Any, ...]:
    """All items of a part, one tensor a field, in the data set's order."""
    from torch.utils.data import default_collate

    if isinstance(source, tuple):
        return source
    return tuple(default_collate([source.dataset[i] for i in range(len(source.dataset))]))


def rebuilt(source: Any, fields: tuple[Any, ...]) -> Any:
    """The same kind of source with other items."""
    from torch.utils.data import DataLoader, RandomSampler, TensorDataset

    if isinstance(source, tuple):
        return fields
    return DataLoader(TensorDataset(*fields), batch_size=source.batch_size, shuffle=isinstance(source.sampler, RandomSampler))


def replanted(given: Given, change: Callable[..., tuple[Any, ...]], *parts: str) -> Given:
    """`change(*fields) -> fields` done to the named parts (train alone where none is named); fields are copies."""
    changed = {name: rebuilt(getattr(given, name), change(*(t.clone() for t in tensors(getattr(given, name))))) for name in parts or ("train",)}
    return replace(given, **changed)
