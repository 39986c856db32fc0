"""Even text tables, read with their numbers as numbers: what is not even, or of another kind, is left to the reader of all texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.data.even_text import head_of, layout_of, read_strings, read_typed
from nohero.data.table_header import has_header
from nohero.data.table_text import UTF16, decode, dialect_of, without_remarks

if TYPE_CHECKING:
    import polars as pl

HEAD = 1 << 20  # bytes that tell how cells are separated


@dataclass(frozen=True, kw_only=True, eq=False)
class EvenTable:
    """The rows below the header."""

    frame: pl.DataFrame  # Int64 and Float64 where a column holds plain numbers alone, else strings; columns are "0", "1", …
    first: tuple[str, ...]  # cells of the header, where there is one
    notes: tuple[str, ...]


def even_table(content: bytes) -> EvenTable | None:
    """Of the bytes of a text file."""
    if content.startswith(UTF16):
        return None
    text, notes = ("", []) if content.isascii() else decode(content)
    content = text.encode() if text else content
    beginning = content[:HEAD].decode(errors="ignore")
    if without_remarks(beginning)[1]:
        return None
    dialect = dialect_of(beginning)
    head = head_of(content)
    if dialect.spaced or not dialect.quoted or layout_of(head, dialect.separator) is None:
        return None
    cells = read_strings(head, dialect.separator)
    if cells.height < 2 or bool((cells.to_series(-1) == "").all()):  # a header alone; or every line ends with a separator
        return None
    header = has_header(cells)
    layout = layout_of(content, dialect.separator, header=header)
    if layout is None:
        return None
    first = tuple(cell or "" for cell in cells.row(0)) if header else ()
    return EvenTable(frame=read_typed(content, dialect.separator, layout, header=header), first=first, notes=(*notes, *dialect.notes))
