"""How texts are written, apart from what they say: capitals, marks, digits, blanks, lost letters; by class, by part, and two ways in one set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.text_items import LONG_WORDS, classes_of, named, parts_of, texts_by_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
MOST_TEXTS = 20_000
MARKS_EACH = 3  # commas and full stops of a text for it to tell whether blanks stand before them
APART = re.compile(r"[^\W_] [.,](?=\s|$)")  # French sets a blank before other marks, nobody before these
BEHIND = re.compile(r"[^\W_][.,](?=\s|$)")
LOST = re.compile(r"(?:^|\s)[\"'(]*[^\W\d_]*(?:[^\W\d_]\?[^\W\d_]|\?[^\W\d_]{2})[^\W\d_]*(?=[\s.,;:!?)\"']|$)")  # within a word of letters alone: no address
CAPITAL, MARK, BLANK, GONE = "a capital letter", "a mark such as a full stop", "a blank before a comma or full stop", "a question mark within a word"
DIGIT, BEYOND, LINES = "a digit", "a character beyond ASCII", "a line break"
WAYS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (CAPITAL, lambda t: t != t.lower()),
    (MARK, lambda t: any(sign in t for sign in ".,;:!?。、，！？؟।")),
    (BLANK, lambda t: APART.search(t) is not None),
    (GONE, lambda t: "?" in t and LOST.search(t) is not None),
    (DIGIT, lambda t: any("0" <= c <= "9" for c in t)),
    (BEYOND, lambda t: not t.isascii()),
    (LINES, lambda t: "\n" in t.strip()),
)


@dataclass(frozen=True, kw_only=True)
class Written:
    """How many texts of each group are written in one way."""

    field: str  # the column, where there are several of texts; else ""
    way: str
    by: str  # "class" or "part"
    groups: tuple[tuple[str, int, int], ...]  # name, texts with it, texts


@dataclass(frozen=True, kw_only=True)
class Tokenised:
    """Texts whose commas and full stops stand apart from the words, beside others."""

    field: str
    apart: tuple[str, ...]  # items with a blank before every one
    behind: tuple[str, ...]  # without any such blank
    between: int  # with some


@dataclass(frozen=True, kw_only=True)
class TextWriting:
    """Texts of six words or more: shorter ones need neither capital nor mark."""

    total: int
    ways: tuple[Written, ...]
    tokenised: tuple[Tokenised, ...]


def measure(collection: Collection) -> TextWriting:
    """On an even sample where there are many."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    columns = texts_by_field(collection)
    rows = np.sort(np.random.default_rng(collection.seed).permutation(len(collection))[:MOST_TEXTS])
    classes, parts = classes_of(collection), np.array(parts_of(collection))
    groups = [("class", np.array([*classes.names, ""], dtype=object)[classes.codes])] if classes else []
    groups += [("part", parts)] if len(parts) else []
    ways, tokenised, total = [], [], 0
    for field, texts in columns:
        long = [int(i) for i in rows if texts[i].count(" ") + 1 >= LONG_WORDS and any(c.isalpha() for c in texts[i][:80])]
        total = max(total, len(long))
        tokenised.append(_tokenised(collection, field, texts, long))
        for way, holds in WAYS if groups else ():
            told = [i for i in long if way != CAPITAL or texts[i].lower() != texts[i].upper()]  # scripts without capitals aside
            has = np.array([holds(texts[i]) for i in told], dtype=bool)
            ways += [Written(field=field, way=way, by=by, groups=_counts(names[told], has)) for by, names in groups if len(told)]
    if not total:
        raise Unmeasurable(f"no text has {LONG_WORDS} words")
    return TextWriting(total=total, ways=tuple(ways), tokenised=tuple(tokenised))


def _counts(names: Any, has: Any) -> tuple[tuple[str, int, int], ...]:
    return tuple((str(name), int(has[names == name].sum()), int((names == name).sum())) for name in sorted(set(names.tolist())) if name)


def _tokenised(collection: Collection, field: str, texts: list[str], rows: list[int]) -> Tokenised:
    apart: list[int] = []
    behind: list[int] = []
    between = 0
    for i in rows:
        a, b = len(APART.findall(texts[i])), len(BEHIND.findall(texts[i]))
        if a + b < MARKS_EACH:
            continue
        if a and b:
            between += 1
        else:
            (apart if a else behind).append(i)
    return Tokenised(field=field, apart=named(collection, apart), behind=named(collection, behind), between=between)
