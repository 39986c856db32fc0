"""In which script the texts are written, and words that mix letters of two scripts that look alike."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from nohero.evidence.audit.text_items import shown, texts_by_field

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.4  # seconds
ONE_SCRIPT = 0.95  # of the texts: then the set is of one script
MOST_VALUES = 100  # of a field that may say the language
MEANT, LEAST_MEANT = 0.7, 3  # of the texts of a value, and texts, that are in another script: then the value means it
LEAST_LETTERS = 4  # of a text for its script to be told
TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "FULLWIDTH": "LATIN", "HALFWIDTH": "CJK", "IDEOGRAPHIC": "CJK", "BOPOMOFO": "CJK"}
ASIDE = {"MATHEMATICAL", "MODIFIER", "FEMININE", "MASCULINE", "MICRO", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER", "KELVIN", "ANGSTROM", "OHM", "REGIONAL", "SQUARED", "CIRCLED", "PARENTHESIZED"}  # fmt: skip
LOOKALIKE = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}
WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, kw_only=True)
class TextScripts:
    """The commonest script of each text's letters."""

    field: str  # the column with the most of another script, where there are several of texts; else ""
    told: int  # texts with enough letters
    scripts: tuple[tuple[str, int], ...]  # commonest first
    foreign: tuple[tuple[str, str, str], ...]  # item, script, text: not of the commonest, where that has nearly all
    mixed: tuple[tuple[str, str], ...]  # item, word: letters of two scripts in one word


def measure(collection: Collection) -> TextScripts:
    """Each column of texts by itself."""
    columns = [_of(collection, field, texts) for field, texts in texts_by_field(collection)]
    worst = max(columns, key=lambda c: len(c.foreign))
    return replace(worst, mixed=tuple(m for c in columns for m in c.mixed))


def _of(collection: Collection, field: str, texts: list[str]) -> TextScripts:
    """ASCII texts are Latin without a look at each letter."""
    found, mixed = [], []
    for item, text in zip(collection.items, texts, strict=True):
        if text.isascii():
            letters = sum(c.isalpha() for c in text[:64])
            found.append("LATIN" if letters >= LEAST_LETTERS else "")
            continue
        counts = Counter(script for c in text if c.isalpha() and (script := script_of(c)))
        found.append(counts.most_common(1)[0][0] if counts.total() >= LEAST_LETTERS else "")
        if len(LOOKALIKE & set(counts)) > 1 and (word := _mixed_word(text)):
            mixed.append((item, word))
    counts = Counter(s for s in found if s)
    first = counts.most_common(1)[0][0] if counts else ""
    one = counts and counts[first] >= ONE_SCRIPT * counts.total()
    meant = _meant(collection, found, first) if one else set()
    foreign = [(collection.items[i], s.capitalize(), shown(texts[i])) for i, s in enumerate(found) if one and s and s != first and i not in meant]
    return TextScripts(field=field, told=counts.total(), scripts=tuple((s.capitalize(), n) for s, n in counts.most_common()), foreign=tuple(foreign), mixed=tuple(mixed))


def _meant(collection: Collection, found: list[str], first: str) -> set[int]:
    """Places of the texts whose script goes with their class, or with the value of another field of few values: a language is no stray."""
    import polars as pl

    meant: set[int] = set()
    for series in collection.frame:
        if series.dtype != pl.String or series.name in (collection.split, *collection.text_fields) or not 2 <= series.n_unique() <= MOST_VALUES:
            continue
        pairs = Counter((value, script) for value, script in zip(series.to_list(), found, strict=True) if value is not None and script)
        told = Counter[str]()
        for (value, _), count in pairs.items():
            told[value] += count
        own = {pair for pair, count in pairs.items() if pair[1] != first and count >= max(LEAST_MEANT, MEANT * told[pair[0]])}
        meant |= {i for i, pair in enumerate(zip(series.to_list(), found, strict=True)) if pair in own}
    return meant


@lru_cache(maxsize=100_000)
def script_of(letter: str) -> str:
    """The first word of the letter's Unicode name, the scripts of Japanese and Chinese as one; nothing for signs of no script."""
    word = unicodedata.name(letter, " ").split(" ")[0].split("-")[0]
    return "" if word in ASIDE or not word else TOGETHER.get(word, word)


def _mixed_word(text: str) -> str:
    for word in WORD.findall(text):
        if not word.isascii() and len(LOOKALIKE & {script_of(c) for c in word}) > 1:
            return str(word)
    return ""
