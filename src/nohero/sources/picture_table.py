"""A table that names picture files: a row a picture, with the table's fields beside what the file says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from nohero.data.image_decode import SUFFIXES
from nohero.data.picture_files import Listing, list_pictures
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.matched import FOUND, match, parts_field
from nohero.sources.picture_items import Layout, made
from nohero.sources.table import read_table
from nohero.sources.thumbnails import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

NAMED = ("image", "image_id", "id", "file", "filename", "file_name", "path", "picture", "img", "id_code", "name")  # columns whose cells may lack the suffix


def with_pictures(table: Collection, path: Path) -> Collection:
    """The pictures that a table beside them names; the table itself where it names none."""
    for name in table.frame.columns:
        series = table.frame[name]
        if series.dtype == pl.String and (some := series.drop_nulls().head(200).to_list()) and sum(map(_is_picture, some)) > FOUND * len(some):
            found = _joined(table, list_pictures(path.parent), table.source, path.parent)
            return table if found is None else found
    return table


def joined(path: Path, listing: Listing, source: str) -> Collection | None:
    """The pictures of a folder with the fields of a table in it; None where the table names none of them."""
    try:
        table = read_table([path], source)
    except DataError:
        return None
    found = _joined(table, listing, source, listing.root)
    return None if found is None else found.with_(kept=found.kept, notes=(*found.notes, f"fields from {path.name}"))


def _joined(table: Collection, listing: Listing, source: str, root: Path) -> Collection | None:
    found = match(table.frame, listing.names, NAMED)
    if found is None:
        return None
    rows = [i for i, name in enumerate(found.names) if name]
    refused = {u.where: u.reason for u in listing.unusable}
    told = found.told(list(table.items), table.frame[found.column].to_list(), listing.names)
    absent = tuple(Unusable(where=row, reason=f"{refused.get(cell, 'no such picture')}: {cell}" if cell else "names no picture") for row, cell in told.absent)
    opened = made(listing, Layout(names=tuple(dict.fromkeys(found.names[i] for i in rows))), source)
    place = {name: i for i, name in enumerate(opened.items)}
    kept = [i for i in rows if found.names[i] in place]
    frame = table.frame[kept].drop(found.column)
    cells = table.cells[kept].drop(found.column, strict=False) if table.cells is not None and table.cells.width else None
    own = opened.frame[[place[found.names[i]] for i in kept]]
    own = own.rename({c: f"{c} of the picture" for c in own.columns if c in frame.columns})
    notes = (f"{len(told.unnamed):,} pictures that the table does not name are left out",) if told.unnamed else ()
    label = frame.columns[0] if frame.width == 1 else ""
    return opened.with_(
        frame=pl.concat([frame, own], how="horizontal"), cells=cells, named=tuple(frame.columns), items=tuple(found.names[i] for i in kept), files=tuple(found.names[i] for i in kept),
        label=label, split=parts_field(frame), unusable=(*absent, *(u for u in opened.unusable if u not in listing.unusable)), notes=(*table.notes, *opened.notes, *notes),
        kept={KEY: opened.kept[KEY].take([place[found.names[i]] for i in kept])}, root=root, matched=told,
    )  # fmt: skip


def _is_picture(cell: str) -> bool:
    return cell.lower().endswith(SUFFIXES)
