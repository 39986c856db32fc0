"""How wide text is, on paper and in a terminal, and how to break or shorten it to fit."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Shares of the letter height in common sans-serif fonts, a little on the wide side: text that ends early is better than text that collides.
THIN, BROAD, CAPITAL, USUAL, SQUARE = 0.37, 0.98, 0.7, 0.62, 1.05


def cells(text: str) -> int:
    """Columns a terminal needs: two for East Asian letters and most emoji, none for marks that stand on others."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pixels(text: str, size: float) -> float:
    """Width of `text` set in a sans-serif font of this size, estimated."""
    return size * sum(_share(letter) for letter in text)


def _share(letter: str) -> float:
    if letter in "iljtfrI.,:;|!'()[] ":
        return THIN
    if letter in "mwMW@%":
        return BROAD
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return SQUARE
    return CAPITAL if letter.isupper() else USUAL


def shorten(text: str, width: float, measure: Callable[[str], float] = cells) -> str:
    """`text`, or as much of it as fits with an ellipsis."""
    if measure(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle].rstrip() + "…") <= width else (low, middle - 1)
    return text[:low].rstrip() + "…"


def wrap(text: str, width: float, measure: Callable[[str], float] = cells, *, cut: bool = True) -> list[str]:
    """Lines no wider than `width`; a word too long for any line is cut, or stands alone and sticks out if `cut` is false."""
    lines = [""]
    for word in text.split():
        rest = word
        if lines[-1] and measure(f"{lines[-1]} {rest}") <= width:
            lines[-1] += f" {rest}"
            continue
        if lines[-1]:
            lines.append("")
        while cut and measure(rest) > width and len(rest) > 1:
            head = _longest_head(rest, width, measure)
            lines[-1] = head
            lines.append("")
            rest = rest[len(head) :]
        lines[-1] = rest
    return lines


def _longest_head(word: str, width: float, measure: Callable[[str], float]) -> str:
    size = 1
    while size < len(word) and measure(word[: size + 1]) <= width:
        size += 1
    return word[:size]
