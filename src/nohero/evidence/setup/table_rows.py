"""Which rows of a table of embeddings are asked for, column by column of the ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions, place
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 16
BATCHES = 16
COLUMNS = (2, 200)  # fields


@dataclass(frozen=True, kw_only=True)
class Rows:
    """One table that is asked with several ids an item."""

    name: str
    rows: int
    lows: tuple[int, ...]  # of each column of ids
    highs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TableRows:
    """Tables in the order they are first asked."""

    tables: tuple[Rows, ...]


def measure(setup: Setup) -> TableRows:
    """Passes in eval mode over the first batches, with an ear at the look-ups."""
    import torch

    found: dict[tuple[str, int, int], tuple[Any, Any]] = {}
    with setup.apart(), torch.no_grad(), place(setup.named_modules()) as stack:

        def told(name: str, args: Any, kwargs: Any, _: Any) -> None:
            given = {**dict(zip(("input", "weight"), args, strict=False)), **kwargs}
            ids, weight = given.get("input"), given.get("weight")
            if name != "embedding" or not isinstance(ids, torch.Tensor) or ids.ndim != 2 or not COLUMNS[0] <= ids.shape[1] <= COLUMNS[1]:
                return
            key = (stack[-1] if stack else "", len(weight), ids.shape[1])
            low, high = ids.amin(0), ids.amax(0)
            before = found.get(key, (low, high))
            found[key] = (torch.minimum(low, before[0]), torch.maximum(high, before[1]))

        setup.mode(training=False)
        with functions(told):
            for number in range(len(setup.batches(BATCHES))):
                setup.forward(setup.specimen(number))
                if not any(int((high + 1).sum()) <= rows for (_, rows, _), (_, high) in found.items()):
                    break  # more ids than rows: places of one vocabulary
    if not found:
        raise Unmeasurable("no table of embeddings is asked with several ids an item")
    return TableRows(tables=tuple(Rows(name=n, rows=r, lows=tuple(low.tolist()), highs=tuple(high.tolist())) for (n, r, _), (low, high) in found.items()))
