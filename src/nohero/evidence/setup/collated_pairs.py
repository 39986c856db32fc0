"""Whether the loader's collate function keeps inputs and targets of an item together: its rows are looked up among the items it was given."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import mapped, tensors_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 0
BATCHES = 3
CLOSE = 1e-6  # of a target, or of 1: float32 holds it no nearer
LEAST = 4  # numbers of an item's input, so that it is known again


@dataclass(frozen=True, kw_only=True)
class CollatedPairs:
    """Rows of a few batches whose item is known by its input and has a target of its own."""

    rows: int
    apart: int  # of these, with the target of another item
    moved: int  # of these, at another place than the loader asked for


def measure(setup: Setup) -> CollatedPairs:
    """Collate items of a map-style data set, as the loader would."""
    loader, items = setup.train.given, setup.train.items
    if not setup.train.is_dataloader or items is None or getattr(loader, "batch_sampler", None) is None:
        raise Unmeasurable("train is no loader over a data set with numbered items")
    rows = apart = moved = 0
    with setup.apart(data=True):
        for places in islice(iter(loader.batch_sampler), BATCHES):
            chosen = [mapped(items[i], lambda t: t.clone()) for i in places]
            again = [items[i] for i in places]
            if any(not _same(a, b) for a, b in zip(chosen, again, strict=True)):
                raise Unmeasurable("items change from reading to reading")
            specimen = setup.specimen_of(loader.collate_fn(list(chosen)))
            found = _pairs(specimen, chosen)
            rows, apart, moved = rows + len(found), apart + sum(wrong for wrong, _ in found), moved + sum(m for _, m in found)
    return CollatedPairs(rows=rows, apart=apart, moved=moved)


def _same(one: Any, other: Any) -> bool:
    import torch

    a, b = list(tensors_of(one)), list(tensors_of(other))
    return len(a) == len(b) and all(x.shape == y.shape and torch.equal(x, y) for x, y in zip(a, b, strict=True))


def _pairs(specimen: Any, items: list[Any]) -> list[tuple[bool, bool]]:
    """(has another item's target, stands at another place) for every row that is known."""
    import torch

    inputs = [next((t for t in tensors_of(item) if t.numel() >= LEAST), None) for item in items]
    main, y = specimen.main, specimen.target
    if main is None or not isinstance(y, torch.Tensor) or y.ndim != 1 or len(y) != len(items) or main.shape[0] != len(items) or any(t is None for t in inputs):
        return []
    targets = _targets(items, y)
    found = []
    for row in range(len(items) if targets else 0):
        here = [i for i, x in enumerate(inputs) if _starts_with(main[row], x)]
        if len(here) == 1:
            found.append((abs(float(y[row]) - targets[here[0]]) > CLOSE * max(1.0, abs(targets[here[0]])), here[0] != row))
    return found


def _targets(items: list[Any], y: Any) -> list[float]:
    """The number of each item that the batch's targets are made of: the last place of the items at which they have the same numbers, in whatever order; empty where there is none."""
    wanted = sorted(float(v) for v in y)
    places = range(min((len(i) if isinstance(i, tuple | list) else 0 for i in items), default=0))
    for place in reversed(places):
        try:
            numbers = [float(item[place]) for item in items]
        except (TypeError, ValueError, RuntimeError):
            continue
        if all(abs(a - b) <= CLOSE * max(1.0, abs(b)) for a, b in zip(wanted, sorted(numbers), strict=True)):
            return numbers
    return []


def _starts_with(row: Any, item: Any) -> bool:
    """Whether a row of the batch is the item, padded or not."""
    import torch

    if row.ndim != item.ndim or row.shape[1:] != item.shape[1:] or len(row) < len(item):
        return False
    return torch.equal(row[: len(item)].to(item.dtype).cpu(), item.cpu())
