"""Picture files looked at once and made a collection, whatever says where each belongs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.picture_files import Listing
from nohero.data.picture_look import Look, look
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.collection import PICTURE, Collection
from nohero.sources.thumbnails import KEY, of_looks

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASS, PART = "class", "part"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where each picture belongs, in the order of `names`."""

    names: tuple[str, ...]
    labels: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()  # what lies between: below class and part
    stray: tuple[Unusable, ...] = ()
    notes: tuple[str, ...] = ()


def made(listing: Listing, layout: Layout, source: str, notes: Sequence[str] = ()) -> Collection:
    """Everything looked at; what cannot be decoded is set aside with its reason."""
    seen, pixels = look([listing.root / name for name in layout.names])
    kept = [i for i, one in enumerate(seen) if not one.fault]
    lost = tuple(Unusable(where=layout.names[i], reason=one.fault) for i, one in enumerate(seen) if one.fault)
    if not kept:
        raise DataError(f"none of the {len(seen):,} pictures in {source} can be read", expected="pictures that can be decoded", mend=f"look at one of them: {lost[0].where} ({lost[0].reason})")
    looks = [seen[i] for i in kept]
    names = [layout.names[i] for i in kept]
    columns: dict[str, Any] = {"file": [name.rsplit("/", 1)[-1] for name in names]}
    for field, values in ((CLASS, layout.labels), (PART, layout.parts), ("folder", layout.folders)):
        if values:
            columns[field] = [values[i] for i in kept]
    digest = hashlib.sha256(b"".join(n.encode() + b"\0" + one.digest for n, one in zip(layout.names, seen, strict=True))).hexdigest()
    thumbs = of_looks(looks, pixels if len(kept) == len(seen) else pixels[np.array(kept)])
    return Collection(
        name=listing.root.resolve().name, source=source, kind=PICTURE, frame=pl.DataFrame({**columns, **facts(names, looks)}), items=tuple(names), files=tuple(names),
        root=listing.root, label=CLASS if layout.labels else "", split=PART if layout.parts else "", unusable=(*listing.unusable, *layout.stray, *lost),
        notes=(*listing.notes, *layout.notes, *notes), sha256=digest, kept={KEY: thumbs},
    )  # fmt: skip


def facts(names: Sequence[str], looks: Sequence[Look]) -> dict[str, pl.Series]:
    """The columns that every picture file has."""
    return {
        "width": pl.Series([one.width for one in looks], dtype=pl.Int64),
        "height": pl.Series([one.height for one in looks], dtype=pl.Int64),
        "mode": pl.Series([one.mode for one in looks], dtype=pl.String),
        "bytes": pl.Series([one.size for one in looks], dtype=pl.Int64),
        "suffix": pl.Series([Path(name).suffix.lower() for name in names], dtype=pl.String),
        "format": pl.Series([one.format for one in looks], dtype=pl.String),
        "orientation": pl.Series([one.orientation for one in looks], dtype=pl.Int64),
        "frames": pl.Series([one.frames for one in looks], dtype=pl.Int64),
    }
