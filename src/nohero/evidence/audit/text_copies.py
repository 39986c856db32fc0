"""Texts that come more than once, exactly or nearly, and whether copies lie in several parts or have several labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.copied_pair import CopiedPair, judged_first
from nohero.evidence.audit.near_texts import MOST_CHARACTERS, similar_pairs
from nohero.evidence.audit.text_items import classes_of, is_long, keys_of, parts_of, shown, texts_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 1.5  # seconds
LEAST_NEAR = 40  # characters; of texts of 40 to 60, 0 of 961 film reviews, 5 of 993 messages and 18 of 16,025 lines of Shakespeare are nearly another


@dataclass(frozen=True, kw_only=True)
class Pair(CopiedPair):
    """The texts too, for those who look."""

    text: str
    earlier_text: str


@dataclass(frozen=True, kw_only=True)
class TextCopies:
    """Exact copies have one key (case, blanks and width of characters made equal); short texts may come twice by chance."""

    total: int
    repeats: int  # texts that are an earlier one, letter by letter
    long: tuple[Pair, ...]  # copies by key, of texts too long to come twice by chance
    short: tuple[str, ...]  # items that are copies by key, of short texts
    crossing: tuple[Pair, ...]  # the long ones among them that have a copy in another part
    short_crossing: tuple[str, ...]
    contradictions: tuple[Pair, ...]  # long, with another label
    short_contradictions: tuple[str, ...]
    near: tuple[Pair, ...]  # long texts that are nearly an earlier one
    compared: int  # long texts that were compared for near copies
    divided: bool
    classes: int  # of the label; 0 where there is none
    many: str  # the label, where it has too many values to be classes, such as an author's name; else ""
    beside: bool  # whether other fields may tell the copies apart


def measure(collection: Collection) -> TextCopies:
    """Each copy is paired with the first text of its key, with the first in another part and with the first of another label."""
    texts, keys = texts_of(collection), keys_of(collection)
    classes, parts = classes_of(collection), parts_of(collection)
    labels = [classes.names[c] if c >= 0 else "" for c in classes.codes.tolist()] if classes else []

    many = collection.label if classes is None and has_many_values(collection) else ""
    labels = collection.labels.fill_null("").to_list() if many else labels
    training = collection.parts[0] if parts else ""

    def pair(i: int, j: int, similarity: float = 1.0) -> Pair:
        i, j = judged_first(i, j, parts, training)
        return Pair(
            item=collection.items[i], earlier=collection.items[j], text=shown(texts[i]), earlier_text=shown(texts[j]), similarity=similarity,
            parts=(parts[i], parts[j]) if parts else ("", ""), labels=(labels[i], labels[j]) if labels else ("", ""),
        )  # fmt: skip

    members: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        if key:
            members.setdefault(key, []).append(i)
    copied = {key: rows for key, rows in members.items() if len(rows) > 1}
    found = {kind: [p for key, rows in copied.items() if is_long(key) is kind for p in _against_first(rows)] for kind in (True, False)}
    crossing = {kind: _others(copied, parts, kind=kind, first=training) for kind in (True, False)}
    against = {kind: _others(copied, labels, kind=kind) for kind in (True, False)}
    near, compared = _near(keys, members, collection.seed)
    filled = [t for t, key in zip(texts, keys, strict=True) if key]
    return TextCopies(
        total=len(texts), repeats=len(filled) - len(set(filled)), long=tuple(pair(i, j) for i, j in found[True]), short=_items(collection, found[False]),
        crossing=tuple(pair(i, j) for i, j in crossing[True]), short_crossing=_items(collection, crossing[False]),
        contradictions=tuple(pair(i, j) for i, j in against[True]), short_contradictions=_items(collection, against[False]),
        near=tuple(pair(i, j, c) for i, j, c in near), compared=compared, divided=bool(parts), classes=len(classes.names) if classes else 0, many=many,
        beside=collection.beside,
    )  # fmt: skip


def has_many_values(collection: Collection) -> bool:
    """A label of strings that are no free text, such as names."""
    import polars as pl

    from nohero.sources.text_column import is_free

    labels = collection.labels
    return labels is not None and labels.dtype == pl.String and labels.n_unique() > 1 and not is_free(labels)


def _items(collection: Collection, pairs: list[tuple[int, int]]) -> tuple[str, ...]:
    return tuple(collection.items[i] for i, _ in pairs)


def _against_first(rows: list[int]) -> list[tuple[int, int]]:
    return [(i, rows[0]) for i in rows[1:]]


def _others(copied: dict[str, list[int]], marks: list[str], *, kind: bool, first: str = "") -> list[tuple[int, int]]:
    """Every copy whose mark (part or label) is not that of the first, with the first; of one whose mark is `first`, where there is one."""
    if not marks:
        return []
    found = []
    for key, rows in copied.items():
        if is_long(key) is kind:
            one = next((i for i in rows if marks[i] and marks[i] == first), next((i for i in rows if marks[i]), rows[0]))
            found += [(i, one) for i in rows if marks[i] and marks[i] != marks[one]]
    return found


def _near(keys: list[str], members: dict[str, list[int]], seed: int) -> tuple[list[tuple[int, int, float]], int]:
    """Near copies among the first texts of each key, each later one with the earlier that it is most like."""
    import numpy as np

    rows = [first for key, (first, *_) in members.items() if len(key) >= LEAST_NEAR]
    if sum(len(keys[i]) for i in rows) > MOST_CHARACTERS:
        order = np.random.default_rng(seed).permutation(len(rows))
        sizes = np.cumsum([len(keys[rows[i]]) for i in order])
        rows = sorted(rows[i] for i in order[: max(2, int((sizes <= MOST_CHARACTERS).sum()))])
    best: dict[int, tuple[int, float]] = {}
    for i, j, cosine in similar_pairs([keys[i] for i in rows], seed):
        if cosine > best.get(j, (0, 0.0))[1]:
            best[j] = (i, cosine)
    return [(rows[j], rows[i], cosine) for j, (i, cosine) in sorted(best.items())], len(rows)
