"""Tables and queries of SQLite files, opened read-only."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.json_rows import column_of
from nohero.data.table_header import unique_names
from nohero.run.errors import DataError
from nohero.sources.chunks import CELL, Chunk
from nohero.sources.table import of_columns, stripped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

ALL = 1 << 62  # bytes: everything is one part
MOST = 2**31 - 1  # rows that are fetched at once
WAIT = 2.0  # seconds for another program that writes
FORM = "sqlite:FILE::TABLE or sqlite:FILE::SELECT ..."


def sqlite_chunks(path: Path, asked: str, source: str, block: int) -> Iterator[Chunk]:
    """The rows of a table, or of a query."""
    if not path.is_file():
        raise DataError(f"no file `{path}`", expected=FORM, mend="check the path")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=WAIT)) as base:
            cursor = base.execute(_query(base, path, asked))
            names, _ = unique_names([d[0] for d in cursor.description])
            size, done = min(MOST, max(1000, block // (CELL * len(names)))), 0
            while rows := cursor.fetchmany(size):
                columns = [column_of(n, [_plain(row[i]) for row in rows]) for i, n in enumerate(names)]
                yield Chunk(frame=pl.DataFrame(columns), rows=np.arange(done + 1, done + len(rows) + 1), written=False)
                done += len(rows)
    except sqlite3.Error as error:
        locked = "locked" in str(error)
        mend = "let the other program finish, or copy the file" if locked else "check the file and the query"
        raise DataError(f"{path} cannot be read as SQLite: {error}", expected="an SQLite file and a table or a SELECT", mend=mend) from error
    if not done:
        raise DataError(f"{source} has no rows", expected="a table with rows", mend="check the query")


def _query(base: sqlite3.Connection, path: Path, asked: str) -> str:
    """A name that is a table's is quoted, whatever stands in it; anything else has to be a SELECT."""
    tables = [row[0] for row in base.execute("select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%'")]
    example = f"sqlite:{path}::{tables[0] if tables else 'TABLE'}"
    asked = asked or (tables[0] if len(tables) == 1 else "")
    if not asked:
        raise DataError(f"{path} holds {len(tables)} tables", expected=f"one of {', '.join(tables)}", mend=example)
    if asked in tables:
        escaped = asked.replace('"', '""')
        return f'select * from "{escaped}"'  # noqa: S608 (the user's own file, opened read-only)
    if not re.match(r"\s*(select|with)\b", asked, re.IGNORECASE):
        raise DataError(f"no table `{asked}` in {path}", expected=f"one of {', '.join(tables)}, or a SELECT", mend=example)
    return asked


def _plain(value: Any) -> Any:
    return f"{len(value)} bytes" if isinstance(value, bytes) else value


def read_sqlite(path: Path, asked: str, source: str) -> Collection:
    """All rows at once."""
    chunk = next(sqlite_chunks(path, asked, source, ALL))
    with path.open("rb") as file:
        return of_columns(path, source, stripped(chunk.frame), sha256=hashlib.file_digest(file, "sha256").hexdigest())
