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
    foreign = [(collection.items[i], s.capitalize(), shown(texts[i])) for i, s in enumerate(found) if one and s and s != first]
    return TextScripts(field=field, told=counts.total(), scripts=tuple((s.capitalize(), n) for s, n in counts.most_common()), foreign=tuple(foreign), mixed=tuple(mixed))


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
