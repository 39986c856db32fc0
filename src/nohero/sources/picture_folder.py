"""Folders of pictures: classes as folders, train and test folders above them, a flat folder, or a table that names the files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nohero.data.picture_files import Listing, list_pictures
from nohero.data.raw import Unusable
from nohero.sources.picture_items import Layout, made
from nohero.sources.picture_table import joined
from nohero.sources.table import part_of

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

ROLES = {"images", "image", "img", "imgs", "pictures", "photos", "data", "jpegimages", "frames", "masks", "mask", "annotations", "labels"}  # folders that name no class
TABLES = (".csv", ".tsv")
SHOWN = 8


def read_picture_folder(root: Path, source: str) -> Collection | None:
    """All pictures below `root`, or None where it is no folder of pictures."""
    tables = sorted(p for p in root.iterdir() if p.is_file() and p.suffix.lower() in TABLES and not p.name.startswith("."))
    listing = list_pictures(root)
    if not listing.names or len(listing.names) <= len(tables):
        return None
    layout = _layout(listing)
    if tables and not layout.labels:
        for table in tables:
            found = joined(table, listing, source)
            if found is not None:
                return found
    beside = (f"{', '.join(p.name for p in tables[:SHOWN])} not read: name it to use its columns",) if tables else ()
    return made(listing, layout, source, beside)


def _layout(listing: Listing) -> Layout:
    steps = [name.split("/") for name in listing.names]
    tops = Counter(path[0] for path in steps if len(path) > 1)
    parted = bool(tops) and all(part_of(top) for top in tops) and sum(tops.values()) > len(steps) / 2
    depth = int(parted)
    deep = [path for path in steps if len(path) >= depth + 2]
    classes = {path[depth] for path in deep}
    labelled = len(classes) > 1 and not {c.lower() for c in classes} <= ROLES and len(deep) > len(steps) / 2
    least = depth + 2 if labelled else depth + 1  # steps of a path
    kept, stray = [path for path in steps if len(path) >= least], [path for path in steps if len(path) < least]
    parts = tuple(part_of(path[0]) for path in kept) if parted else ()
    below = tuple("/".join(path[depth + int(labelled) : -1]) for path in kept)
    empty = {f.split("/")[depth] for f in listing.folders if f.count("/") >= depth} - classes if labelled else set()
    return Layout(
        names=tuple("/".join(path) for path in kept),
        labels=tuple(path[depth] for path in kept) if labelled else (),
        parts=parts if len(set(parts)) > 1 else (),
        folders=below if len(set(below)) > 1 else (),
        stray=tuple(Unusable(where="/".join(path), reason="not in a class folder" if labelled else "not in a part's folder") for path in stray),
        notes=(f"folders without pictures: {', '.join(sorted(empty)[:SHOWN])}",) if empty else (),
    )
