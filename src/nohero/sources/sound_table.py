"""A table that names sound files: a row a sound, with the table's fields beside what is measured of the sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.matched import FOUND, match, parts_field
from nohero.sources.sound_file import SUFFIXES
from nohero.sources.sound_folder import read_sound_folder, read_sounds
from nohero.sources.table import read_table
from nohero.sources.walking import Walk, walk

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

NAMED = ("file", "filename", "file_name", "fname", "path", "id", "name", "sound", "audio", "clip", "wav", "recording", "slice_file_name")  # columns whose cells may lack the suffix
TABLES = (".csv", ".tsv", ".parquet")
HEAD = 200  # cells that are looked at first


def with_sounds(table: Collection, path: Path) -> Collection:
    """The sounds that a table beside them names; the table itself where it names none."""
    if table.whole is not None:
        return table
    for name in table.frame.columns:
        series = table.frame[name]
        if series.dtype == pl.String and (some := series.drop_nulls().head(HEAD).to_list()) and sum(map(_is_sound, some)) > FOUND * len(some):
            found = _joined(table, path.parent, walk(path.parent), table.source)
            return table if found is None else found
    return table


def sounds_of_folder(root: Path, source: str) -> Collection | None:
    """All sounds below a folder, with the fields of the one table beside them that names them; None where there are none."""
    walked = walk(root)
    sounds = [n for n in walked.names if _is_sound(n)]
    fitting = []
    for name in [n for n in walked.names if "/" not in n and Path(n).suffix.lower() in TABLES] if sounds else ():
        try:
            table = read_table([root / name], source)
        except DataError:
            continue
        if match(table.frame, sounds, NAMED) is not None:
            fitting.append((name, table))
    if len(fitting) == 1 and (one := _joined(fitting[0][1], root, walked, source)) is not None:
        return one.with_(notes=(*one.notes, f"fields from {fitting[0][0]}"))
    plain = read_sound_folder(root, source)
    if plain is None or not fitting:
        return plain
    return plain.with_(notes=(*plain.notes, f"not read: {', '.join(name for name, _ in fitting)}, which name sounds too; name one of them to use its fields"), kept=plain.kept)


def _joined(table: Collection, root: Path, walked: Walk, source: str) -> Collection | None:
    sounds = [n for n in walked.names if _is_sound(n)]
    found = match(table.frame, sounds, NAMED) if sounds else None
    if found is None:
        return None
    told = found.told(list(table.items), table.frame[found.column].to_list(), sounds)
    absent = tuple(Unusable(where=row, reason=f"no such sound: {cell}" if cell else "names no sound") for row, cell in told.absent)
    opened = read_sounds(root, list(dict.fromkeys(n for n in found.names if n)), source, (), ())
    place = {name: i for i, name in enumerate(opened.items)}
    kept = [i for i, name in enumerate(found.names) if name in place]
    frame = table.frame[kept].drop(found.column)
    own = opened.frame[[place[found.names[i]] for i in kept]]
    other = {c: f"{c} of the table" for c in own.columns if c in frame.columns}
    frame = frame.rename(other)
    cells = table.cells[kept].drop(found.column, strict=False).rename(other, strict=False) if table.cells is not None and table.cells.width else None
    names = tuple(found.names[i] for i in kept)
    notes = (f"{len(told.unnamed):,} sounds that the table does not name are left out",) if told.unnamed else ()
    return opened.with_(
        frame=pl.concat([frame, own], how="horizontal"), cells=cells, named=tuple(frame.columns), items=names, files=names, label=frame.columns[0] if frame.width == 1 else opened.label, split=parts_field(frame) or opened.split,
        unusable=(*absent, *opened.unusable), notes=(*table.notes, *opened.notes, *notes), matched=told, root=root,
    )  # fmt: skip


def _is_sound(cell: str) -> bool:
    return Path(cell).suffix.lower() in SUFFIXES
