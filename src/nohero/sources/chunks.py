"""Tables read a part at a time, in bounded memory: the same rows, in the same form, as reading them whole gives."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.frame_file import FRAMES, read_frame
from nohero.data.json_rows import LINES, json_lines
from nohero.data.packed import BROKEN, form_of, open_unpacked
from nohero.data.packed import unreadable as unreadable_pack
from nohero.data.parquet_file import PARQUET, plain_columns, unreadable
from nohero.data.table_header import has_header, unique_names
from nohero.data.table_text import UTF16, cut, decode, dialect_of, refuse_binary, to_unusable, without_remarks
from nohero.data.table_types import blank_missing
from nohero.run.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.data.raw import Unusable

BLOCK = 16 << 20  # bytes of text read at a time
LEAST_BLOCK = 1 << 16
LONGEST = 64  # blocks: a quotation that is longer was never closed
CELL = 16  # bytes a cell of a parquet file or a query takes in memory, for the size of its parts


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of one file."""

    frame: Any  # polars.DataFrame [N]: strings as they are written where `written`, else typed columns
    rows: Any  # int64 [N]: the rows' numbers in the file, from 1
    written: bool
    unusable: tuple[Unusable, ...] = ()
    notes: tuple[str, ...] = ()


def chunks_of(path: Path, source: str, block: int = BLOCK) -> Iterator[Chunk]:
    """The rows of a file; raises DataError where it cannot be read."""
    form = form_of(path)
    if form in PARQUET:
        return parquet_chunks(path, source, block)
    if form in LINES:
        return line_chunks(path, source, block)
    return whole_chunk(path, source) if form in FRAMES else text_chunks(path, source, block)


def whole_chunk(path: Path, source: str) -> Iterator[Chunk]:
    """Of a form that can only be read as a whole."""
    frame, unusable, notes = read_frame(path, source)
    yield Chunk(frame=blank_missing(frame), rows=np.arange(1, frame.height + 1), written=False, unusable=unusable, notes=notes)


def text_chunks(path: Path, source: str, block: int) -> Iterator[Chunk]:
    """A delimited text; its dialect, its header and its width are those of the first block."""
    blocks = _utf8(path, source, block)
    head = next(blocks, b"")
    beginning, remarks = without_remarks(decode(head[: head.rfind(b"\n") + 1] or head)[0])
    head = beginning.encode() + head[head.rfind(b"\n") + 1 :] if remarks else head
    dialect = dialect_of(beginning)
    names: list[str] = []
    done = first = 0
    for part in records(head, blocks, quoted=dialect.quoted, longest=LONGEST * block):
        text, said = decode(part)
        if not text.strip():
            continue
        grid = cut(text, dialect, len(names) or None)
        frame, rows, notes = grid.frame, grid.records + done, (*said, *grid.notes)
        if not names:
            named = has_header(frame) and frame.height > 0
            names, twice = unique_names([cell or "" for cell in frame.row(0)] if named else [""] * frame.width)
            first = int(rows[0]) + 1 if named else 1
            notes = (*remarks, *dialect.notes, *notes, *twice, *(() if named else (f"no header found: columns are named {names[0]} to {names[-1]}",)))
            frame, rows = frame.slice(int(named)), rows[int(named) :]
        faults = tuple((number + done, reason) for number, reason in grid.unusable)
        done += grid.num_records
        yield Chunk(frame=frame.rename(dict(zip(frame.columns, names, strict=True))), rows=rows - first + 1, written=True, unusable=to_unusable(faults, first), notes=notes)
    if not names:
        raise DataError(f"{source} is empty", expected="a header line and at least 20 rows", mend="check the path, or how the file was written")


def records(head: bytes, rest: Iterator[bytes], *, quoted: bool, longest: int) -> Iterator[bytes]:
    """The same bytes, cut behind the end of a record: a line's end that stands in no quotation."""
    held = head
    for more in rest:
        end = _end(held, quoted=quoted) or (_end(held, quoted=False) if len(held) > longest else 0)
        if end:
            yield held[:end]
        held = held[end:] + more
    if held:
        yield held


def _end(held: bytes, *, quoted: bool) -> int:
    sign = b"\n" if b"\n" in held else b"\r"
    end = held.rfind(sign) + 1
    if not quoted or not end:
        return end
    open_ = held.count(b'"', 0, end) % 2
    while end and open_:
        before = held.rfind(sign, 0, end - 1) + 1
        open_ = (open_ + held.count(b'"', before, end)) % 2
        end = before
    return end


def _utf8(path: Path, source: str, block: int) -> Iterator[bytes]:
    """A file's bytes, UTF-16 as UTF-8; an archive or a picture that is called csv is refused."""
    try:
        with open_unpacked(path) as file:
            head = file.read(block)
            refuse_binary(head, source)
            wide = codecs.getincrementaldecoder("utf-16")(errors="replace") if head.startswith(UTF16) else None
            while head:
                yield head if wide is None else wide.decode(head).encode()
                head = file.read(block)
    except (OSError, *BROKEN) as error:
        raise unreadable_pack(path, source, error) from error


def line_chunks(path: Path, source: str, block: int) -> Iterator[Chunk]:
    """An object a line."""
    row = line = 0
    for part in records(b"", _utf8(path, source, block), quoted=False, longest=LONGEST * block):
        frame, unusable, lines = json_lines(part, line)
        line += lines
        height = frame.height if frame is not None else 0
        yield Chunk(frame=pl.DataFrame() if frame is None else frame, rows=np.arange(row + 1, row + height + 1), written=False, unusable=unusable)
        row += height


def parquet_chunks(path: Path, source: str, block: int) -> Iterator[Chunk]:
    """A slice of rows after the other."""
    try:
        lazy = pl.scan_parquet(path)
        total, width = int(lazy.select(pl.len()).collect().item()), len(lazy.collect_schema())
        size = max(1000, block // (CELL * max(1, width)))
        for start in range(0, total, size):
            frame, notes = plain_columns(lazy.slice(start, size).collect())
            yield Chunk(frame=blank_missing(frame), rows=np.arange(start + 1, start + frame.height + 1), written=False, notes=notes)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(source, error) from error
