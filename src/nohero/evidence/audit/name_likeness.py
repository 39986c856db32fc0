"""Whether two names are spellings of one: other case or signs, an abbreviation, something added, a slip of the pen."""

from __future__ import annotations

import difflib
import re

LIKE = 0.75  # likeness from which two names are taken for one
SHORT, LETTERS = 0.35, 4  # of a name's letters that an abbreviation has, and letters, at least


def likeness(one: str, other: str) -> float:
    """Share of the letters and digits that agree, 0 to 1.

    Names that differ in a number alone are two, and so are those of as many words of which one is another word (start_time, start_date) or that begin otherwise (height, weight).
    """
    first, second = sorted((_plain(n) for n in (one, other)), key=len)
    if first == second:
        return 0.0 if first.isdigit() else 1.0
    if len(first) >= max(LETTERS, SHORT * len(second)) and first in second and not first.isdigit():  # price, unit_price
        return 1.0
    if first.isdigit() or second.isdigit() or first[:1] != second[:1] or re.sub(r"\d+", "", first) == re.sub(r"\d+", "", second):
        return 0.0
    words = [re.findall(r"[^\W_]+", n.casefold()) for n in (one, other)]
    if len(words[0]) == len(words[1]) > 1:
        return min(_alike(*sorted(pair, key=len)) for pair in zip(*words, strict=True))
    return _alike(first, second)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _alike(short: str, long: str) -> float:
    letters = iter(long)
    if len(short) >= max(LETTERS, SHORT * len(long)) and all(c in letters for c in short):
        return 1.0
    return float(difflib.SequenceMatcher(None, short, long).ratio())
