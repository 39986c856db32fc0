"""A table that names picture files: a row a picture, with the table's fields beside what the file says of itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from nohero.data.image_decode import SUFFIXES
from nohero.data.picture_files import Listing, list_pictures
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.picture_items import Layout, made
from nohero.sources.table import PARTS, read_table
from nohero.sources.thumbnails import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

FOUND = 0.5  # share of a column's cells that name a picture, for it to be the column of files
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


@dataclass(frozen=True, kw_only=True)
class _Match:
    """The column of files, and the picture that each row names ('' where there is none)."""

    column: str
    names: list[str]


def _joined(table: Collection, listing: Listing, source: str, root: Path) -> Collection | None:
    match = _match(table.frame, listing)
    if match is None:
        return None
    rows = [i for i, name in enumerate(match.names) if name]
    refused = {u.where: u.reason for u in listing.unusable}
    cells = table.frame[match.column].to_list()
    absent = tuple(
        Unusable(where=table.items[i], reason=f"{refused.get(str(cells[i]), 'no such picture')}: {cells[i]}" if cells[i] is not None else "names no picture")
        for i, name in enumerate(match.names) if not name
    )  # fmt: skip
    opened = made(listing, Layout(names=tuple(dict.fromkeys(match.names[i] for i in rows))), source)
    place = {name: i for i, name in enumerate(opened.items)}
    kept = [i for i in rows if match.names[i] in place]
    frame = table.frame[kept].drop(match.column)
    own = opened.frame[[place[match.names[i]] for i in kept]]
    own = own.rename({c: f"{c} of the picture" for c in own.columns if c in frame.columns})
    named = set(match.names)
    unlisted = tuple(name for name in listing.names if name not in named)
    notes = (f"{len(unlisted):,} pictures that the table does not name are left out",) if unlisted else ()
    label = frame.columns[0] if frame.width == 1 else ""
    split = next((c for c in frame.columns if c.casefold() in ("split", "part", "subset", "set") and _parts(frame[c])), "")
    return opened.with_(
        frame=pl.concat([frame, own], how="horizontal"), cells=None, items=tuple(match.names[i] for i in kept), files=tuple(match.names[i] for i in kept),
        label=label, split=split, unusable=(*absent, *(u for u in opened.unusable if u not in listing.unusable)), unlisted=unlisted, notes=(*table.notes, *opened.notes, *notes),
        kept={KEY: opened.kept[KEY].take([place[match.names[i]] for i in kept])}, root=root,
    )  # fmt: skip


def _parts(series: pl.Series) -> bool:
    values = series.drop_nulls().unique().to_list()
    return len(values) > 1 and all(str(v).casefold() in PARTS for v in values)


def _match(frame: pl.DataFrame, listing: Listing) -> _Match | None:
    """Exact relative paths first, then names and stems where only one picture bears them."""
    keys = [{name: name for name in listing.names}, _by([_base(n) for n in listing.names], listing), _by([_base(n).rsplit(".", 1)[0] for n in listing.names], listing)]
    best = None
    for column in frame.columns:
        series = frame[column]
        cells = ["" if v is None else str(v).strip().replace("\\", "/").removeprefix("./") for v in series.to_list()]
        stems = column.strip().casefold() in NAMED
        if not stems and series.dtype != pl.String:
            continue
        names = [keys[0].get(c) or keys[1].get(_base(c)) or (keys[2].get(c, "") if stems else "") for c in cells]
        hits = sum(map(bool, names))
        if hits and hits > FOUND * len(names) and (best is None or hits > best[0]):
            best = (hits, _Match(column=column, names=names))
    return None if best is None else best[1]


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _by(short: list[str], listing: Listing) -> dict[str, str]:
    """Short name to picture, where only one bears it."""
    count = Counter(short)
    return {key: name for key, name in zip(short, listing.names, strict=True) if count[key] == 1}


def _is_picture(cell: str) -> bool:
    return cell.lower().endswith(SUFFIXES)
