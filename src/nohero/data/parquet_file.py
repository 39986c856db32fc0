"""Parquet to the same columns that a text table yields: numbers, booleans, dates and strings, nothing nested."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from nohero.data.packed import content_of, is_packed
from nohero.run.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


PARQUET = (".parquet", ".pq")


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
    for series in frame:
        plain = _plain(series)
        if plain is None:
            notes.append(f"`{series.name}` is left out: it holds {series.dtype}, not one value a row")
        else:
            columns.append(plain)
    if not columns and frame.width:
        raise DataError(f"no column holds one value a row: {'; '.join(notes)[:200]}", expected="columns of numbers, strings, dates or truths", mend="write nested values as columns of their own")
    return pl.DataFrame(columns), tuple(notes)


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
