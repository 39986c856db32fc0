"""Codes of which some are filled up with zeros and others are not: 001 beside 1, as where one of two files went through a reader of numbers."""

from __future__ import annotations

from typing import Any

LEAST, FEWEST = 10, 3  # cells that are filled up, and that are not
CODES = 0.9  # of the cells are figures alone
SHOWN = 3


def lost_zeros(series: Any, texts: Any) -> tuple[int, list[str], bool] | None:
    """(the length to which codes are filled up, the shorter ones commonest first, whether one code stands there in both ways) of a polars.Series of strings; `texts` are the different values."""
    import polars as pl

    padded = texts.filter(texts.str.contains(r"^0+[1-9]\d*$"))
    if not padded.len() or padded.str.len_chars().n_unique() != 1:
        return None
    width = int(padded.str.len_chars()[0])
    short = texts.filter(texts.str.contains(rf"^[1-9]\d{{0,{width - 2}}}$"))
    if not short.len():
        return None
    full = series.drop_nulls()
    filled, lost, figures = (int(s.sum()) for s in (full.is_in(padded.implode()), full.is_in(short.implode()), full.str.contains(r"^\d+$")))
    if filled < LEAST or lost < FEWEST or figures < CODES * full.len():
        return None
    commonest = full.filter(full.is_in(short.implode())).alias("value").value_counts(sort=True, name="count").sort("count", "value", descending=[True, False])["value"].to_list()
    both = bool(pl.Series(commonest).str.zfill(width).is_in(padded.implode()).any())
    return width, commonest, both
