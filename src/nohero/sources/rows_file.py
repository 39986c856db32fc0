"""Chosen items as rows of text, and as a csv file that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from nohero.sources.query import known_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from nohero.sources.collection import Collection

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a spreadsheet may take for the beginning of one
LARGEST = 1e15  # a whole number in floating point is written as one up to here
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def rows_of(collection: Collection, rows: Any, first: Sequence[str] = ()) -> tuple[list[str], list[list[str]]]:
    """Heads and cells of the rows: the item's name, the fields of `first`, the label, then all other fields."""
    known = known_fields(collection)
    own = [c for c in collection.frame.columns if c != "item"]
    names = list(dict.fromkeys(["item", *(n for n in first if n in known), *([collection.label] if collection.label else []), *own]))
    chosen = [known[name][rows] for name in names]
    return names, [list(row) for row in zip(*(_written(series) for series in chosen), strict=True)]


def rows_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows as csv."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # so that both are quoted where they stand in a cell
    writer.writerow([harmless(name) for name in columns])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would compute; numbers stay as they are."""
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell


def _written(series: pl.Series) -> list[str]:
    return ["" if v is None else number_text(v) if isinstance(v, float) else str(v) for v in series.to_list()]


def number_text(value: float) -> str:
    """As short as it can be read back: 3 and not 3.0."""
    return str(int(value)) if value.is_integer() and abs(value) < LARGEST else repr(value)
