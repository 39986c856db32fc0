"""Which items are exact copies of each other: the same cells, the same text, the same bytes of a file.

Legend: N items.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.fields import kind_of
from nohero.run.errors import UsageError
from nohero.sources.collection import ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.allot import Index
    from nohero.sources.collection import Collection

MOST_FILES = 50_000  # that are read for this alone


def same_items(collection: Collection) -> Index:
    """int64 [N]: one number for items that are the same, by first appearance."""
    return collection.shared("same items", lambda: _numbered(keys_of(collection)))  # type: ignore[no-any-return]


def row_keys(frames: Sequence[pl.DataFrame]) -> list[Sequence[Any]]:
    """A hash of each row of several tables, over the fields that all have; what numbers the rows of the first and never comes again is left aside."""
    common = [c for c in frames[0].columns if all(c in f.columns for f in frames)]
    first = {c: set(frames[0][c].cast(pl.String).to_list()) for c in common if kind_of(frames[0][c])[0] == "identifier"}
    telling = [c for c in common if c not in first or any(not first[c].isdisjoint(f[c].cast(pl.String).to_list()) for f in frames[1:])] or common
    if not telling:
        raise UsageError("the tables have no field in common", expected="files of one form", mend="compare parts of one data set")
    kinds = {c: pl.Float64 if all(f[c].dtype.is_numeric() for f in frames) else pl.String for c in telling}
    return [f.select(pl.col(c).cast(kinds[c]) for c in telling).hash_rows(seed=0).to_list() for f in frames]


def keys_of(collection: Collection) -> Sequence[Any]:
    """What each item is equal by: its cells, its text, its pixels or its file's bytes; None where that is not known."""
    if collection.marking is not None:
        return [header.digest for header in collection.marking.headers]
    if collection.texts is not None and not collection.beside:
        return [None if text is None else text.strip() for text in collection.texts.to_list()]
    if collection.pictures is not None:
        return [hashlib.blake2b(np.ascontiguousarray(picture).tobytes(), digest_size=16).digest() for picture in collection.pictures]
    if collection.files and collection.root is not None and len(collection.files) <= MOST_FILES:
        return [_digest(collection.root / name) for name in collection.files]
    if collection.kind == ROW and collection.features:
        from nohero.data.copies import table_keys

        return table_keys(collection.frame.select(collection.features)).tolist()  # type: ignore[no-any-return]
    return [None] * len(collection)


def _digest(path: Any) -> bytes | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None


def _numbered(keys: Sequence[Any]) -> Index:
    """None is like nothing, not even like another None."""
    known: dict[Any, int] = {}
    found = np.empty(len(keys), dtype=np.int64)
    for i, key in enumerate(keys):
        found[i] = known.setdefault(("alone", i) if key is None else key, len(known))
    return found
