"""Texts to rows of token numbers and back, character by character: the commonest pieces of train have a number each, all else is spelt in bytes.

Legend: N texts, T tokens of the longest, V pieces.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from nohero.data.preprocessing.numbers import Array
from nohero.data.preprocessing.texts_of import texts_of
from nohero.run.errors import DataError, UsageError

PAD, MISSING, FIRST_BYTE = 0, 1, 2  # then 256 bytes, then the pieces
FIRST_PIECE = FIRST_BYTE + 256
PIECE = re.compile(r" ?\w+|\s+?(?= \w)|\s+|[^\w\s]")  # a word with the blank before it, other blanks, each other sign
MOST, MIN_COUNT = 4096, 2


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """0 fills rows up, 1 is a text that is missing, 2 to 257 are bytes of UTF-8, then come the pieces. No text is unknown, and none is changed."""

    pieces: tuple[str, ...]
    lost: ClassVar[str] = ""

    @classmethod
    def fit(cls, train: Any, *, most: int = MOST, min_count: int = MIN_COUNT) -> Tokens:
        """The commonest `most` pieces of the texts of train [N], each at least `min_count` times there."""
        counts = Counter(piece for text in texts_of(train) if text for piece in PIECE.findall(text))
        common = sorted((p for p, n in counts.items() if n >= min_count), key=lambda p: (-counts[p], p))
        return cls(pieces=tuple(common[: max(0, most)]))

    @property
    def num_codes(self) -> int:
        """V + 258: rows of an embedding, whose `padding_idx` is 0."""
        return FIRST_PIECE + len(self.pieces)

    def apply(self, values: Any) -> Array:
        """int64 [N, T], filled up with 0 at the end."""
        codes = _codes(self.pieces)
        rows = [[MISSING] if text is None else _spelt(text, codes) for text in texts_of(values)]
        made = np.full((len(rows), max(map(len, rows), default=0)), PAD, dtype=np.int64)
        for row, tokens in zip(made, rows, strict=True):
            row[: len(tokens)] = tokens
        return made

    def invert(self, tokens: Any) -> tuple[str | None, ...]:
        """The texts [N], exactly; None where one was missing. Bytes that a network puts together wrongly become question marks."""
        made = np.asarray(tokens)
        if made.ndim != 2 or (made.size and (made.min() < 0 or made.max() >= self.num_codes or (made % 1 != 0).any())):
            shown = f"shape {list(made.shape)}" if made.ndim != 2 else f"numbers from {made.min()} to {made.max()}"
            raise DataError(
                f"tokens of {shown}", expected=f"whole numbers [N, T] from 0 to {self.num_codes - 1}", mend="give what `apply` made"
            )
        return tuple(self._text([int(k) for k in row]) for row in made)

    def _text(self, tokens: list[int]) -> str | None:
        if MISSING in tokens:
            return None
        parts = [bytes([k - FIRST_BYTE]) if k < FIRST_PIECE else _bytes(self.pieces[k - FIRST_PIECE]) for k in tokens if k != PAD]
        whole = b"".join(parts)
        try:
            return whole.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return whole.decode("utf-8", "replace")


@cache
def _codes(pieces: tuple[str, ...]) -> dict[str, int]:
    return {piece: FIRST_PIECE + k for k, piece in enumerate(pieces)}


def _spelt(text: str, codes: dict[str, int]) -> list[int]:
    return [k for piece in PIECE.findall(text) for k in ([codes[piece]] if piece in codes else [FIRST_BYTE + b for b in _bytes(piece)])]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def padded(tokens: Array, length: int) -> Array:
    """int64 [N, length]: rows filled up or cut at the end, so that every batch has one shape; what is cut does not come back."""
    if length < 1:
        raise UsageError(f"a length of {length}", expected="at least one token", mend="take the length that nearly all texts of train have")
    return np.pad(tokens[:, :length], ((0, 0), (0, max(0, length - tokens.shape[1]))), constant_values=PAD)
