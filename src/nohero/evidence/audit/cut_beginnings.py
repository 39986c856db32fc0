"""Names that were cut in some rows alone: beginnings of other names of their field, ending within a word, and all of one length."""

from __future__ import annotations

from collections import Counter
from typing import Any

ROWS = 50_000  # looked at, drawn evenly
SHORTEST, DIFFERENT = 8, 20  # letters of a name, and different names cut, at least
PILE = 5.0  # times as many of one length as of any other: names that begin others by chance have all lengths


def cut_beginnings(series: Any) -> tuple[int, tuple[str, ...]] | None:
    """(length, the names) of a polars.Series of strings; None where none were cut."""
    import polars as pl

    some = series.gather_every(max(1, len(series) // ROWS)).drop_nulls()
    if some.len() < 2 * DIFFERENT or int(some.str.len_chars().max() or 0) <= SHORTEST:
        return None
    names = some.unique().rename("name").to_frame().filter(pl.col("name").str.len_chars() >= SHORTEST).sort("name")
    begun = names.with_columns(after=pl.col("name").shift(-1)).filter(pl.col("after").str.starts_with(pl.col("name")))  # what begins any name begins the next one
    cut = [a for a, b in begun.iter_rows() if a[-1].isalpha() and b[len(a)].isalpha()]
    lengths = Counter(map(len, cut)).most_common(2)
    if not lengths or lengths[0][1] < max(DIFFERENT, PILE * (lengths[1][1] if len(lengths) > 1 else 0)):
        return None
    return lengths[0][0], tuple(name for name in cut if len(name) == lengths[0][0])
