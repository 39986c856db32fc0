"""Texts to how often each of the commonest words of train stands in them.

Legend: N texts, K words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl

from nohero.data.preprocessing.numbers import Array, table_of
from nohero.data.preprocessing.texts_of import column_of, texts_of
from nohero.data.text_column import words_by_row

MOST, MIN_TEXTS = 4096, 2


@dataclass(frozen=True, kw_only=True)
class BagOfWords:
    """The words, in small letters. A word that is none of them is passed over; a missing text has no word."""

    words: tuple[str, ...]
    lost: ClassVar[str] = "the order of the words, capitals, signs between them, and words that are not counted"

    @classmethod
    def fit(cls, train: Any, *, most: int = MOST, min_texts: int = MIN_TEXTS) -> BagOfWords:
        """The words that stand in the most texts of train [N], in `min_texts` at least."""
        counts = (
            words_by_row(column_of(texts_of(train)))["word"].value_counts(name="count").sort(["count", "word"], descending=[True, False])
        )
        return cls(words=tuple(sorted(counts.filter(pl.col("count") >= min_texts).head(max(0, most))["word"].to_list())))

    def apply(self, values: Any) -> Array:
        """float32 [N, K], counts."""
        texts = texts_of(values)
        found = words_by_row(column_of(texts), repeats=True).filter(pl.col("word").is_in(list(self.words)))
        made = np.zeros((len(texts), len(self.words)), dtype=np.float32)
        if found.height:
            place = found["word"].replace_strict(list(self.words), list(range(len(self.words))), return_dtype=pl.Int64)
            np.add.at(made, (found["row"].to_numpy(), place.to_numpy()), 1)
        return made

    def invert(self, counts: Any) -> tuple[str, ...]:
        """A text [N] of the counted words, in the order of the alphabet, which has the same counts."""
        table = table_of(counts, width=len(self.words), gaps=False)
        return tuple(" ".join(word for k in np.flatnonzero(row > 0) for word in [self.words[k]] * round(row[k])) for row in table)
