"""Which items are exact copies of each other: the same cells, the same text, the same bytes of a file.

Legend: N items.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.sources.collection import ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.allot import Index
    from nohero.sources.collection import Collection

MOST_FILES = 50_000  # that are read for this alone


def same_items(collection: Collection) -> Index:
    """int64 [N]: one number for items that are the same, by first appearance."""
    return collection.shared("same items", lambda: _numbered(_keys(collection)))  # type: ignore[no-any-return]


def _keys(collection: Collection) -> Sequence[Any]:
    if collection.marking is not None:
        return [header.digest for header in collection.marking.headers]
    if collection.texts is not None:
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
