"""Whether values name the items, as numbers of the rows, codes and keys do, rather than say something of them, as measurements, words and texts do."""

from __future__ import annotations

import re
from typing import Any

OWN = 0.95  # of the values that come once
DENSE = 1.6  # largest range of numbers, in rows, in which so many different ones are no measurement
EVEN = (0.35, 0.65)  # of the range that the middle half of numbers given out takes; of most measurements, of which few lie far out, less
DIGITS = 0.9  # of the cells of codes that have a digit
BLANKS = 0.1  # mean blanks a cell of codes; more have words
LOOKED_AT = 5000  # cells
WORDS = frozenset(("id", "ids", "uid", "uuid", "guid", "key", "index", "idx", "serial", "rowid", "rownum", "rownumber"))


def says_so(name: str) -> bool:
    """Whether one of the name's words means an identifier: `PassengerId`, `customer_id`, `row index`."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return any(word.casefold() in WORDS for word in words)


def names_items(series: Any, name: str) -> bool:
    """Of a polars.Series of which nearly all values come once."""
    full = series.drop_nulls()
    if not full.len() or full.dtype.is_nested() or full.dtype.is_temporal():
        return False
    if full.dtype.is_numeric():
        return is_whole(full) and (says_so(name) or is_dense(full) or _is_even(full))
    return is_coded(full)


def is_whole(full: Any) -> bool:
    """Whether all numbers are whole."""
    return bool(full.dtype.is_integer() or (full.dtype.is_float() and full.is_finite().all() and ((full % 1) == 0).all()))


def is_dense(full: Any) -> bool:
    """Whether the numbers have few gaps; nearly all of them different."""
    return bool(full.max() - full.min() + 1 <= DENSE * full.len())


def is_coded(full: Any) -> bool:
    """Whether strings are written with digits and without blanks."""
    import polars as pl

    if full.dtype != pl.String:
        return False
    some = full.head(LOOKED_AT)
    return bool(some.str.contains(r"\d").mean() >= DIGITS and some.str.count_matches(r"\s").mean() <= BLANKS)


def _is_even(full: Any) -> bool:
    span = full.max() - full.min()
    return bool(span and EVEN[0] <= (full.quantile(0.75) - full.quantile(0.25)) / span <= EVEN[1])
