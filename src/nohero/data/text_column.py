"""Free text to a bag of its commonest words: one column a word, 1 where it stands; fitted on train only.

Legend: N rows, K columns made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from nohero.data.category_column import as_text

MAX_WORDS = 64
MIN_SHARE = 0.01  # of the rows of train that must hold a word
MAX_SHARE = 0.99  # a word in nearly every row tells nothing
WORD = r"[\p{L}\p{N}][\p{L}\p{N}']*"


@dataclass(frozen=True, kw_only=True)
class TextColumn:
    """How one column of text is prepared."""

    name: str
    words: tuple[str, ...]
    missing: bool
    how: str

    @property
    def names(self) -> tuple[str, ...]:
        """One name per column made."""
        marks = (f"{self.name} is missing",) if self.missing else ()
        return (*(f"{self.name} has `{word}`" for word in self.words), *marks)

    def apply(self, series: pl.Series, _where: object) -> np.ndarray[Any, Any]:
        """float32 [N, K]."""
        text = as_text(series)
        made = np.zeros((len(text), len(self.names)), dtype=np.float32)
        if self.words:
            found = words_by_row(text).filter(pl.col("word").is_in(list(self.words)))
            place = found["word"].replace_strict(list(self.words), list(range(len(self.words))), return_dtype=pl.Int64)
            made[found["row"].to_numpy(), place.to_numpy()] = 1
        if self.missing:
            made[:, -1] = text.is_null().to_numpy()
        return made

    def invert(self, block_NK: np.ndarray[Any, Any]) -> pl.Series:
        """The known words of each text, in the order of the alphabet, gaps as null; their order, repeats and all other words are lost."""
        words = [" ".join(word for word, there in zip(self.words, row, strict=False) if there > 0) for row in block_NK.tolist()]
        gaps = block_NK[:, -1] > 0 if self.missing else np.zeros(len(words), dtype=bool)
        return pl.Series(self.name, [None if gap else text for gap, text in zip(gaps, words, strict=True)], dtype=pl.String)


def fit_text(series: pl.Series) -> TextColumn | None:
    """The plan for one column of train; None when no word is common enough and there are no gaps."""
    found = words_by_row(series)
    counts = found["word"].value_counts(name="count").sort(["count", "word"], descending=[True, False])
    least, most = MIN_SHARE * series.len(), MAX_SHARE * series.len()
    common = counts.filter((pl.col("count") >= max(least, 2)) & (pl.col("count") <= most)).head(MAX_WORDS)
    missing = series.null_count() > 0
    if common.height == 0 and not missing:
        return None
    words = tuple(sorted(common["word"].to_list()))
    how = f"{len(words)} commonest of {counts.height:,} words, each in 1 % of the rows or more"
    return TextColumn(name=series.name, words=words, missing=missing, how=how)


def words_by_row(series: pl.Series, *, repeats: bool = False) -> pl.DataFrame:
    """One line for each word of each row: columns row and word, repeats within a row once unless `repeats`."""
    found = series.str.to_lowercase().str.extract_all(WORD)
    frame = pl.DataFrame({"word": found if repeats else found.list.unique()})
    return frame.with_row_index("row").explode("word").drop_nulls("word")
