"""A file of a table: all its columns as they stand, and typed features beside a target."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.frame_file import FRAMES, read_frame
from nohero.data.packed import content_of, form_of, stem_of
from nohero.data.raw import Raw, Unusable
from nohero.data.table_choice import choose_target, find_column
from nohero.data.table_header import column_names, has_header
from nohero.data.table_target import split_off_target
from nohero.data.table_text import parse_text, to_unusable
from nohero.data.table_types import Typed, blank_missing, type_columns
from nohero.run.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

@dataclass(frozen=True, kw_only=True)
class Table:
    """A file as read, before one of its columns becomes the target."""

    frame: pl.DataFrame  # strings (text file) or plain types (parquet and its like); missing is null
    rows: Any  # numpy int64 [N]: data row of the file, from 1
    unusable: tuple[Unusable, ...]
    notes: tuple[str, ...]
    header: bool
    sha256: str


def read_table_file(
    path: Path,
    source: str,
    *,
    target: str | None = None,
    group: str | None = None,
    time: str | None = None,
    task: str | None = None,
) -> Raw:
    """The rows of `path` whose target is known."""
    table = load_table(path, source)
    names = table.frame.columns
    target_name, said = choose_target(target, names, source, header=table.header)
    group_name = find_column(group, names, "group", source) if group else ""
    time_name = find_column(time, names, "time", source) if time else ""
    columns = _features(table, {target_name, group_name}, source)
    notes = [*table.notes, *said, *(f"`{column.series.name}`: {note}" for column in columns for note in column.notes)]
    features = pl.DataFrame([column.series for column in columns])
    labels, faults = split_off_target(table.frame[target_name], table.rows, source, task)
    times = _times(features, time_name, source, faults)
    raw = Raw(
        name=stem_of(path),
        source=source,
        modality="table",
        frame=features,
        target=labels,
        target_name=target_name,
        items=row_names(table.rows),
        groups=_groups(table.frame, group_name, table.rows, notes),
        times=times,
        unusable=(*table.unusable, *_lost(faults, table.rows)),
        notes=tuple(notes),
        sha256=table.sha256,
        columns=tuple(names),
        forms=tuple((column.series.name, column.form) for column in columns),
        header=table.header,
        time_name=time_name,
        group_name=group_name,
    )
    return raw.take(np.setdiff1d(np.arange(len(raw)), np.fromiter(faults, dtype=np.int64))) if faults else raw


def load_table(path: Path, source: str, *, known: Sequence[str] = (), header: bool | None = None) -> Table:
    """All columns of `path`, not yet typed. `known` names make a first line that holds only them a header."""
    if form_of(path) in FRAMES:
        frame, unusable, notes = read_frame(path, source)
        _refuse_no_rows(frame, source)
        return Table(frame=blank_missing(frame), rows=np.arange(1, frame.height + 1), unusable=unusable, notes=notes, header=True, sha256=_digest(path))
    content = content_of(path, source)
    digest = hashlib.sha256(content).hexdigest()
    grid = parse_text(content, source)
    first_cells = [cell or "" for cell in grid.frame.row(0)] if grid.frame.height else []
    named = has_header(grid.frame) if header is None else header
    named = named or bool(known and set(first_cells) <= set(known))
    notes = grid.notes
    if named:
        names, said = column_names(first_cells, source)
        notes = (*notes, *said)
    else:
        names = tuple(f"c{i}" for i in range(grid.frame.width))
        notes = (*notes, f"no header found: columns are named c0 to {names[-1]}")
    first = int(grid.records[0]) + 1 if named else 1
    frame = grid.frame.slice(int(named)).rename(dict(zip(grid.frame.columns, names, strict=True)))
    _refuse_no_rows(frame, source)
    return Table(
        frame=blank_missing(frame),
        rows=grid.records[int(named) :] - first + 1,
        unusable=to_unusable(grid.unusable, first),
        notes=notes,
        header=named,
        sha256=digest,
    )


def row_names(rows: Any) -> np.ndarray[Any, Any]:
    """'row 17' for each row number."""
    return np.array([f"row {row}" for row in rows.tolist()], dtype=str)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_no_rows(frame: pl.DataFrame, source: str) -> None:
    if frame.height == 0 or frame.width == 0:
        raise DataError(
            f"{source} has a header but no rows",
            expected="a header line and at least 20 rows",
            mend="check the path, or how the file was written",
        )


def _features(table: Table, aside: set[str], source: str) -> list[Typed]:
    features = table.frame.drop([name for name in aside if name])
    if features.width == 0:
        alone = table.frame.width == 1
        raise DataError(
            f"{source} has no column to predict from besides {', '.join(f'`{name}`' for name in sorted(aside) if name)}",
            expected="at least one column besides the target",
            mend="check the separator: it may be comma, semicolon, tab or bar" if alone else "keep more columns",
        )
    texts = features.select(pl.col(pl.String))
    found = {column.series.name: column for column in type_columns(texts, table.rows)}
    return [found.get(series.name) or Typed(series=series, form="") for series in features]


def _lost(faults: dict[int, str], rows: Any) -> list[Unusable]:
    return [Unusable(where=f"row {rows[i]}", reason=faults[i]) for i in sorted(faults)]


def _groups(frame: pl.DataFrame, name: str, rows: Any, notes: list[str]) -> np.ndarray[Any, Any] | None:
    if not name:
        return None
    notes.append(f"`{name}` divides the split and is not a feature")
    column = frame[name].cast(pl.String)
    if column.null_count():
        notes.append(f"{column.null_count()} rows without `{name}` are each a group of their own")
    pairs = zip(column.to_list(), rows.tolist(), strict=True)
    return np.array([f"(row {row})" if value is None else value for value, row in pairs], dtype=object)


def _times(features: pl.DataFrame, name: str, source: str, faults: dict[int, str]) -> np.ndarray[Any, Any] | None:
    if not name:
        return None
    if name not in features.columns:
        raise DataError(
            f"`{name}` of {source} is the target or the group, and the time too",
            expected="a column of its own for the time",
            mend="leave out --time, or name another column",
        )
    column = features[name]
    for i in column.is_null().arg_true():
        faults.setdefault(int(i), f"no `{name}`")
    if column.dtype.is_temporal():
        return column.cast(pl.Datetime("us")).to_numpy()
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    raise DataError(
        f"the time column `{name}` of {source} is neither dates nor numbers: {column.drop_nulls().head(1).to_list()}",
        expected="dates such as 2024-01-31 or 2024-01-31 12:00:00, or numbers that grow with time",
        mend="write the column in that form, or leave out --time",
    )
