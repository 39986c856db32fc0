"""Whether the sampler of a loader mixes the items in the same way in each epoch, and by which of its numbers it would mix them otherwise."""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.source import Source

INDICES = 20_000  # drawn from a sampler
LEAST = 20  # items
STEPS = 0.5  # of the neighbours, that may follow one another in the data set: more is no mixing


def repeated_order(source: Source) -> dict[str, Any]:
    """`order` and `told_epoch`, as in LoaderReading; nothing where two epochs differ or the items are not mixed."""
    from torch.utils.data import RandomSampler, SequentialSampler

    loader = source.given
    batches = getattr(loader, "batch_sampler", None) if source.is_dataloader else None
    if batches is None or isinstance(getattr(batches, "sampler", None), RandomSampler | SequentialSampler):
        return {}
    first, second = _drawn(batches), _drawn(batches)
    if first != second or len(first) < LEAST or len(set(first)) < len(first) or not _mixed(first):
        return {}
    sampler = getattr(batches, "sampler", None)
    holders = [h for h in (batches, sampler) if h is not None]
    named = [name for holder in holders for name in _numbers(holder) if _mixes_by(batches, holder, name, first)]
    return {"order": f"by {named[0]}" if named else "fixed", "told_epoch": any(callable(getattr(h, "set_epoch", None)) for h in holders)}


def _drawn(batches: Any) -> list[int]:
    try:
        return list(islice((int(i) for batch in batches for i in batch), INDICES))
    except (TypeError, ValueError):
        return []


def _mixed(order: list[int]) -> bool:
    """Whether it is neither the order of the data set nor its reverse nor in long stretches."""
    return sum(abs(a - b) == 1 for a, b in pairwise(order)) < STEPS * (len(order) - 1)


def _numbers(holder: Any) -> list[str]:
    """Names of its attributes that may be a seed or the number of an epoch."""
    return [name for name, value in vars(holder).items() if isinstance(value, int) and not isinstance(value, bool) and re.search("seed|epoch", name)]


def _mixes_by(batches: Any, holder: Any, name: str, order: list[int]) -> bool:
    """Whether with another number the same items come in another order, and again in this one with the number as it was."""
    was = getattr(holder, name)
    try:
        setattr(holder, name, was + 1)
    except Exception:  # noqa: BLE001 (a sampler that takes no other number)
        return False
    try:
        other = _drawn(batches)
    except Exception:  # noqa: BLE001 (or draws nothing by it)
        other = []
    finally:
        setattr(holder, name, was)
    return len(other) == len(order) and other != order and set(other) == set(order) and _mixed(other) and _drawn(batches) == order
