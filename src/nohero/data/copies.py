"""Which rows are copies of each other: the same features, or the same pixels."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.fields import kind_of

if TYPE_CHECKING:
    from nohero.data.raw import Raw


def copy_groups(raw: Raw) -> np.ndarray[Any, Any]:
    """int64 [N]: the same number for rows that are copies; numbered by first appearance."""
    keys = table_keys(raw.frame) if raw.modality == "table" else _image_keys(raw.images)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))  # hashes must not decide the order: they may change
    return rank[inverse]


def table_keys(frame: pl.DataFrame) -> np.ndarray[Any, Any]:
    """A 64-bit hash a row, over the columns that do not number or name the rows."""
    telling = [series.name for series in frame if kind_of(series)[0] != "identifier"]
    chosen = frame.select(telling) if telling else frame
    return chosen.hash_rows(seed=0).to_numpy()


def _image_keys(images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    digests = (hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=8).digest() for image in images)
    return np.frombuffer(b"".join(digests), dtype=np.uint64)
