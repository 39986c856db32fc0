"""Tables as collections: csv, tsv, parquet, json lines and SQLite, one file or several of one form."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.frame_file import FRAMES, read_frame
from nohero.data.packed import content_of, form_of, stem_of
from nohero.data.raw import Unusable
from nohero.data.read import TEXTS
from nohero.data.table_header import has_header, unique_names
from nohero.data.table_text import parse_text, refuse_binary, to_unusable
from nohero.data.table_types import blank_missing, type_columns
from nohero.run.errors import DataError
from nohero.sources.collection import ROW, Collection, Rows
from nohero.sources.edge_blanks import edge_blanks
from nohero.sources.even_table import even_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.even_table import EvenTable

SQLITE = (".db", ".sqlite", ".sqlite3")
SUFFIXES = (*TEXTS, *FRAMES)
PARTS = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "dev": "val", "test": "test", "testing": "test", "eval": "test"}
PART, FILE = "part", "file"  # names of the fields that say where a row comes from


def read_table(paths: Sequence[Path], source: str) -> Collection:
    """The rows of one or several files; where several name their part (train.csv, test.csv), a field says which."""
    if len(paths) == 1:
        return _file(paths[0], source)
    read = [_file(path, str(path), alone=False) for path in paths]
    for path, other in zip(paths[1:], read[1:], strict=True):
        same_fields(read[0].frame.columns, other.frame.columns, paths[0], path)
    parts = [part_of(path.stem) for path in paths]
    named = all(parts) and len(set(parts)) > 1
    mark, values = (PART, parts) if named else (FILE, [path.name for path in paths])
    frame, cells, said = _together(read)
    column = pl.Series(mark, [v for v, c in zip(values, read, strict=True) for _ in range(len(c))], dtype=pl.String)
    items = tuple(f"{path.name} {item}" for path, c in zip(paths, read, strict=True) for item in c.items)
    return read[0].with_(
        name=paths[0].parent.name or "tables", source=source, frame=frame.with_columns(column), items=items,
        cells=cells.with_columns(column), split=mark if named else "",
        unusable=tuple(Unusable(where=f"{p.name} {u.where}", reason=u.reason) for p, c in zip(paths, read, strict=True) for u in c.unusable),
        notes=(f"{len(paths)} files read as one table", *said, *dict.fromkeys(n for c in read for n in c.notes)),
        sha256=hashlib.sha256("".join(c.sha256 for c in read).encode()).hexdigest(),
    )  # fmt: skip


def _together(read: Sequence[Collection]) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """(frame, cells, notes): what one file has as strings is typed anew over all; the other columns keep the types they have."""
    names = dict.fromkeys(n for c in read for n in c.frame.columns)
    written = [n for n in names if any(c.cells is not None and n in c.cells.columns for c in read)]
    cells = pl.concat([pl.DataFrame([c.written(n) if n in c.frame.columns else pl.Series(n, [""] * len(c)) for n in written]) for c in read])
    typed, said = _typed(cells) if written else (cells, ())
    others = pl.concat([c.frame.drop(written, strict=False) for c in read], how="diagonal_relaxed")
    return pl.concat([f for f in (typed, others) if f.width], how="horizontal").select(*names), cells, said


def part_of(stem: str) -> str:
    """train, val or test, where a file's or a folder's name says so."""
    words = [w for w in re.split(r"[^a-z]+", stem.lower()) if w]
    found = {PARTS[w] for w in words if w in PARTS}
    return found.pop() if len(found) == 1 else ""


def same_fields(first: Sequence[str], other: Sequence[str], one: Path, path: Path) -> None:
    """Refuse two files that have no column in common."""
    if not set(first) & set(other):
        raise DataError(
            f"{path.name} has no column of {one.name}",
            expected="files of one form: " + ", ".join(first[:8]),
            mend="name the files that belong together, or audit them one by one",
        )


def _file(path: Path, source: str, *, alone: bool = True) -> Collection:
    """One file; of one that stands alone, columns of numbers are not held as cells."""
    if form_of(path) in FRAMES:
        frame, unusable, notes = read_frame(path, source)
        return of_columns(path, source, stripped(frame), unusable=unusable, notes=notes, sha256=_digest(path))
    content = content_of(path, source)
    digest = hashlib.sha256(content).hexdigest()
    refuse_binary(content, source)
    even = even_table(content) if alone else None
    read = _even(path, source, even, digest) if even is not None else _text(path, source, content, digest, alone=alone)
    said = edge_blanks(content)
    return read.with_(notes=(*read.notes, *said)) if said else read


def stripped(frame: pl.DataFrame) -> pl.DataFrame:
    """Strings without the blanks around them, as those of a text file are read; "" where nothing stands."""
    return frame.with_columns(pl.col(pl.String).fill_null("").str.strip_chars())


def of_columns(path: Path, source: str, frame: pl.DataFrame, *, notes: tuple[str, ...] = (), **rest: Any) -> Collection:
    """A table whose columns have types of their own; strings among them are typed as those of a text file are."""
    cells = frame.select(pl.col(pl.String))
    strings, read = _typed(cells) if cells.width else (cells, ())
    return made(path, source, frame.with_columns(strings.get_columns()), cells, notes=(*notes, *read), **rest)


def _even(path: Path, source: str, even: EvenTable, digest: str) -> Collection:
    names, said = unique_names(list(even.first) or [""] * even.frame.width)
    frame = even.frame.rename(dict(zip(even.frame.columns, names, strict=True)))
    return of_columns(path, source, frame, notes=(*even.notes, *_unnamed(names, even.first), *said), sha256=digest)


def _text(path: Path, source: str, content: bytes, digest: str, *, alone: bool = True) -> Collection:
    grid = parse_text(content, source)
    named = has_header(grid.frame)
    first_cells = [cell or "" for cell in grid.frame.row(0)] if named else []
    names, said = unique_names(first_cells or [""] * grid.frame.width)
    cells = grid.frame.slice(int(named)).rename(dict(zip(grid.frame.columns, names, strict=True)))
    first = int(grid.records[0]) + 1 if named and len(grid.records) else 1
    rows = grid.records[int(named) :] - first + 1
    frame, read = _typed(cells)
    notes = (*grid.notes, *_unnamed(names, first_cells), *said, *(read if alone else ()))  # of several files the whole is typed anew
    return made(path, source, frame, cells, rows=rows, unusable=to_unusable(grid.unusable, first), notes=notes, sha256=digest)


def _unnamed(names: list[str], first: Sequence[str]) -> tuple[str, ...]:
    return () if first else (f"no header found: columns are named {names[0]} to {names[-1]}",)


def made(path: Path, source: str, frame: pl.DataFrame, cells: pl.DataFrame | None, *, rows: Any = None, **rest: Any) -> Collection:
    """A table as a collection; one without rows is refused. `rows` are their numbers in the file, int64 [N], where some are passed over."""
    if frame.height == 0 or frame.width == 0:
        raise DataError(f"{source} has no rows", expected="a table with rows", mend="check the path, or how the file was written")
    numbers = np.arange(1, frame.height + 1) if rows is None else rows
    return Collection(name=stem_of(path), source=source, kind=ROW, frame=frame, cells=cells, items=Rows(numbers), **rest)


def of_cells(cells: pl.DataFrame, name: str, *, label: str = "", split: str = "") -> Collection:
    """A table whose cells are strings, as in a text file."""
    return made(Path(name), name, _typed(cells)[0], cells).with_(label=label, split=split)


def _typed(cells: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """(each column in the type it holds, what was taken off or lost on the way)."""
    columns = type_columns(blank_missing(cells), np.arange(1, cells.height + 1))
    return pl.DataFrame([c.series for c in columns]), tuple(f"`{c.series.name}`: {note}" for c in columns for note in c.notes)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
