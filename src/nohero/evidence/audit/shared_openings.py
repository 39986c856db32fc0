"""Openings and endings that many texts share word for word, and whether classes or parts share them equally."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.text_items import BLANKS, classes_of, named, parts_of, texts_by_field

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
STARTS = (12, 24, 48)  # characters of an opening that is looked for
LEAST_SHARE, LEAST_ITEMS = 0.05, 10  # of the texts that must share it
LONGEST = 300  # characters of an opening as it is told


@dataclass(frozen=True, kw_only=True)
class Shared:
    """One opening or ending."""

    field: str  # the column, where there are several of texts; else ""
    place: str  # "begin" or "end"
    text: str
    count: int
    share: float  # of all texts
    of_rest: float  # of the texts that share it, how much of them it is: 1.0 where nothing else is there
    by_class: tuple[tuple[str, int, int], ...]  # class, texts with it, texts
    by_part: tuple[tuple[str, int, int], ...]
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SharedOpenings:
    """The longest texts that many begin or end with."""

    total: int
    found: tuple[Shared, ...]


def measure(collection: Collection) -> SharedOpenings:
    """The commonest opening of some length is made longer while those that share it agree."""
    columns = [(field, [BLANKS.sub(" ", t).strip() for t in texts]) for field, texts in texts_by_field(collection)]
    found = [s for field, texts in columns for place in ("begin", "end") if (s := _commonest(collection, field, texts, place)) is not None]
    return SharedOpenings(total=len(collection), found=tuple(found))


def _commonest(collection: Collection, field: str, texts: list[str], place: str) -> Shared | None:
    import numpy as np

    turned = texts if place == "begin" else [t[::-1] for t in texts]
    distinct = list(dict.fromkeys(t for t in turned if t))  # copies of a text are counted once
    best, best_count = "", 0
    for length in STARTS:
        counts = Counter(t[:length] for t in distinct if len(t) > length)
        for opening, count in counts.most_common(1):
            if count >= max(LEAST_ITEMS, LEAST_SHARE * len(distinct)) and (not best or count > 0.8 * best_count):
                best, best_count = opening, count
    if not best:
        return None
    best = _longer(best, [t for t in distinct if t.startswith(best)])
    rows = [i for i, t in enumerate(turned) if t.startswith(best)]
    classes, parts = classes_of(collection), parts_of(collection)
    marked = np.zeros(len(texts), dtype=bool)
    marked[rows] = True
    return Shared(
        field=field, place=place, text=(best if place == "begin" else best[::-1]), count=len(rows), share=len(rows) / len(texts),
        of_rest=float(np.median([len(best) / len(turned[i]) for i in rows])),
        by_class=_counts(marked, [classes.names[c] if c >= 0 else "" for c in classes.codes.tolist()]) if classes else (),
        by_part=_counts(marked, parts) if parts else (), items=named(collection, rows),
    )  # fmt: skip


def _longer(opening: str, texts: list[str]) -> str:
    """While nine of ten of those texts go on alike."""
    while len(opening) < LONGEST:
        following = Counter(t[len(opening)] for t in texts if len(t) > len(opening))
        if not following:
            return opening
        sign, count = following.most_common(1)[0]
        if count < 0.9 * len(texts):
            return opening
        opening += sign
    return opening


def _counts(marked: Any, names: list[str]) -> tuple[tuple[str, int, int], ...]:
    totals, hits = Counter(names), Counter(n for n, m in zip(names, marked.tolist(), strict=True) if m)
    return tuple((name, hits[name], total) for name, total in sorted(totals.items()) if name)
