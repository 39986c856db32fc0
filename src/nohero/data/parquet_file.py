"""Parquet to the same columns that a text table yields: numbers, booleans, dates and strings, nothing nested."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import polars as pl

from nohero.data.packed import content_of, is_packed
from nohero.run.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


PARQUET = (".parquet", ".pq")
NESTED = 8  # fields of one object that become fields of their own
TURNS = (("role", "content"), ("from", "value"))  # what each turn of a conversation has


def read_parquet(path: Path, source: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The table of `path` and notes on columns that cannot be used."""
    try:
        return plain_columns(pl.read_parquet(io.BytesIO(content_of(path, source)) if is_packed(path) else path))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(source, error) from error


def unreadable(source: str, error: Exception) -> DataError:
    """What is said of a file that is no parquet, or a torn one."""
    said = (str(error).splitlines() or [type(error).__name__])[0]
    return DataError(f"{source} cannot be read as parquet: {said}", expected="a whole parquet file", mend="write it again, or write csv")


def plain_columns(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Columns of one plain value a row, and notes on the others."""
    columns: list[pl.Series] = []
    notes: list[str] = []
    for series in _opened(frame):
        plain = _plain(series)
        if plain is None:
            notes.append(f"`{series.name}` is left out: it holds {series.dtype}, not one value a row")
        else:
            columns.append(plain)
    if not columns and frame.width:
        raise DataError(f"no column holds one value a row: {'; '.join(notes)[:200]}", expected="columns of numbers, strings, dates or truths", mend="write nested values as columns of their own")
    return pl.DataFrame(columns), tuple(notes)


def _opened(frame: pl.DataFrame) -> Iterator[pl.Series]:
    """The columns, with small objects as fields of their own, and lists of turns as JSON has them: the translations and the conversations of Hugging Face."""
    for series in frame:
        kind = series.dtype
        if isinstance(kind, pl.Struct) and 0 < len(kind.fields) <= NESTED and all(f.dtype == pl.String and f"{series.name}.{f.name}" not in frame.columns for f in kind.fields):
            yield from (series.struct.field(f.name).alias(f"{series.name}.{f.name}") for f in kind.fields)
        elif isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct) and any(set(turn) <= {f.name for f in kind.inner.fields} for turn in TURNS):
            yield pl.Series(series.name, [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in series.to_list()], dtype=pl.String)
        else:
            yield series


def _plain(series: pl.Series) -> pl.Series | None:
    kind = series.dtype
    if isinstance(kind, pl.String | pl.Categorical | pl.Enum):
        return series.cast(pl.String).str.strip_chars()
    if isinstance(kind, pl.Decimal):
        return series.cast(pl.Float64)
    if kind.is_float():
        return series.fill_nan(None)
    if isinstance(kind, pl.Duration):
        return series.dt.total_microseconds().cast(pl.Float64) / 1e6  # seconds
    if isinstance(kind, pl.Time):
        return series.cast(pl.Int64) / 1e9  # seconds of the day
    if isinstance(kind, pl.Datetime):
        return series.dt.replace_time_zone(None).dt.cast_time_unit("us")
    if isinstance(kind, pl.Null):
        return series.cast(pl.String)
    if kind.is_integer() or isinstance(kind, pl.Boolean | pl.Date):
        return series
    return None
