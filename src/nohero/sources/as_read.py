"""What a run has read, as a collection: its files again as the audit opens them, or an even sample of what it holds in memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.data.builtin import PREFIX
from nohero.sources.collection import PICTURE, ROW, TEXT, Collection
from nohero.sources.decisions import apply, read_decisions
from nohero.sources.memory import LEAST, memory_of
from nohero.sources.object_columns import WIDEST
from nohero.sources.objects import open_objects
from nohero.sources.opening import open_source
from nohero.sources.table import PART

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.raw import Raw

MOST = {"table": 100_000, "image": 10_000, "array": 10_000}  # items in memory; of more an even sample is looked at
MEMORY = 500e6  # bytes that a table's file may take, read again; a larger one is read in parts
PICTURES, BYTES = 1_500.0, {"table": 25e6, "image": 40e6}  # that are opened in a second; measured: a csv of 5 GB, cifar10-small, imagenet-sample
LONGEST = 30.0  # seconds: what takes longer to open is looked at in memory, whatever the budget
KINDS = {"table": (ROW, TEXT, PICTURE), "image": (PICTURE,)}  # what files of a modality become


def opening_price(raw: Raw) -> float:
    """Seconds that opening the files again takes; infinite where there are none, or so many that what is in memory is looked at instead."""
    root = Path(raw.source).expanduser()
    if raw.modality not in KINDS or raw.source.startswith(PREFIX) or (raw.modality == "image" and len(raw) > MOST["image"]):
        return float("inf")
    files = [root] if raw.modality == "table" else [root / str(item) for item in raw.items]
    try:
        size = sum(path.stat().st_size for path in files)
    except OSError:
        return float("inf")
    price = size / BYTES[raw.modality] + (len(raw) / PICTURES if raw.modality == "image" else 0.0)
    return price if price <= LONGEST else float("inf")


def from_files(raw: Raw, *, drop: Sequence[str] = (), decisions: str | None = None, seed: int = 0) -> Collection | None:
    """The files opened anew, with the same target, columns and decisions; None where they are no such items to the audit. Raises DataError and UsageError."""
    target, group, time_ = (raw.target_name, raw.group_name, raw.time_name) if raw.modality == "table" else ("", "", "")
    collection = open_source(raw.source, target=target or None, group=group or None, time=time_ or None, seed=seed, memory=max(LEAST, min(MEMORY, memory_of(None))))
    if collection.kind not in KINDS[raw.modality] or not collection.label or collection.total < len(raw):
        return None
    if decisions is not None and collection.whole is not None:
        return None  # they may name items that are not in the sample
    if decisions is not None:
        collection = apply(collection, read_decisions(Path(decisions).expanduser()))
    gone = [name for name in drop if name in collection.frame.columns]
    cells = collection.cells.drop(gone, strict=False) if collection.cells is not None else None
    divided = collection.split if raw.modality == "image" else ""  # a run divides a table itself
    return collection.with_(frame=collection.frame.drop(gone), cells=cells, split=divided, kept=collection.kept)


def from_memory(raw: Raw, *, seed: int = 0) -> Collection | None:
    """What was read, decided and left out already; None for arrays of which nothing says what they are."""
    few = raw
    if len(raw) > MOST[raw.modality]:
        few = raw.take(np.linspace(0, len(raw) - 1, MOST[raw.modality]).astype(np.int64))
    if raw.modality == "table":
        collection = open_objects(_table(few), target=raw.target_name, seed=seed)
    elif _told(few.images):
        collection = open_objects((few.images, few.target if few.target.dtype.kind == "f" else few.target.astype(str)), target="label", seed=seed)
    else:
        return None
    notes = (f"measured on {len(few):,} of {len(raw):,} items, drawn evenly",) if few is not raw else ()
    if few.given_split is not None and len(collection) == len(few):
        import polars as pl

        collection = collection.with_(frame=collection.frame.with_columns(pl.Series(PART, few.given_split.tolist())), split=PART)
    items = tuple(few.items.tolist()) if len(collection) == len(few) else collection.items
    return collection.with_(name=raw.name, source=raw.source, items=items, time=raw.time_name, unusable=(*raw.unusable, *collection.unusable), notes=(*collection.notes, *notes))


def until(collection: Collection, seconds: float) -> Collection:
    """The same, to be done with in so many seconds."""
    return collection.with_(deadline=None if seconds == float("inf") else time.monotonic() + seconds, kept=collection.kept)


def _table(raw: Raw) -> object:
    """The features with the target beside them."""
    import polars as pl

    target = [str(v) for v in raw.target] if raw.target.dtype == object else raw.target
    return raw.frame.with_columns(pl.Series(raw.target_name, target))


def _told(images: Any) -> bool:
    """Pictures by their channels, or a table of few numbers."""
    if images.ndim == 4:
        return bool({images.shape[-1], images.shape[1]} & {1, 3})
    return bool(images.ndim == 2 and images.dtype.kind == "f" and images.shape[1] <= WIDEST // 10)
