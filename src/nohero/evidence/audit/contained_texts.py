"""Texts of the other parts that stand whole inside a longer text of the training part: as an example in a prompt, or quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.text_items import keys_of, parts_of, shown, texts_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 1.0  # seconds
LEAST_WORDS, LEAST_LETTERS = 6, 40  # of a text that does not stand in another by chance
ANCHOR = 3  # words in a row that must be there before the text is looked for: those of its first that the fewest texts share
FIRST = 40  # words among which they are chosen
CANDIDATES = 200  # texts looked for in one of the training part
MOST = 30_000_000  # characters of the training part that are searched


@dataclass(frozen=True, kw_only=True)
class Contained:
    """One text."""

    item: str
    part: str
    inside: str  # the item of the training part
    text: str
    around: str


@dataclass(frozen=True, kw_only=True)
class ContainedTexts:
    """The first place of each."""

    looked: int  # texts that are long enough to be looked for
    found: tuple[Contained, ...]


def measure(collection: Collection) -> ContainedTexts:
    """By three words, then as a whole; copies of a whole text are another measurement's."""
    parts = parts_of(collection)
    training = collection.parts[0] if parts else ""
    if not parts or len(collection.parts) < 2:
        return ContainedTexts(looked=0, found=())
    keys = keys_of(collection)
    sought = [i for i, key in enumerate(keys) if parts[i] != training and len(key) >= LEAST_LETTERS and key.count(" ") >= LEAST_WORDS - 1]
    wanted = _anchored(keys, sought)
    inside: dict[int, int] = {}
    held = 0
    for j, key in enumerate(keys):
        if parts[j] == training and held < MOST and wanted:
            held += len(key)
            for i in sorted(_candidates(key.split(" "), wanted) - inside.keys())[:CANDIDATES]:
                if len(keys[i]) < len(key) and keys[i] in key:
                    inside[i] = j
    texts = texts_of(collection)
    found = tuple(Contained(item=collection.items[i], part=parts[i], inside=collection.items[j], text=shown(texts[i]), around=_around(keys[j], keys[i])) for i, j in sorted(inside.items()))
    return ContainedTexts(looked=len(sought), found=found)


def _runs(words: list[str]) -> list[str]:
    """Three words in a row, of the first so many places and of the last: a preamble that all texts share tells none of them."""
    last = len(words) - ANCHOR
    return [" ".join(words[k : k + ANCHOR]) for k in sorted({*range(min(FIRST, last)), *range(max(0, last - FIRST), last)})]


def _anchored(keys: list[str], sought: list[int]) -> dict[str, dict[str, list[int]]]:
    """First word -> the next two -> the texts; the last word of a text is no part of it, for it may go on within the other."""
    from collections import Counter

    runs = {i: _runs(keys[i].split(" ")) for i in sought}
    shared = Counter(run for of in runs.values() for run in set(of))
    wanted: dict[str, dict[str, list[int]]] = {}
    for i, of in runs.items():
        first, _, rest = min(of, key=lambda run: shared[run]).partition(" ")
        wanted.setdefault(first, {}).setdefault(rest, []).append(i)
    return wanted


def _candidates(words: list[str], wanted: dict[str, dict[str, list[int]]]) -> set[int]:
    found: set[int] = set()
    for k, word in enumerate(words):
        if (following := wanted.get(word)) is not None:
            found.update(following.get(" ".join(words[k + 1 : k + ANCHOR]), ()))
    return found


def _around(text: str, part: str) -> str:
    start = text.index(part)
    return shown(f"{'…' if start > 20 else ''}{text[max(0, start - 20) : start + 140]}")
