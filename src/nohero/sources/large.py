"""Tables that are too large to be held in memory become a collection all the same: a sample of the rows, and what is known of all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from nohero.data.raw import Unusable
from nohero.data.table_types import blank_missing
from nohero.run.errors import DataError
from nohero.sources.chunks import BLOCK, LEAST_BLOCK, Chunk, chunks_of
from nohero.sources.collection import ROW, Collection
from nohero.sources.sqlite_file import sqlite_chunks
from nohero.sources.table import FILE, PART, part_of, same_fields
from nohero.sources.whole import Gathering, RowNames

SAMPLE = 200_000  # rows; a quantile of so many is known to .1 % of the rows
CELLS = 8_000_000  # of the sample at most
CELL = 200  # bytes of a cell of the sample, while it is examined
LEAST = 1000  # rows
HASHED = 500  # bytes of memory that one row whose hash is held stands for, while it is sorted and written
BLOCKS = 64  # parts of the memory bound that one block of text may take
UNUSABLE = 10_000  # rows named that could not be read
Choose = Callable[[list[str]], tuple[str, str]]  # the columns' names -> the fields of the label and of the parts


def read_large(paths: Sequence[Path], source: str, *, memory: float, seed: int, choose: Choose) -> Collection:
    """The rows of one or several files, in at most about `memory` bytes."""
    parts = [part_of(path.stem) for path in paths]
    divided = len(paths) > 1 and all(parts) and len(set(parts)) > 1
    mark, values = (PART, parts) if divided else (FILE, [path.name for path in paths])
    first: list[str] = []

    def rows() -> Iterator[tuple[int, Chunk]]:
        for k, path in enumerate(paths):
            for chunk in chunks_of(path, str(path) if len(paths) > 1 else source, _block(memory)):
                if chunk.frame.height and len(paths) > 1:
                    first.extend(() if first else chunk.frame.columns)
                    same_fields(first, chunk.frame.columns, paths[0], path)
                    yield k, replace(chunk, frame=chunk.frame.with_columns(pl.lit(values[k]).alias(mark)))
                else:
                    yield k, chunk

    found = _gathered(rows(), source, [p.name for p in paths], memory=memory, seed=seed, choose=choose, split=PART if divided else "")
    digests = [_digest(p) for p in paths]
    if len(paths) == 1:
        return found.with_(name=paths[0].stem, sha256=digests[0])
    together = hashlib.sha256("".join(digests).encode()).hexdigest()
    return found.with_(name=paths[0].parent.name or "tables", sha256=together, notes=(f"{len(paths)} files read as one table", *found.notes))


def read_large_sqlite(path: Path, asked: str, source: str, *, memory: float, seed: int, choose: Choose) -> Collection:
    """The rows of a table or of a query, in at most about `memory` bytes."""
    chunks = ((0, chunk) for chunk in sqlite_chunks(path, asked, source, _block(memory)))
    return _gathered(chunks, source, [path.name], memory=memory, seed=seed, choose=choose).with_(name=path.stem, sha256=_digest(path))


def _gathered(chunks: Iterator[tuple[int, Chunk]], source: str, files: list[str], *, memory: float, seed: int, choose: Choose, split: str = "") -> Collection:
    gathering: Gathering | None = None
    unusable: list[Unusable] = []
    lost, notes, written = 0, dict[str, None](), True
    try:
        for file, chunk in chunks:
            before = f"{files[file]} " if len(files) > 1 else ""
            unusable += [replace(u, where=f"{before}{u.where}") for u in chunk.unusable[: UNUSABLE - len(unusable)]]
            lost += len(chunk.unusable)
            notes.update(dict.fromkeys(chunk.notes))
            if not chunk.frame.height:
                continue
            if gathering is None:
                label, chosen = choose(chunk.frame.columns)
                room = int(min(SAMPLE, min(CELLS, memory / CELL) / chunk.frame.width))
                gathering, written = Gathering(room=max(LEAST, room), buffer=int(memory / HASHED), seed=seed, label=label, split=split or chosen), chunk.written
            gathering.add(chunk, file)
        if gathering is None:
            raise DataError(f"{source} has no rows", expected="a table with rows", mend="check the path, or how the file was written")
        more = (f"{lost:,} rows could not be read; the first {UNUSABLE:,} are named",) if lost > len(unusable) else ()
        return _collection(gathering, source, tuple(files), written=written, split=split, unusable=tuple(unusable), notes=(*notes, *more))
    finally:
        if gathering is not None:
            gathering.close()


def _collection(gathering: Gathering, source: str, files: tuple[str, ...], *, written: bool, split: str, unusable: tuple[Unusable, ...], notes: tuple[str, ...]) -> Collection:
    sample = gathering.summary.sample.trimmed()
    columns = gathering.summary.columns
    frame = sample.frame.select(list(columns))
    typed = pl.DataFrame([columns[s.name].retyped(s) for s in blank_missing(frame)]) if written else frame
    names = RowNames(gathering.summary.n, files)
    found = Collection(
        name="", source=source, kind=ROW, frame=typed, cells=frame if written else None, items=tuple(names[r] for r in sample.rows.tolist()),
        split=split, unusable=unusable, notes=(*notes, f"larger than the memory it may take: {_said(len(sample.rows), gathering.summary.n)}"),
    )  # fmt: skip
    order = found.with_(split=gathering.split).parts if gathering.split in frame.columns else ()
    return found.with_(whole=gathering.whole(order, names, sample.rows))


def _said(some: int, n: int) -> str:
    if some == n:
        return f"read in parts; all of its {n:,} rows fit the sample"
    return f"ranks, associations and models are measured on {some:,} of {n:,} rows, drawn evenly; counts, missing values, marks, extremes and copies on all"


def _block(memory: float) -> int:
    return int(min(BLOCK, max(LEAST_BLOCK, memory / BLOCKS)))


def _digest(path: Any) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
