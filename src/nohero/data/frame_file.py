"""Files whose columns have types of their own: parquet, Arrow (Feather), JSON and sheets of a workbook."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import polars as pl

from nohero.data.json_rows import JSON, LINES, json_lines, json_rows
from nohero.data.packed import MOST, content_of, form_of
from nohero.data.parquet_file import PARQUET, plain_columns, read_parquet
from nohero.data.table_text import decode
from nohero.run.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.data.raw import Unusable

ARROW = (".feather", ".arrow", ".ipc")
SHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
UNNAMED = "__UNNAMED__"  # how columns begin that a sheet has no name for
TITLES, NAMED = 30, 0.9  # lines in which the names are looked for; of the columns that any of these lines fills, that the line of names fills
TRIES = 3  # readings of a sheet, to find the line of names
FRAMES = (*PARQUET, *ARROW, *LINES, JSON, *SHEETS)


def read_frame(path: Path, source: str) -> tuple[pl.DataFrame, tuple[Unusable, ...], tuple[str, ...]]:
    """(columns of one plain value a row, what is no row, notes)."""
    form = form_of(path)
    if form in PARQUET:
        frame, notes = read_parquet(path, source)
        return frame, (), notes
    if form in ARROW:
        frame, notes = _arrow(path, source)
        return frame, (), notes
    if form in SHEETS:
        frame, notes = _sheet(path, source)
        return frame, (), notes
    content = content_of(path, source)
    if form == JSON:
        return json_rows(content, source)
    found, unusable, _ = json_lines(content)
    if found is None:
        raise DataError(f"{source} holds no JSON objects", expected="one object a line", mend="check how the file was written")
    return found, unusable, tuple(decode(content)[1])


def _arrow(path: Path, source: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    try:
        content = content_of(path, source)
        read = pl.read_ipc if content.startswith(b"ARROW1") else pl.read_ipc_stream
        return plain_columns(read(io.BytesIO(content)))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{source} cannot be read as an Arrow file: {_first_line(error)}", expected="a whole Feather (version 2) or Arrow file", mend="write it again, or write parquet") from error


def _sheet(path: Path, source: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The first sheet with rows."""
    try:
        import fastexcel
    except ImportError as error:
        raise DataError(f"{source} is a workbook, and fastexcel is not installed", expected="the extra that reads workbooks", mend="pip install 'nohero[excel]', or save the sheet as csv") from error
    try:
        if _size(path) > MOST:
            raise DataError(f"{source} holds more than {MOST / 1e9:.0f} GB, unpacked", expected="a smaller workbook", mend="save the sheet as csv")
        names = list(fastexcel.read_excel(str(path)).sheet_names)
        for name in names:
            frame = pl.read_excel(path, sheet_name=name, infer_schema_length=None, raise_if_empty=False)
            if frame.height and frame.width:
                rest = [n for n in names if n != name]
                frame, titled = _below_titles(path, name, frame)
                plain, notes = plain_columns(frame)
                return plain, (*notes, *titled, *((f"sheet `{name}` is read; the workbook also holds {', '.join(f'`{n}`' for n in rest[:5])}",) if rest else ()))
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{source} cannot be read as a workbook: {_first_line(error)}", expected="a workbook of Excel or OpenDocument with a table in it", mend="save the sheet as csv") from error
    raise DataError(f"{source} has no rows: its sheets are {', '.join(f'`{n}`' for n in names[:5])}", expected="a sheet with a line of names and rows below it", mend="check the path, or save the sheet as csv")


def _below_titles(path: Path, name: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The sheet read from its line of names on, where titles stand above it: then most columns have no name in the first line."""
    if sum(c.startswith(UNNAMED) for c in frame.columns) < max(1, frame.width / 2):
        return frame, ()
    whole = pl.read_excel(path, sheet_name=name, has_header=False, drop_empty_rows=False, infer_schema_length=None, raise_if_empty=False)
    head = whole.head(TITLES).cast(pl.String)
    filled = [sum(bool(c) for c in row) for row in head.rows()]
    first = next((i for i, n in enumerate(filled) if n >= max(2, NAMED * max(filled))), 0)
    names = [c or "" for c in head.row(first)] if first else []
    if not names or any(c and c.replace(".", "", 1).isdigit() for c in names) or len({c for c in names if c}) < filled[first]:
        return frame, ()
    line = first
    for _ in range(TRIES):  # empty lines at the top of a sheet are counted by some and not by others: the rows that are too many say how many
        found = pl.read_excel(path, sheet_name=name, drop_empty_rows=False, infer_schema_length=None, raise_if_empty=False, read_options={"header_row": line})
        if [c if not c.startswith(UNNAMED) else "" for c in found.columns] == names:
            return found.filter(~pl.all_horizontal(pl.all().is_null())), (f"the names stand in line {line + 1} of sheet `{name}`, below `{next(c for row in head.rows() for c in row if c)[:60]}`",)
        line += max(1, found.height - (whole.height - first - 1))
    return frame, ()


def _size(path: Path) -> int:
    """Bytes of what a packed workbook holds, as it says; 0 of one that is not packed."""
    if not zipfile.is_zipfile(path):
        return 0
    with zipfile.ZipFile(path) as pack:
        return sum(entry.file_size for entry in pack.infolist())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
