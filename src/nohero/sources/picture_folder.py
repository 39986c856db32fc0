"""Folders of pictures: classes as folders, train and test folders above them, a flat folder, or a table that names the files."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.image_decode import SUFFIXES
from nohero.data.picture_files import Listing, list_pictures
from nohero.data.picture_look import Look, look
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.collection import PICTURE, Collection
from nohero.sources.table import part_of
from nohero.sources.thumbnails import KEY, of_looks

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASS, PART = "class", "part"
ROLES = {"images", "image", "img", "imgs", "pictures", "photos", "data", "jpegimages", "frames", "masks", "mask", "annotations", "labels"}  # folders that name no class
TABLES = (".csv", ".tsv")
SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """Where each picture belongs, in the order of `names`."""

    names: tuple[str, ...]
    labels: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()  # what lies between: below class and part
    stray: tuple[Unusable, ...] = ()
    notes: tuple[str, ...] = ()


def read_picture_folder(root: Path, source: str) -> Collection | None:
    """All pictures below `root`, or None where it is no folder of pictures."""
    tables = sorted(p for p in root.iterdir() if p.is_file() and p.suffix.lower() in TABLES and not p.name.startswith("."))
    listing = list_pictures(root)
    if not listing.names or len(listing.names) <= len(tables):
        return None
    layout = _layout(listing)
    if tables and not layout.labels:
        from nohero.sources.picture_table import joined

        for table in tables:
            found = joined(table, listing, source)
            if found is not None:
                return found
    beside = (f"{', '.join(p.name for p in tables[:SHOWN])} not read: name it to use its columns",) if tables else ()
    return made(listing, layout, source, beside)


def made(listing: Listing, layout: _Layout, source: str, notes: Sequence[str] = ()) -> Collection:
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


def _layout(listing: Listing) -> _Layout:
    steps = [name.split("/") for name in listing.names]
    tops = Counter(path[0] for path in steps if len(path) > 1)
    parted = bool(tops) and all(part_of(top) for top in tops) and sum(tops.values()) > len(steps) / 2
    depth = int(parted)
    deep = [path for path in steps if len(path) >= depth + 2]
    classes = {path[depth] for path in deep}
    labelled = len(classes) > 1 and not {c.lower() for c in classes} <= ROLES and len(deep) > len(steps) / 2
    kept = [path for path in steps if not (labelled and len(path) < depth + 2) and not (parted and len(path) < 2)]
    stray = [path for path in steps if path not in kept] if len(kept) < len(steps) else []
    parts = tuple(part_of(path[0]) for path in kept) if parted else ()
    below = tuple("/".join(path[depth + int(labelled) : -1]) for path in kept)
    empty = {f.split("/")[depth] for f in listing.folders if f.count("/") >= depth} - classes if labelled else set()
    return _Layout(
        names=tuple("/".join(path) for path in kept),
        labels=tuple(path[depth] for path in kept) if labelled else (),
        parts=parts if len(set(parts)) > 1 else (),
        folders=below if len(set(below)) > 1 else (),
        stray=tuple(Unusable(where="/".join(path), reason="not in a class folder" if labelled else "not in a part's folder") for path in stray),
        notes=(f"folders without pictures: {', '.join(sorted(empty)[:SHOWN])}",) if empty else (),
    )


def flat(names: Sequence[str]) -> _Layout:
    """These pictures, whatever their folders say."""
    return _Layout(names=tuple(names))


def is_picture(name: object) -> bool:
    """Whether a cell reads like the name of a picture file."""
    return isinstance(name, str) and name.lower().endswith(SUFFIXES)
