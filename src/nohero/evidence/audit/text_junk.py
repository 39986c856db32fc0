"""Texts that nobody wrote: one phrase over and over, as a language model ends that has lost its way, and the pages that a site gives to a program instead of a text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.text_items import classes_of, shown, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.4  # seconds
TIMES, SHARE = 5, 0.5  # that a phrase follows on itself, and of the words of the text that it then is: a refrain comes three times, and verses stand between
WORDS, LONGEST = 12, 40  # words of a text, and of a phrase
VARIETY = 0.6  # different words of all, above which nothing can come so often
LEAST_WORDS = 2  # different ones of two letters or more in a phrase: laughter has one
UNBROKEN = 24  # characters a word on average from which a text is read by characters: Chinese, Japanese and Thai write no blanks
PAGE = 800  # characters: a page that refuses says no more
ALIKE = 24  # first characters, figures aside, that pages of one site share
KEYS = (  # two of these are in nearly any page that is told below: a look at words is a hundred times as quick as seventeen patterns
    "script", "cookie", "browser", "connection", "human", "robot", "captcha", "blocked", "denied", "limit", "permission", "forbidden", "request", " id", "found", "unavailable", "unauthori", "allowed", "gone",
    "error", "gateway", "40", "50", "52", "41", "42", "43", "45", "too many", "traffic", "ddos", "security", "continue", "to view", "to see", "subscribe",
)  # fmt: skip
STATUS = re.compile(
    r"\W*(?:http\W{0,3})?(?:error\W{0,3})?(?:4[0-5]\d|50\d|52\d)\W{1,4}(?:forbidden|(?:page )?not found|unauthori[sz]ed|bad request|method not allowed|gone|too many requests|internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)\b",
    re.IGNORECASE,
)  # fmt: skip
PHRASES = tuple(re.compile(p, re.IGNORECASE) for p in (
    r"\benable java ?script\b", r"\b(?:java ?script|cookies) (?:is|are) (?:disabled|required|not enabled)", r"\benable (?:java ?script and )?cookies\b",
    r"\bchecking (?:your browser|if the site connection)", r"\byou are (?:a human|human|not a robot)\b", r"\bare you a robot\b|\bcaptcha\b",
    r"\b(?:your|this) (?:request|access|ip(?: address)?|connection) (?:was|has been|is) (?:blocked|denied|limited)", r"\baccess (?:to this \w+ )?(?:has been |is |was )?denied\b|\b403 forbidden\b",
    r"\byou (?:don['’]?t|do not) have permission to access\b", r"\b(?:ray|request|reference|incident|support) id\s*[:#]", r"\bwe use cookies\b|\baccept (?:all )?cookies\b",
    r"\bpage (?:you \w+(?: \w+){0,3} )?(?:can(?:no|['’]?)t|could not|was not) (?:be )?found\b|\bpage not found\b", r"\bservice (?:is )?(?:temporarily )?unavailable\b", r"\btoo many requests\b|\bunusual traffic\b|\brate limit",
    r"\bddos protection\b|\bsecurity service\b", r"\b(?:log|sign) in to (?:continue|view|see)\b", r"\bsubscribe to (?:continue|read|keep)\b",
))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Junk:
    """One text."""

    item: str
    why: str  # the phrase that comes again, or the words that a refusing page has
    times: int
    text: str


@dataclass(frozen=True, kw_only=True)
class TextJunk:
    """Both kinds; `pages_alike` is how many pages begin as the commonest of them does, `page_class` the class that nearly all are of, where most of it is."""

    total: int
    loops: tuple[Junk, ...]
    pages: tuple[Junk, ...]
    pages_alike: int
    loop_class: str
    page_class: str


def measure(collection: Collection) -> TextJunk:
    """Text by text."""
    texts = texts_of(collection)
    loops = {i: found for i, text in enumerate(texts) if (found := _loop(text)) is not None}
    pages = {i: said for i, text in enumerate(texts) if len(text) <= PAGE and (said := _page(text))}
    openings = Counter(re.sub(r"[\d\W]+", " ", texts[i])[:ALIKE].casefold() for i in pages)
    return TextJunk(
        total=len(texts), pages_alike=max(openings.values(), default=0),
        loops=tuple(Junk(item=collection.items[i], why=phrase, times=times, text=shown(texts[i])) for i, (phrase, times) in loops.items()),
        pages=tuple(Junk(item=collection.items[i], why=said, times=1, text=shown(texts[i])) for i, said in pages.items()),
        loop_class=_one_class(collection, list(loops)), page_class=_one_class(collection, list(pages)),
    )  # fmt: skip


def _one_class(collection: Collection, rows: Sequence[int]) -> str:
    """The class that nine in ten of these are of, where half of it are these."""
    import numpy as np

    classes = classes_of(collection)
    if classes is None or not rows:
        return ""
    codes = classes.codes[np.array(rows)]
    code, count = Counter(codes.tolist()).most_common(1)[0]
    return classes.names[code] if code >= 0 and count >= 0.9 * len(rows) and count >= 0.5 * int((classes.codes == code).sum()) else ""


def _loop(text: str) -> tuple[str, int] | None:
    """(the phrase, how often it follows on itself), where it is most of the text."""
    words: Sequence[str] = text.split()
    by_letters = len(text) >= UNBROKEN * max(len(words), 1)
    if by_letters:
        words = text
    if len(words) < WORDS or len(set(words)) > VARIETY * len(words):
        return None
    import numpy as np

    places: dict[str, int] = {}
    codes = np.fromiter((places.setdefault(w, len(places)) for w in words), dtype=np.int32, count=len(words))
    for period in range(2, min(LONGEST, len(words) // TIMES) + 1):
        same = codes[period:] == codes[:-period]
        if same.sum() + period < SHARE * len(words):
            continue
        first, length = _longest(same)
        if length + period < max(TIMES * period, SHARE * len(words)):
            continue
        phrase = words[first : first + period]
        if len({w for w in phrase if any(c.isalpha() for c in w) and (by_letters or len(w) > 1)}) >= (2 * LEAST_WORDS if by_letters else LEAST_WORDS):
            return shown(phrase if by_letters else " ".join(phrase)), (length + period) // period  # type: ignore[arg-type]
        return None
    return None


def _longest(same: Any) -> tuple[int, int]:
    """(where it begins, length) of the longest run."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[0], same.astype(np.int8), [0]])))
    starts, lengths = edges[0::2], edges[1::2] - edges[0::2]
    return (int(starts[lengths.argmax()]), int(lengths.max())) if len(lengths) else (0, 0)


def _page(text: str) -> str:
    """What a page that refuses says, or ""."""
    small = text.casefold()
    if sum(key in small for key in KEYS) < 2:
        return ""
    said = [m.group().strip() for p in PHRASES if (m := p.search(text))]
    status = STATUS.match(text)
    return ", ".join([*([shown(status.group())] if status else []), *said][:3]) if status or len(said) > 1 else ""
