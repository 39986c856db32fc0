"""Texts of one field as a column; None is missing, and what is no text is an error that names it."""

from __future__ import annotations

from typing import Any

import polars as pl

from nohero.data.preprocessing.labels import labels_of
from nohero.run.errors import DataError


def texts_of(values: Any) -> list[str | None]:
    """[N] from a list, an array or a column."""
    found = labels_of(values)
    bad = next((k for k, text in enumerate(found) if text is not None and not isinstance(text, str)), None)
    if bad is not None:
        raise DataError(f"item {bad} is `{found[bad]}`, no text", expected="texts, None where one is missing", mend="write it as text")
    return found  # type: ignore[return-value]  # all that is left is text


def column_of(texts: list[str | None]) -> pl.Series:
    """For what works on columns; half a character, which a column cannot hold, becomes a question mark."""
    return pl.Series([t if t is None else t.encode("utf-8", "replace").decode() for t in texts], dtype=pl.String)
