"""Delimited text whose lines all have as many cells, and no cell two lines: read by polars alone, which takes plain numbers as numbers.

A column of nothing but plain numbers and blanks is never held as strings: reading it takes a third of the time and half of the memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from nohero.data.table_types import are_long

BLOCK = 1 << 20  # bytes looked at at a time: they stay in the cache
HEAD = 2001  # lines that are read first: a header, and the rows that it is compared with
PLACES, LINES = 32, 64  # places in the file, and lines at each, whose cells say what a column holds
LONGEST = 1 << 16  # bytes of such a place at most
BLANKS = (b"\t", b"\r", b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e", b"\x1f")  # other than the space and the end of a line
NEWLINE, RETURN, SPACE, QUOTE, ZERO, NINE = b'\n\r "09'


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """How the cells lie in a text; columns by place."""

    width: int
    blank: Any  # int64 [width]: cells without a letter
    padded: Any  # bool [width]: a cell begins with a space or a quotation mark, or is a carriage return alone
    codes: Any  # bool [width]: a cell begins with a zero and another digit

    def note(self, signs: Any, ends: Any, first: int, separator: int) -> None:
        """What the cells begin with that follow the bytes at `ends`; `first` numbers the first of them, over all lines."""
        if len(ends) and ends[-1] + 1 >= len(signs):
            if signs[-1] == separator:  # a last line without an end may close with a blank cell
                self.blank[(first + len(ends) - 1) % self.width] += 1
            ends = ends[:-1]
        begin = signs[ends + 1]
        empty = (begin == separator) | (begin == NEWLINE)
        self.blank[:] += np.bincount((first + np.flatnonzero(empty)) % self.width, minlength=self.width)
        self.padded[(first + np.flatnonzero(((begin <= SPACE) & ~empty) | (begin == QUOTE))) % self.width] = True
        zeros = np.flatnonzero(begin == ZERO)
        zeros = zeros[ends[zeros] + 2 < len(signs)]
        second = signs[ends[zeros] + 2]
        self.codes[(first + zeros[(second >= ZERO) & (second <= NINE)]) % self.width] = True

    def closes(self, done: int, content: bytes) -> bool:
        """Whether the last line is as wide as the others, `done` cells having ended; a column of its own without blank lines."""
        even = done % self.width == (0 if content.endswith(b"\n") else self.width - 1)
        return even and (self.width > 1 or not (self.blank.any() or self.padded.any()))


def layout_of(content: bytes, separator: str, *, quoted: bool = True, header: bool = False) -> Layout | None:
    """Of UTF-8 text; None where it holds lines of another width, blank lines, ends of lines of several kinds, or quotation marks that are not round a whole cell.

    Of the first line the width alone is looked at where it is a header. Marks are letters like others where cells are not `quoted`.
    """
    if not content or (b"\r" in content and content.count(b"\r") != content.count(b"\r\n")) or content.endswith((b"\n\n", b"\n\r\n")):
        return None
    signs, sign, quoted = np.frombuffer(content, dtype=np.uint8), ord(separator), quoted and b'"' in content
    done = open_ = 0  # cells that ended so far; whether a quotation is open
    layout = _empty(_width(content, separator, quoted=quoted))
    layout.note(signs, np.full(1 - header, -1), 0, sign)
    for start in range(0, len(signs), BLOCK):
        block = signs[start : start + BLOCK]
        newline = block == NEWLINE
        ends = (block == sign) | newline
        if quoted:
            inside = (np.cumsum(block == QUOTE, dtype=np.uint8) + np.uint8(open_)) % 2 == 1
            if (inside & newline).any() or not _round_cells(signs, block, start, sign, open_):
                return None
            ends, open_ = ends & ~inside, int(inside[-1])
        ends = np.flatnonzero(ends)
        last = ends[(layout.width - 1 - done) % layout.width :: layout.width]  # of each line
        if len(last) != np.count_nonzero(newline) or not newline[last].all():
            return None
        aside = max(0, layout.width - 1 - done) if header else 0
        layout.note(signs, ends[aside:] + start, done + 1 + aside, sign)
        done += len(ends)
    return layout if layout.closes(done, content) and not open_ else None


def _width(content: bytes, separator: str, *, quoted: bool) -> int:
    """Cells of the first line."""
    first = content[: content.find(b"\n") % (len(content) + 1)]
    return sum(part.count(separator.encode()) for part in (first.split(b'"')[::2] if quoted else (first,))) + 1


def _empty(width: int) -> Layout:
    return Layout(width=width, blank=np.zeros(width, dtype=np.int64), padded=np.zeros(width, dtype=bool), codes=np.zeros(width, dtype=bool))


def _round_cells(signs: Any, block: Any, start: int, separator: int, open_: int) -> bool:
    """Whether every quotation mark of a block begins a cell, ends one, or is one of two that stand for one."""
    marks = np.flatnonzero(block == QUOTE) + start
    opening, closing = marks[open_::2], marks[1 - open_ :: 2]
    before, after = signs[opening[opening > 0] - 1], signs[closing[closing + 1 < len(signs)] + 1]
    return all(bool(((near == separator) | (near == NEWLINE) | (near == QUOTE) | (near == also)).all()) for near, also in ((before, NEWLINE), (after, RETURN)))


def read_strings(content: bytes, separator: str, *, quoted: bool = True) -> pl.DataFrame:
    """Every cell as it is written, blanks around it taken off; columns are "0", "1" and so on."""
    frame = pl.read_csv(content, has_header=False, separator=separator, quote_char='"' if quoted else None, infer_schema=False)
    return _stripped(frame.rename(dict(zip(frame.columns, map(str, range(frame.width)), strict=True))))


def read_typed(content: bytes, separator: str, layout: Layout, *, header: bool) -> pl.DataFrame:
    """Columns "0", "1" and so on: Int64 or Float64 where every cell below the header is a finite number or blank, else strings."""
    kinds = _kinds(content, separator, layout, header=header)
    frame = _read(content, separator, kinds, header=header)
    numbers = [s for s in frame if s.dtype.is_numeric()]
    gone = [s.name for s in numbers if s.null_count() > layout.blank[int(s.name)] or (s.dtype.is_float() and not _is_finite(s))]
    if gone:
        again = _read(content, separator, dict.fromkeys(kinds, pl.String), header=header, columns=[int(name) for name in gone])
        frame = frame.with_columns(again.get_columns())
    strings = frame.select(pl.col(pl.String))
    bare = content.isascii() and not any(sign in content for sign in BLANKS)  # spaces alone may stand around cells, and where they begin one the layout says so
    padded = [s.name for s in strings if not bare or layout.padded[int(s.name)] or s.null_count() or s.str.ends_with(" ").any()]
    return frame.with_columns(_stripped(strings.select(padded)).get_columns()) if padded else frame


def head_of(content: bytes) -> bytes:
    """The first lines."""
    end = 0
    for _ in range(HEAD):
        end = content.find(b"\n", end) + 1
        if not end:
            return content
    return content[:end]


def _read(content: bytes, separator: str, schema: dict[str, Any], *, header: bool, columns: list[int] | None = None) -> pl.DataFrame:
    return pl.read_csv(
        content,
        has_header=False,
        skip_rows=int(header),
        separator=separator,
        quote_char='"' if b'"' in content else None,
        schema=schema,
        ignore_errors=True,
        columns=columns,
    )


def _stripped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.all().fill_null("").str.strip_chars())


def _is_finite(series: pl.Series) -> bool:
    return bool(series.is_finite().all())  # of nulls nothing is asked


def _kinds(content: bytes, separator: str, layout: Layout, *, header: bool) -> dict[str, Any]:
    """The type in which each column is tried, by lines from all over the text."""
    lines = read_strings(_some_lines(content, header=header), separator)
    kinds: dict[str, Any] = {}
    for place, cells in enumerate(lines):
        full = cells.filter(cells != "")
        kind = next((k for k in (pl.Int64, pl.Float64) if full.len() and not full.cast(k, strict=False).null_count()), pl.String)
        held = layout.padded[place] or (kind == pl.Int64 and layout.codes[place]) or (kind == pl.Float64 and are_long(full))
        kinds[str(place)] = pl.String if held else kind
    return kinds


def _some_lines(content: bytes, *, header: bool) -> bytes:
    head = head_of(content)
    found = [head[head.find(b"\n") + 1 :] if header else head]
    step = (len(content) - len(head)) // PLACES
    for start in range(len(head) + step, len(content), step) if step > LONGEST else ():
        piece = content[start : start + LONGEST]
        lines = piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1].splitlines(keepends=True)
        found += lines[:LINES]
    rest = b"".join(found)
    return rest if rest.strip() else head
