"""The loaders as they are read: order of the labels, second epoch, batches that repeat, validation items read twice, and which items a sampler draws."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.repeated_order import repeated_order
from nohero.setup.calling import TARGETS, mapped, tensors_of
from nohero.setup.items import read_one

if TYPE_CHECKING:
    from nohero.setup.setup import Setup
    from nohero.setup.source import Source

PRICE = 0.3  # seconds
MOST_BATCHES, SECONDS = 200, 2.0  # of one reading
INDICES = 20_000  # drawn from a sampler
LABELS = 2_000  # items whose labels are looked up


@dataclass(frozen=True, kw_only=True)
class LoaderReading:
    """One epoch of training batches and what else was read; -1 or nan where it could not be."""

    batches: int
    items: int
    classes: int = 0  # of whole-number targets, one an item
    runs: float = float("nan")  # how far neighbouring labels agree beyond chance, in standard deviations
    agreement: float = float("nan")  # share of pairs within a batch with equal labels
    chance: float = float("nan")  # what mixing would give
    repeated: int = 0  # batches equal to the one before
    val_changes: float = float("nan")  # share of validation items that differ when read again
    val_items: int = 0
    supervised: bool = True  # the loss gets a target
    known: int = -1  # items of the data set behind the loader
    drawn: int = -1  # drawn in one epoch
    distinct: int = -1  # of these
    unseen: float = float("nan")  # share of items in neither of two epochs, nor in another part
    weighted: bool = False  # drawn with replacement
    before: tuple[float, ...] = ()  # share of each class in the data set
    after: tuple[float, ...] = ()  # and in what the sampler draws
    subset: bool = False  # the sampler was given a choice of items
    order: str = ""  # "fixed": two epochs draw the same mixed order; "by <attribute>": and another one once that attribute of the sampler is another
    told_epoch: bool = False  # the sampler can be told the number of the epoch
    withheld: tuple[tuple[str, int, int], ...] = ()  # val or test, items that two readings leave out, items that its sampler draws
    shard_copies: float = float("nan")  # times each item comes, were the workers started
    workers: int = 0


def measure(setup: Setup) -> LoaderReading:
    """Read one epoch and a little more; everything is put back."""
    with setup.apart(data=True):
        epoch = setup.train.read(most=MOST_BATCHES, seconds=SECONDS)
        apart = [_labels(batch, setup) for batch in epoch.batches]
        labels = [label for batch in apart for label in batch]
        found: dict[str, Any] = {"batches": len(epoch.batches), "items": len(labels), "repeated": _repeats(epoch.batches)}
        found |= _order(labels, apart)
    with setup.apart(data=True):
        found |= _drawn(setup)
    with setup.apart(data=True):
        found |= _shards(setup.train)
    with setup.apart(data=True):
        found |= repeated_order(setup.train)
        found["withheld"] = tuple(w for part in (setup.val, setup.test) if part is not None and (w := _withheld(part)) is not None)
    if setup.val is not None:
        with setup.apart(data=True):
            found |= _twice(setup.val)
    return LoaderReading(**found, supervised=_supervised(setup))


def _supervised(setup: Setup) -> bool:
    from nohero.setup.refusal import Unmeasurable

    try:
        return setup.specimen().target is not None
    except Unmeasurable:
        return True


def _labels(batch: Any, setup: Setup) -> list[int]:
    """One whole-number label an item, or nothing."""
    import torch

    target = batch
    if setup.given.unpack is not None:
        target = setup.given.unpack(batch)[1]
    elif isinstance(batch, dict):
        target = next((batch[k] for k in TARGETS if k in batch), None)
    elif isinstance(batch, tuple | list) and len(batch) > 1:
        target = batch[-1]
    if not isinstance(target, torch.Tensor) or target.ndim == 0 or target.numel() != target.shape[0]:
        return []
    flat = target.reshape(-1)
    return [int(v) for v in flat.tolist()] if not flat.is_floating_point() or bool((flat == flat.round()).all()) else []


def _repeats(batches: tuple[Any, ...]) -> int:
    """Batches equal to the one before; of batches that hold one value throughout, as where they only count the steps, none."""
    import torch

    if all(t.numel() < 2 or bool((t == t.flatten()[0]).all()) for batch in batches for t in tensors_of(batch)):
        return 0
    return sum(
        all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(tensors_of(one), tensors_of(other), strict=False)) and bool(list(tensors_of(one)))
        for one, other in zip(batches, batches[1:], strict=False)
    )


def _order(labels: list[int], batches: list[list[int]]) -> dict[str, Any]:
    """How often two items of a batch agree (of single items, neighbours), against labels in random order; the order within a batch means nothing."""
    n, counts = len(labels), Counter(labels)
    if n < 30 or not 2 <= len(counts) <= n // 4:
        return {"classes": len(counts)}
    chance = sum(c * (c - 1) for c in counts.values()) / (n * (n - 1))
    pairs = [(len(b) - 1, sum(c * (c - 1) for c in Counter(b).values()) / (len(b) * (len(b) - 1))) for b in batches if len(b) > 1]
    if pairs:
        agreement = sum(w * share for w, share in pairs) / sum(w for w, _ in pairs)
    else:
        agreement = sum(a == b for a, b in zip(labels, labels[1:], strict=False)) / (n - 1)
    deviation = math.sqrt(max(chance * (1 - chance), 1e-9) / (n - 1))
    return {"classes": len(counts), "runs": (agreement - chance) / deviation, "agreement": agreement, "chance": chance}


def _drawn(setup: Setup) -> dict[str, Any]:
    """Indices that the training sampler draws in two epochs."""
    from torch.utils.data import RandomSampler, SequentialSampler

    loader = setup.train.given
    if not setup.train.is_dataloader or getattr(loader, "batch_sampler", None) is None or setup.train.items is None:
        return {}
    epochs = [[int(i) for batch in islice(iter(loader.batch_sampler), INDICES) for i in batch] for _ in range(2)]
    known = len(setup.train.items)
    if any(len(e) >= INDICES for e in epochs) or not epochs[0]:
        return {"known": known}
    seen = {i for e in epochs for i in e} | _elsewhere(setup)
    plain = isinstance(loader.sampler, RandomSampler | SequentialSampler)
    labels = _labels_of_items(setup, known)
    kinds = sorted(set(labels))

    def share(chosen: Any) -> tuple[float, ...]:
        return tuple(sum(labels[i] == k for i in chosen) / max(1, len(chosen)) for k in kinds)

    return {
        "known": known, "drawn": len(epochs[0]), "distinct": len(set(epochs[0])), "unseen": 1 - len([i for i in seen if i < known]) / max(1, known),
        "weighted": len(set(epochs[0])) < len(epochs[0]), "subset": not plain and len(set(epochs[0])) == len(epochs[0]),
        "before": share(range(known)) if labels and 2 <= len(kinds) <= 50 else (), "after": share(epochs[0]) if labels and 2 <= len(kinds) <= 50 else (),
    }  # fmt: skip


def _withheld(source: Source) -> tuple[str, int, int] | None:
    """(name, items left out by two readings, items that the sampler draws) of a part that is evaluated; nothing where each reading leaves others out."""
    loader = source.given
    if not source.is_dataloader or loader.batch_sampler is None or source.items is None or source.deals_anew:
        return None
    drawn_by = getattr(loader.batch_sampler, "sampler", None)  # the loader's own is another where a batch_sampler was handed to it
    if drawn_by is None:
        return None
    try:
        meant = {int(i) for i in islice(iter(drawn_by), INDICES)}
        given = {int(i) for _ in range(2) for batch in islice(iter(loader.batch_sampler), INDICES) for i in batch}
    except (TypeError, ValueError):
        return None
    return (source.name, len(meant - given), len(meant)) if given and given <= meant and len(meant) < INDICES else None


def _elsewhere(setup: Setup) -> set[int]:
    """Items of the same data set that another part's sampler draws."""
    found: set[int] = set()
    for part in (setup.val, setup.test):
        if part is not None and part.is_dataloader and part.dataset is setup.train.dataset and part.given.batch_sampler is not None:
            found |= {int(i) for batch in islice(iter(part.given.batch_sampler), INDICES) for i in batch}
    return found


def _labels_of_items(setup: Setup, known: int) -> list[int]:
    """The label of every item, where there are few enough to read."""
    if known > LABELS:
        return []
    labels = []
    for i in range(known):
        try:
            item = setup.train.items[i]
            label = next((item[k] for k in TARGETS if k in item), None) if isinstance(item, dict) else item[-1] if isinstance(item, tuple | list) else None
            labels.append(int(label))  # type: ignore[arg-type]
        except (TypeError, ValueError, RuntimeError, IndexError, KeyError):
            return []
    return labels


def _shards(source: Source) -> dict[str, Any]:
    """How often each item of an iterable data set would come, were its workers started: they are played in this process."""
    import copy

    from torch.utils.data import IterableDataset
    from torch.utils.data._utils import worker as playing

    loader = source.given
    workers = getattr(loader, "num_workers", 0)
    if workers < 2 or not isinstance(source.dataset, IterableDataset):
        return {"workers": workers}
    seen: Counter[str] = Counter()
    before = playing._worker_info
    try:
        for number in range(workers):
            data: Any = copy.deepcopy(source.dataset)
            playing._worker_info = playing.WorkerInfo(id=number, num_workers=workers, seed=number, dataset=data)
            if loader.worker_init_fn is not None:
                loader.worker_init_fn(number)
            data = playing._worker_info.dataset
            seen.update({repr([t.tolist() for t in tensors_of(item)] or item) for item in islice(data, 400)})
    finally:
        playing._worker_info = before
    return {"workers": workers, "shard_copies": sum(seen.values()) / max(1, len(seen))}


def _twice(source: Source) -> dict[str, Any]:
    """Validation items read again: do they change?"""
    import torch

    if source.items is not None:
        many = min(len(source.items), 40)
        pairs = [(mapped(read_one(source.items, i), lambda t: t.clone()), read_one(source.items, i)) for i in range(many)]  # both may be views of one memory
    else:
        one, other = source.read(most=4, seconds=SECONDS).batches, source.read(most=4, seconds=SECONDS).batches
        pairs = list(zip(one, other, strict=False))
    changed = compared = 0
    for first, second in pairs:
        left, right = list(tensors_of(first)), list(tensors_of(second))
        if not left or len(left) != len(right) or (len(left) > 1 and left[-1].shape == right[-1].shape and not torch.equal(left[-1], right[-1]) and left[-1].numel() > 1):
            continue
        compared += 1
        changed += any(a.shape != b.shape or not torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(left, right, strict=True))
    return {"val_items": compared, "val_changes": changed / compared if compared else float("nan")}
