"""Single items read again, in one process and as several workers would: do they wear away, do workers draw alike, is the picture's memory read the wrong way?"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import mapped, tensors_of
from nohero.setup.items import read_one

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
ITEMS = 8
FACTOR = 0.02  # by which a factor must differ from one
DRIFT = 0.2  # of the spread, from the first reading to the third; chance orders three readings of eight items alike once in 6**7 times
LAWFUL = 5  # items, for a line of each number to be no accident
EXACT = 1e-4  # of the numbers' size: float32 rounds below 1e-6 of it, and a law may lose two digits more
SMOOTH = 0.5  # correlation of neighbours in a picture that is read rightly; measured: natural and drawn pictures have .6 to .99
CHANNELS = (1, 3, 4)


@dataclass(frozen=True, kw_only=True)
class ItemReading:
    """What reading the first items again gave."""

    items: int
    worn_part: str = "train"
    worn: bool = False  # each reading changes the item by the same law
    factor: float = 1.0  # of its size, from the first to the second reading
    random: bool = False  # two readings differ
    workers: int = 0
    workers_alike: bool = False  # two workers draw the same numbers for an item, though it is drawn at random
    epochs_alike: bool = False  # two epochs' fresh workers draw the same
    smooth_as_given: float = float("nan")  # correlation of neighbours in pictures as (channels, height, width)
    smooth_as_stored: float = float("nan")  # the same memory read as (height, width, channels)
    blank: tuple[int, ...] = ()  # items without any variation
    looked_at: int = 0  # items that blanks were looked for among


def measure(setup: Setup) -> ItemReading:
    """Read a few items several times; everything is put back."""
    items, loader = setup.train.items, setup.train.given
    found: dict[str, Any] = {}
    if items is not None and len(items):
        with setup.apart(data=True):
            found |= _worn(items, min(ITEMS, len(items)))
    others = None if setup.val is None else setup.val.items
    if not found.get("worn") and others is not None and len(others):  # without augmentation a law is seen that chance hides in training
        with setup.apart(data=True):
            again = _worn(others, min(ITEMS, len(others)))
        found |= {**again, "worn_part": "val", "random": found.get("random", False)} if again.get("worn") else {}
    if items is not None and len(items) and getattr(loader, "num_workers", 0) and found.get("random"):
        with setup.apart(data=True):
            found |= _workers(loader, items)
    with setup.apart(data=True):
        found |= _pictures(setup)
    return ItemReading(items=0 if items is None else len(items), **found)


def _input(item: Any) -> Any:
    """The item's first floating tensor, as an array of its own."""
    import numpy as np
    import torch

    values = [torch.as_tensor(v) if isinstance(v, np.ndarray) else v for v in (item if isinstance(item, tuple | list) else [item])]
    return next((t.detach().clone() for t in tensors_of(values) if t.is_floating_point() and t.numel() > 1), None)


def _worn(items: Any, many: int) -> dict[str, Any]:
    """Three readings of each item: changed by the same factor or the same law each time, or at random?"""
    import torch

    ratios, moved, random, all_reads = [], 0, 0, []
    for i in range(many):
        reads = [_input(read_one(items, i)) for _ in range(3)]
        if any(r is None for r in reads) or len({r.shape for r in reads}) > 1:
            continue
        a, b, _ = reads
        if torch.equal(a.nan_to_num(), b.nan_to_num()):
            continue
        moved += 1
        all_reads.append(reads)
        scale = [float(r.double().std(unbiased=False) + r.double().mean().abs()) for r in reads]
        one, two = scale[1] / max(scale[0], 1e-30), scale[2] / max(scale[1], 1e-30)
        aligned = float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]).double().nan_to_num())[0, 1]) if a.numel() > 2 else 0.0
        lawful = aligned > 0.999 and abs(one - 1) > FACTOR  # nearer to one a little noise looks like it
        ratios.append(one)
        random += not (lawful and abs(one - two) < 0.2 * abs(one))
    if not moved:
        return {}
    if moved >= LAWFUL and _one_law(all_reads):
        return {"worn": True, "factor": ratios[0], "random": False}
    if moved >= LAWFUL and _drifts(all_reads):
        return {"worn": True, "factor": sorted(ratios)[len(ratios) // 2], "random": False}
    same = max(ratios) - min(ratios) < 0.05 * max(abs(r) for r in ratios)
    return {"worn": random == 0 and same and moved >= 2, "factor": ratios[0], "random": random > 0}


def _drifts(reads: list[list[Any]]) -> bool:
    """Whether, behind all noise, the spread of each item goes one way from reading to reading, by much, and each next item begins anew where the first began."""
    spread = [[float(r.double().std(unbiased=False)) for r in of] for of in reads]
    if not all(min(s) > 0 for s in spread):
        return False
    way = [(a > b > c) - (a < b < c) for a, b, c in spread]
    far = all(abs(c / a - 1) > DRIFT for a, _, c in spread)
    anew = all(abs(nxt[0] / s[0] - 1) < abs(nxt[0] / s[2] - 1) for s, nxt in pairwise(spread))
    return far and anew and abs(sum(way)) == len(way)


def _one_law(reads: list[list[Any]]) -> bool:
    """Whether a line of its own for each number of an item, the same for all items, leads from each reading to the next, as (x - mean) / std does."""
    import torch

    if len({r.shape for of in reads for r in of}) > 1:
        return False
    first, second, third = (torch.stack([of[k].flatten().double() for of in reads]) for k in range(3))
    if not all(bool(r.isfinite().all()) for r in (first, second, third)):
        return False
    about = first - first.mean(0)
    square = (about**2).sum(0)
    slope = torch.where(square > 0, (about * (second - second.mean(0))).sum(0) / square.clamp_min(1e-300), torch.ones_like(square))
    sums = second.mean(0) - slope * first.mean(0)
    off = [((slope * a + sums - b).abs().amax(0) / torch.stack([a, b]).abs().amax((0, 1)).clamp_min(1e-30)) for a, b in ((first, second), (second, third))]
    told = square > 0  # a number that is the same in all items fits any line
    return bool(told.any()) and all(bool((o[told] < EXACT).all()) for o in off)


def _workers(loader: Any, items: Any) -> dict[str, Any]:
    """Play two workers of two epochs in this process: a copy of the data set each, seeded as torch seeds its workers."""
    import random

    import numpy as np
    import torch

    def drawn(worker: int, base: int) -> Any:
        data = copy.deepcopy(items)
        seed = base + worker
        random.seed(seed)
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002 (as torch does)
        if loader.worker_init_fn is not None:
            loader.worker_init_fn(worker)
        return _input(data[0])

    try:
        first, second, later = drawn(0, 1234), drawn(1, 1234), drawn(0, 98765)
    except Exception:  # noqa: BLE001 (a data set that cannot be copied, or an init function that wants a real worker)
        return {"workers": loader.num_workers}
    if first is None or second is None or later is None:
        return {"workers": loader.num_workers}
    return {"workers": loader.num_workers, "workers_alike": loader.num_workers > 1 and torch.equal(first, second), "epochs_alike": torch.equal(first, later)}


def _pictures(setup: Setup) -> dict[str, Any]:
    """Neighbouring pixels of batches that may be pictures, as given and as they lie in memory; items without variation."""
    import torch

    found_in = (next((t for t in tensors_of(b) if t.is_floating_point() and t.ndim >= 2), None) for b in _inputs(setup))
    tensors: list[Any] = [t for t in found_in if t is not None]
    if not tensors:
        return {}
    flat = torch.cat([t.flatten(1) for t in tensors]) if len({t.flatten(1).shape[1] for t in tensors}) == 1 else tensors[0].flatten(1)
    still = flat.std(1, unbiased=False) == 0 if flat.shape[1] > 8 else torch.zeros(len(flat), dtype=torch.bool)
    found: dict[str, Any] = {"blank": tuple(torch.nonzero(still).flatten().tolist()[:50]), "looked_at": len(flat)}
    x = tensors[0]
    if x.ndim == 4 and x.shape[1] in CHANNELS[1:] and min(x.shape[2:]) >= 6:
        stored = x.reshape(len(x), x.shape[2], x.shape[3], x.shape[1]).permute(0, 3, 1, 2)
        found |= {"smooth_as_given": _smooth(x), "smooth_as_stored": _smooth(stored)}
    return found


def _inputs(setup: Setup) -> list[Any]:
    """What the model gets of the first batches; the batches themselves where that is not known."""
    from nohero.setup.refusal import Unmeasurable

    batches = setup.train.first(8)
    try:
        specimens = [setup.specimen_of(b) for b in batches]
    except Unmeasurable:
        return batches
    return [mapped((s.args, s.kwargs), lambda t: t.detach().cpu()) for s in specimens]


def _smooth(x: Any) -> float:
    """Mean correlation of a pixel with its right and its lower neighbour, channel by channel."""
    import torch

    values = []
    for a, b in ((x[..., :-1], x[..., 1:]), (x[..., :-1, :], x[..., 1:, :])):
        pair = torch.stack([a.flatten(), b.flatten()]).double().nan_to_num()
        values.append(float(torch.corrcoef(pair)[0, 1].nan_to_num()))
    return min(values)
