"""Where batches come from: a loader, a dataset, tensors, a list of batches or a factory; read without being used up."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from nohero.run.errors import UsageError

OWN_BATCH = 32  # items of a batch where the user handed over items
FIRST = 8  # batches kept for probing


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One reading, from the start, as far as it was read."""

    batches: tuple[Any, ...]
    complete: bool  # the loader came to its end
    seconds: float


class Source:
    """One of train, val, test. Every reading begins anew; workers are not started, the reading is in this process."""

    def __init__(self, name: str, given: Any) -> None:
        """`given` as the user handed it."""
        self.name = name
        self.given = given
        self.loader, self.dataset = _opened(name, given)
        self._first: list[Any] | None = None
        self._ended = False  # there are no more than the first

    @property
    def is_dataloader(self) -> bool:
        """Whether the user handed over a torch DataLoader (so that its sampler and workers can be asked)."""
        from torch.utils.data import DataLoader

        return isinstance(self.given, DataLoader)

    @property
    def deals_anew(self) -> bool | None:
        """Whether each epoch draws the items in another order, by torch's own samplers; None where others draw them."""
        from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler

        batches = self.given.batch_sampler if self.is_dataloader else None
        sampler = batches.sampler if type(batches) is BatchSampler else None
        return True if isinstance(sampler, RandomSampler) else False if isinstance(sampler, SequentialSampler) else None

    @property
    def items(self) -> Any:
        """The items one by one: a dataset with a length, or None."""
        data = self.dataset
        return data if data is not None and hasattr(data, "__getitem__") and hasattr(data, "__len__") else None

    @property
    def own_batches(self) -> bool:
        """Whether batches were made by us, in the order of the items."""
        return self.loader is not self.given and not self.is_dataloader and not callable(self.given)

    def has(self, most: int) -> bool:
        """Whether the first `most` batches were read already, or all there are."""
        return self._first is not None and (len(self._first) >= most or self._ended)

    def first(self, most: int = FIRST) -> list[Any]:
        """The first batches of the first reading, kept."""
        if self._first is None or not self.has(most):
            epoch = self.read(most=most)
            self._first, self._ended = list(epoch.batches), epoch.complete
        return self._first[:most]

    def read(self, *, most: int | None = None, seconds: float = 5.0) -> Epoch:
        """Read from the start: at most `most` batches, for at most about `seconds`."""
        began = time.monotonic()
        batches: list[Any] = []
        ended = False
        for batch in self:
            batches.append(batch)
            if (most is not None and len(batches) >= most) or time.monotonic() - began > seconds:
                break
        else:
            ended = True
        return Epoch(batches=tuple(batches), complete=ended, seconds=time.monotonic() - began)

    def __iter__(self) -> Iterator[Any]:
        """A new reading."""
        fresh = self.loader() if callable(self.loader) and not isinstance(self.loader, Iterable) else self.loader
        return iter(fresh)

    def length(self) -> int | None:
        """Batches of an epoch, None where nobody knows."""
        try:
            return len(self.loader)
        except (TypeError, NotImplementedError):
            return None

    def cycle(self, steps: int) -> Iterator[Any]:
        """`steps` batches, epoch after epoch."""
        left = steps
        while left > 0:
            taken = 0
            for batch in islice(self, left):
                yield batch
                taken += 1
            if not taken:
                return
            left -= taken


def _opened(name: str, given: Any) -> tuple[Any, Any]:
    """(what gives batches, the dataset behind it or None)."""
    import numpy as np
    import torch
    from torch.utils.data import DataLoader, Dataset, IterableDataset

    if isinstance(given, DataLoader):
        return _in_this_process(given), given.dataset
    if isinstance(given, IterableDataset):
        return DataLoader(given, batch_size=OWN_BATCH), given
    if isinstance(given, Dataset) and hasattr(given, "__getitem__"):
        return DataLoader(given, batch_size=OWN_BATCH), given
    if isinstance(given, torch.Tensor | np.ndarray):
        return _of_arrays((given,))
    if isinstance(given, tuple) and given and all(isinstance(v, torch.Tensor | np.ndarray) for v in given):
        return _of_arrays(given)
    if isinstance(given, Iterator):
        raise UsageError(
            f"{name} is an iterator ({type(given).__name__}), which can be read only once",
            expected="a loader, a dataset, tensors, a list of batches, or a function that makes a fresh iterable",
            mend=f"hand over {name}=lambda: make_batches()",
        )
    if isinstance(given, Iterable) or callable(given):
        return given, getattr(given, "dataset", None)
    if hasattr(given, "__getitem__") and hasattr(given, "__len__"):
        return DataLoader(given, batch_size=OWN_BATCH), given
    raise UsageError(
        f"{name} is a {type(given).__name__}",
        expected="a loader, a dataset, a tuple of tensors, or a list of batches",
        mend=f"hand over {name}=DataLoader(...) or {name}=(inputs, targets)",
    )


def _of_arrays(arrays: tuple[Any, ...]) -> tuple[Any, Any]:
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    tensors = [torch.as_tensor(a) for a in arrays]
    lengths = {len(t) for t in tensors}
    if len(lengths) > 1:
        raise UsageError(
            f"the tensors have {' and '.join(str(len(t)) for t in tensors)} items",
            expected="as many inputs as targets",
            mend="cut or build them alike; the first axis counts the items",
        )
    data = TensorDataset(*tensors)
    return DataLoader(data, batch_size=OWN_BATCH), data


def _in_this_process(loader: Any) -> Any:
    """The same loader without worker processes, which cost seconds to start."""
    from torch.utils.data import DataLoader, IterableDataset

    if not loader.num_workers:
        return loader
    rest: dict[str, Any] = {"collate_fn": loader.collate_fn, "generator": loader.generator}
    if isinstance(loader.dataset, IterableDataset):
        return DataLoader(loader.dataset, batch_size=loader.batch_size, drop_last=loader.drop_last, **rest)
    if loader.batch_sampler is not None:
        return DataLoader(loader.dataset, batch_sampler=loader.batch_sampler, **rest)
    return DataLoader(loader.dataset, batch_size=None, sampler=loader.sampler, **rest)
