"""Batches from memory: one permutation an epoch from its own generator, one index_select a batch.

Legend: N rows, D features, C channels, H height, W width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from nohero.run.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

EPOCH_STRIDE = 1_000_003  # a prime, so that (seed, epoch) pairs of ordinary runs do not meet


@dataclass(frozen=True, kw_only=True, eq=False)
class ArraySet:
    """One split in memory."""

    x: Tensor  # float32 [N, D] or uint8 / float32 [N, C, H, W]
    y: Tensor  # int64 [N] or float32 [N]
    rows: Any  # numpy int64 [N]: each item's row in the data as read

    def __len__(self) -> int:
        """How many items there are."""
        return int(self.x.shape[0])

    def to(self, device: torch.device | str) -> ArraySet:
        """The same items on `device`; row numbers stay on the host."""
        return ArraySet(x=self.x.to(device), y=self.y.to(device), rows=self.rows)


def array_set(x: Any, y: Any, rows: Any) -> ArraySet:
    """Numpy arrays as one split; integer targets become int64, all others float32."""
    y_array = np.asarray(y)
    kind = torch.int64 if y_array.dtype.kind in "iub" else torch.float32
    return ArraySet(
        x=torch.from_numpy(np.ascontiguousarray(x)),
        y=torch.from_numpy(np.ascontiguousarray(y_array)).to(kind),
        rows=np.asarray(rows, dtype=np.int64),
    )


class Batches:
    """A loader over one ArraySet; the order of epoch n depends on the seed and n alone."""

    def __init__(self, items: ArraySet, batch_size: int, *, shuffle: bool, seed: int = 0, drop_last: bool = False) -> None:
        """`drop_last` leaves out a last batch that is not full, unless it is the only one."""
        if batch_size < 1:
            raise UsageError(f"batch size {batch_size}", expected="a whole number, 1 or more", mend="pass --batch-size 32, for example")
        self.items = items
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        self._next_epoch = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        full, rest = divmod(len(self.items), self.batch_size)
        return full + (rest > 0 and not (self.drop_last and full > 0))

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The next epoch's (x, y), as a torch loader would give them."""
        epoch = self._next_epoch
        self._next_epoch += 1
        for x, y, _ in self.epoch(epoch):
            yield x, y

    def order(self, epoch: int) -> Tensor:
        """Positions in the order in which epoch `epoch` shows them."""
        if not self.shuffle:
            return torch.arange(len(self.items))
        generator = torch.Generator().manual_seed(self.seed * EPOCH_STRIDE + epoch)
        return torch.randperm(len(self.items), generator=generator)

    def epoch(self, epoch: int) -> Iterator[tuple[Tensor, Tensor, Any]]:
        """(x, y, rows) of each batch of epoch `epoch`; asking again gives the same batches."""
        order = self.order(epoch)
        on_device = order.to(self.items.x.device)
        positions = order.numpy()
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            if self.shuffle:
                chosen = on_device[start : start + self.batch_size]
                x, y = self.items.x.index_select(0, chosen), self.items.y.index_select(0, chosen)
            else:  # a slice is a view: no copy where none is needed
                x, y = self.items.x[start : start + self.batch_size], self.items.y[start : start + self.batch_size]
            yield x, y, self.items.rows[positions[start : start + self.batch_size]]
