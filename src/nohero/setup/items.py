"""Items as plain arrays: what the loaders hand out, stacked, in the order of the data set where there is one. Read once a set-up."""

from __future__ import annotations

import time
import weakref
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import TARGETS, tensors_of, ways
from nohero.setup.refusal import Unmeasurable, UserRaised, brief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.setup.setup import Setup
    from nohero.setup.source import Source
    from nohero.setup.specimen import Specimen

MOST_ITEMS = 20_000  # of one part
MOST_BYTES = 48 * 2**20  # of one part's inputs, stacked
MOST_INDICES = 2_000_000  # a longer sampler is not listed
BLOCK = 256  # items read one after another before the next stretch of a long set
SECONDS = 1.2  # reading of one part


@dataclass(kw_only=True)
class Part:
    """One of train, val, test. Arrays have the items first; `index` numbers them in the data set."""

    name: str
    inputs: dict[str, Any] = field(default_factory=dict)  # numpy, items first; only what can be stacked
    targets: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)  # whole numbers, one an item, that neither model nor loss gets
    axes: dict[str, int | None] = field(default_factory=dict)  # by name, the axis that counts the items, as in the first batch
    main: str = ""  # the input that carries most
    index: Any = None  # numpy, place of each item in the data set
    ordered: bool = False  # read from a data set, by index
    complete: bool = False
    size: int = 0  # items of the part, as far as known
    root: int = 0  # id of the data set beneath all subsets; 0 where there is none
    places: Any = None  # numpy, places in that data set of all items of the part; None where not known
    unfinite: list[Any] = field(default_factory=list)  # batches that hold numbers that are not finite, at most two
    held: dict[str, tuple[int, int, tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)  # name -> (bad values, all values, items, features)

    @property
    def n(self) -> int:
        """Items read."""
        return 0 if self.index is None else len(self.index)

    @property
    def x(self) -> Any:
        """The main input, or None."""
        return self.inputs.get(self.main)

    @property
    def y(self) -> Any:
        """The one target, or None; where a loss gets several, none of them is the label."""
        return self.targets.get("target")


_READ: weakref.WeakKeyDictionary[Any, dict[str, Part]] = weakref.WeakKeyDictionary()


def parts_of(setup: Setup) -> dict[str, Part]:
    """train, and val and test where they were handed over; read once."""
    if setup not in _READ:
        sources = [s for s in (setup.train, setup.val, setup.test) if s is not None]
        _READ[setup] = {s.name: part_of(setup, s) for s in sources}
    return _READ[setup]


def part_of(setup: Setup, source: Source) -> Part:
    """Read one part as far as time and memory allow."""
    part = Part(name=source.name)
    rows: list[tuple[Any, dict[str, Any], dict[str, Any], dict[str, Any]]] = []
    began, limit = time.monotonic(), min(SECONDS, 0.2 * setup.seconds_left())
    taken = held_bytes = 0
    with setup.apart(seed=("train", "val", "test").index(source.name) + 11, data=True):  # loaders that draw must not draw alike
        stretches, part.size = _stretches(source, part)
        ended = False
        for places, batch in stretches:
            if batch is not None:
                row = _row(setup, batch, part, taken if places is None else int(places[0]) if len(places) else 0)
                if row is not None:
                    size, inputs, targets, extras = row
                    numbers = _numbers(taken, size, places)
                    rows.append((numbers, inputs, targets, extras))
                    taken += size
                    held_bytes += sum(v.nbytes for v in inputs.values())
            if taken >= MOST_ITEMS or held_bytes >= MOST_BYTES or (time.monotonic() - began > limit and rows):
                break
        else:
            ended = True
    part.complete = ended
    _stack(part, rows)
    return part


def _numbers(taken: int, size: int, places: Any) -> Any:
    import numpy as np

    return np.arange(taken, taken + size) if places is None or len(places) != size else np.asarray(places)


def _stretches(source: Source, part: Part) -> tuple[Iterator[tuple[Any, Any]], int]:
    """(places in the data set or None, batch) one after another; a long set is read in stretches that lie all over it."""
    items = source.items
    if items is None or (source.is_dataloader and source.given.batch_size is None and source.given.batch_sampler is None):
        return ((None, batch) for batch in source), 0
    places = drawn(source)
    if places is None:
        return ((None, batch) for batch in source), 0
    part.ordered = True
    part.root, part.places = _root(items, places)
    return _by_index(source, items, places), len(places)


def read_one(items: Any, place: int) -> Any:
    """One item of a data set; what the user's code raises there is told by its place."""
    try:
        return items[int(place)]
    except Exception as error:
        raise UserRaised(f"item {int(place)} of the data set raised {type(error).__name__}: {brief(error)}") from error


def drawn(source: Source) -> Any:
    """The places of the data set that an epoch may draw, in order; None where they cannot be listed."""
    import numpy as np
    from torch.utils.data import RandomSampler, SequentialSampler

    length = len(source.items)
    if not source.is_dataloader:
        return np.arange(length)
    loader = source.given
    if isinstance(loader.sampler, SequentialSampler | RandomSampler) and type(loader.batch_sampler).__module__.startswith("torch.utils"):
        return np.arange(length)
    if length > MOST_INDICES:
        return None
    try:
        found: list[int] = []
        for chunk in loader.batch_sampler:
            found.extend(int(i) for i in chunk)
            if len(found) > MOST_INDICES:
                return None
    except Exception:  # noqa: BLE001 (a sampler of places that are no numbers)
        return None
    return np.unique(np.asarray(found, dtype=np.int64))


def _by_index(source: Source, items: Any, places: Any) -> Iterator[tuple[Any, Any]]:
    """Stretches of the data set, batched by the loader's own collate function; whole set in order where it is short."""
    import numpy as np
    from torch.utils.data import default_collate

    collate = source.given.collate_fn if source.is_dataloader else default_collate
    batch = (source.given.batch_size or 64) if source.is_dataloader else 64
    stretches = [places[i : i + BLOCK] for i in range(0, len(places), BLOCK)]
    order = range(len(stretches)) if len(places) <= 4 * BLOCK else np.random.default_rng(0).permutation(len(stretches))
    for number in order:
        for at in range(0, len(stretches[number]), min(batch, BLOCK)):
            chunk = stretches[number][at : at + min(batch, BLOCK)]
            try:
                yield chunk, collate([items[int(i)] for i in chunk])
            except Exception:  # noqa: BLE001 (an item that cannot be read is another check's business)
                yield chunk, None


def _root(data: Any, places: Any) -> tuple[int, Any]:
    """(id of the data set beneath all subsets, places therein)."""
    import numpy as np
    from torch.utils.data import Subset

    while isinstance(data, Subset):
        try:
            places = np.asarray(data.indices)[places]
        except (IndexError, TypeError, ValueError):
            return 0, None
        data = data.dataset
    return id(data), places


def _row(setup: Setup, batch: Any, part: Part, first: int) -> tuple[int, dict[str, Any], dict[str, Any], dict[str, Any]] | None:
    """(items, inputs, targets, extras) of one batch, items first; bad numbers are booked on the way."""
    specimen = _as_called(setup, batch)
    if specimen is None or specimen.size < 1:
        return None
    part.main = part.main or specimen.main_name
    named = {**specimen.inputs, **_named_targets(specimen.target)}
    part.axes = part.axes or {name: specimen.axis(t) for name, t in named.items() if t.ndim}  # a short last batch can mislead
    inputs = _arrays(part, specimen.inputs)
    targets = _arrays(part, _named_targets(specimen.target))
    sizes = {len(a) for a in inputs.values()}
    if len(sizes) == 1 and sizes != {specimen.size}:
        specimen = replace(specimen, size=sizes.pop())
    bad = _book(part, named, first)
    if bad and len(part.unfinite) < 2:
        part.unfinite.append(batch)
    return specimen.size, inputs, targets, _extras(specimen, batch)


def _as_called(setup: Setup, batch: Any) -> Specimen | None:
    """The batch in its roles, without running the user's step: by the known convention, else by where the step took things from."""
    from nohero.setup.specimen import Specimen, count_items

    if setup._way is not None and not setup.why_no_call:  # noqa: SLF001
        try:
            return setup.specimen_of(batch)
        except Unmeasurable:
            return None
    call = next(iter(ways(batch, setup.given.unpack, None, own_loss=False)), None)
    if call is None:
        return None
    hint = setup.train.given.batch_size if setup.train.is_dataloader else None
    target = _target_by_likeness(setup, batch, call.target)
    args = tuple(a for a in call.args if not any(a is t for t in tensors_of(target))) or call.args
    return Specimen(batch=batch, args=args, kwargs=call.kwargs, target=target, size=count_items(args, call.kwargs, target, hint))


def _target_by_likeness(setup: Setup, batch: Any, guess: Any) -> Any:
    """Which part of the batch the loss was given as the target, when the step was listened to; else the guess."""
    import torch

    if setup.why_no_call:
        return guess
    try:
        known = setup.specimen()
    except Unmeasurable:
        return guess
    first, mine = list(tensors_of(known.batch)), list(tensors_of(batch))
    if not isinstance(known.target, torch.Tensor) or len(first) != len(mine):
        return None
    flat = known.target.flatten().double().cpu()
    for old, new in zip(first, mine, strict=True):
        if old.numel() == flat.numel() and torch.equal(old.flatten().double().cpu(), flat):
            return new
    return None


def _named_targets(target: Any) -> dict[str, Any]:
    found = list(tensors_of(target))
    return {"target" if len(found) == 1 else f"target.{i}": t for i, t in enumerate(found)}


def _arrays(part: Part, tensors: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, tensor in tensors.items():
        axis = part.axes.get(name)
        if axis is not None and tensor.ndim > axis and not tensor.is_complex() and not tensor.is_sparse:
            found[name] = _plain(tensor.movedim(axis, 0))
    return found


def _plain(tensor: Any) -> Any:
    import torch

    kept = tensor.detach().cpu()
    return (kept.float() if kept.dtype in (torch.bfloat16, torch.float16) else kept).numpy().copy()


def _book(part: Part, tensors: dict[str, Any], first: int) -> bool:
    """Count the values that are not finite; a mask of zeros and minus infinities is meant so."""
    found = False
    for name, tensor in tensors.items():
        if not tensor.is_floating_point() or tensor.is_sparse:
            continue
        good = tensor.isfinite()
        bad = int((~good).sum())
        count, total, items, features = part.held.get(name, (0, 0, (), ()))
        if bad and not bool(tensor.isnan().any()) and not bool((tensor[good] != 0).any()):
            bad = 0
        if bad:
            found = True
            axis = part.axes.get(name)
            wrong = (~good).movedim(axis, 0) if axis is not None else ~good
            items += tuple(first + int(i) for i in wrong.flatten(1).any(1).nonzero().flatten()[:5]) if wrong.ndim > 1 else tuple(first + int(i) for i in wrong.nonzero().flatten()[:5])
            features = tuple(sorted({*features, *((int(j) for j in wrong.flatten(0, -2).any(0).nonzero().flatten()[:10]) if wrong.ndim > 1 else ())}))
        part.held[name] = (count + bad, total + tensor.numel(), items[:5], features[:10])
    return found


def _extras(specimen: Specimen, batch: Any) -> dict[str, Any]:
    """Whole numbers, one an item, that the batch carries beside what the model and the loss get."""
    used = {id(t) for t in tensors_of((specimen.args, specimen.kwargs, specimen.target))}
    pairs = batch.items() if isinstance(batch, dict) else enumerate(batch) if isinstance(batch, tuple | list) else ()
    found = {}
    for key, value in pairs:
        if key in TARGETS or id(value) in used or not hasattr(value, "is_floating_point"):
            continue
        if value.ndim == 1 and len(value) == specimen.size and not value.is_floating_point() and not value.is_complex():
            found[f"batch.{key}"] = _plain(value)
    return found


def _stack(part: Part, rows: list[Any]) -> None:
    """One array an input, items in the order of the data set; what differs in shape from batch to batch is left out."""
    import numpy as np

    if not rows:
        return
    rows.sort(key=lambda row: int(row[0][0]) if len(row[0]) else 0)
    part.index = np.concatenate([row[0] for row in rows])
    for number, kept in ((1, part.inputs), (2, part.targets), (3, part.extras)):
        for name in rows[0][number]:
            arrays = [row[number][name] for row in rows if name in row[number]]
            if len(arrays) == len(rows) and len({a.shape[1:] for a in arrays}) == 1 and len({a.dtype for a in arrays}) == 1:
                kept[name] = np.concatenate(arrays)
    part.size = part.size or part.n
