"""How long the texts are: blank ones, ones far from all others, and many that end at one length."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.text_items import named, shown, texts_by_field, texts_of
from nohero.run.figure import Bar, Bars, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nohero.run.figure import Figure
    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
INVISIBLE = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\u00ad\0]*")  # of these alone a text is blank
PLACEHOLDERS = {"nan", "none", "null", "n/a", "na", "#n/a", "<na>", "nil", "undefined", "<nooutput>", "<noinput>", "[deleted]", "[removed]", "missing", "no text", "-", "--", "?"}
FILLER = re.compile(r"\W*(?:lorem ipsum\b.*|(?:test\W+){2,}|(?:asdf|qwert|sdfg)[a-z]*|tbd|todo|placeholder|(?:your|insert|enter|some) text(?: here)?)\W*", re.IGNORECASE | re.DOTALL)  # what is typed for want of a text
PROSE = 4.0  # words on average from which a placeholder is none of the texts
NEAR_TOP = 0.8  # lengths from here to the greatest are its neighbours
FINISHED = re.compile(r"""[.!?…。！？:;)\]"'’”»]\s*$""")  # how a text ends that was not cut
LEAST_PILE, TIMES_BESIDE = 10, 10.0  # texts of one length below the greatest, and times as many as of each length about it
SHORTEST = 20  # characters, or words, of a limit at which texts are cut
SHARED_END, ALIKE_ENDS = 10, 0.3  # characters at either end, and the share of texts that have the same: such are made after one form
AMID_WORD = 0.6  # of the texts end in a letter or a digit
SOME_FINISH = 0.2  # of all others end as a sentence ends: where hardly any do the end says nothing
BINS = 16


@dataclass(frozen=True, kw_only=True)
class Pile:
    """The texts of the greatest length, or of another at which they break off, in one unit."""

    unit: str
    length: int
    count: int
    neighbours: float  # texts of each length a little below, on average
    finished: float  # share of them that end as a sentence ends
    others_finished: float  # the same share of all others
    items: tuple[str, ...]
    longer: int = 0  # texts that have more


@dataclass(frozen=True, kw_only=True)
class TextLengths:
    """Counts of characters and words over all texts."""

    field: str  # the column that `median`, `high`, `greatest` and `outliers` are of, where one of several has outliers; else ""
    total: int
    beside: bool  # whether the table has other fields that tell something
    blank: tuple[str, ...]
    placeholders: tuple[tuple[str, str], ...]  # item, text
    median: float  # characters
    high: float  # of which 99 % of the texts have fewer
    greatest: int
    outliers: tuple[tuple[str, int, str], ...]  # item, characters, text: far beyond all others
    piles: tuple[Pile, ...]
    bins: tuple[tuple[str, int], ...]
    samples: tuple[tuple[str, str, int, str], ...]  # which, item, characters, text

    def figures(self) -> tuple[Figure, ...]:
        """The lengths as bars, and texts of several lengths."""
        bars = Bars(title="Lengths of the texts", value_label="texts", bars=tuple(Bar(label=f"{label} characters", value=float(n)) for label, n in self.bins))
        return bars, Table(title="Texts, from the shortest to the longest", columns=("which", "item", "characters", "text"), rows=self.samples)


def measure(collection: Collection) -> TextLengths:
    """All columns of texts together, but each by itself where a length stands out."""
    whole, columns = _of(collection, "", texts_of(collection)), texts_by_field(collection)
    if len(columns) == 1:
        return whole
    parts = [_of(collection, field, texts) for field, texts in columns]
    worst = max(parts, key=lambda p: len(p.outliers))
    if worst.outliers:
        whole = replace(whole, field=worst.field, median=worst.median, high=worst.high, greatest=worst.greatest, outliers=worst.outliers)
    return replace(whole, piles=tuple(pile for p in parts for pile in p.piles))


def _of(collection: Collection, field: str, texts: list[str]) -> TextLengths:
    """Lengths in characters and words; what counts as blank has no character that can be seen."""
    import numpy as np

    units = tuple(f"{unit} of `{field}`" if field else unit for unit in ("characters", "words"))
    characters = np.array([len(t) for t in texts])
    words = np.array([t.count(" ") + 1 if len(t) < 40 else len(t.split()) for t in texts])
    blank = [i for i, t in enumerate(texts) if INVISIBLE.fullmatch(t)]
    prose = float(words.mean()) >= PROSE
    placeholders = [i for i, t in enumerate(texts) if (len(t) <= 12 and t.strip().casefold() in PLACEHOLDERS) or FILLER.fullmatch(f"{t} ")] if prose else []
    full = np.setdiff1d(np.arange(len(texts)), blank)
    lengths = characters[full] if len(full) else np.zeros(1, dtype=int)
    median, high = float(np.median(lengths)), float(np.quantile(lengths, 0.99))
    far = [int(i) for i in full if characters[i] > _limit(median, high)]
    return TextLengths(
        field=field, beside=collection.beside, total=len(texts), blank=named(collection, blank), placeholders=tuple((collection.items[i], shown(texts[i])) for i in placeholders),
        median=median, high=high, greatest=int(lengths.max()),
        outliers=tuple((collection.items[i], int(characters[i]), shown(texts[i])) for i in sorted(far, key=lambda i: -characters[i])),
        piles=tuple(p for unit, counts in zip(units, (characters, words), strict=True) for look in (_pile, _inner_pile) if (p := look(collection, texts, full, counts, unit)) is not None),
        bins=_bins(lengths), samples=_samples(collection, texts, full, characters),
    )  # fmt: skip


def _limit(median: float, high: float) -> float:
    """Beyond this even lengths that spread as a log-normal law does have one in 10^8: two and a half times as far from the median as 99 % are."""
    ratio = max(high / max(median, 1.0), 1.5)
    return float(max(5 * high, high * ratio**1.5))


def _pile(collection: Collection, texts: list[str], full: Any, counts: Any, unit: str) -> Pile | None:
    """Those of the greatest length, beside the lengths below; far outliers are passed over."""
    import numpy as np

    if len(full) < 2:
        return None
    top = int(counts[full].max())
    at = [int(i) for i in full if counts[i] == top]
    low = int(NEAR_TOP * top)
    below = int(((counts[full] >= low) & (counts[full] < top)).sum())
    ends = np.array([FINISHED.search(texts[i][-4:]) is not None for i in full])
    mine = counts[full] == top
    return Pile(
        unit=unit, length=top, count=len(at), neighbours=below / max(1, top - low), finished=float(ends[mine].mean()),
        others_finished=float(ends[~mine].mean()) if (~mine).any() else float(ends[mine].mean()), items=named(collection, at),
    )  # fmt: skip


def _inner_pile(collection: Collection, texts: list[str], full: Any, counts: Any, unit: str) -> Pile | None:
    """Those of one length below the greatest at which far more texts stand than at the lengths about it, and break off: their ends are of no form that they share."""
    import numpy as np

    times = np.bincount(counts[full]) if len(full) else np.zeros(1)
    lengths = np.arange(len(times))
    below = np.concatenate([[0], np.cumsum(times)])
    low, high = (lengths * NEAR_TOP).astype(int), np.minimum((lengths * (2 - NEAR_TOP)).astype(int), len(times) - 1)
    beside = (below[high + 1] - below[low] - times) / np.maximum(high - low, 1)
    excess = np.where((times >= LEAST_PILE) & (lengths >= SHORTEST) & (lengths < len(times) - 1), times / np.maximum(beside, 1), 0)
    length = int(np.argmax(excess))
    if excess[length] < TIMES_BESIDE:
        return None
    mine = counts[full] == length
    at = [int(i) for i in full[mine]]
    shared = max(_shared(texts[i][:SHARED_END] for i in at), _shared(texts[i][-SHARED_END:] for i in at))
    ends = np.array([FINISHED.search(texts[i][-4:]) is not None for i in full])
    amid = sum(texts[i][-1:].isalnum() for i in at) / len(at)
    if shared > ALIKE_ENDS or amid < AMID_WORD or ends[~mine].mean() < SOME_FINISH:
        return None
    return Pile(
        unit=unit, length=length, count=len(at), neighbours=float(beside[length]), finished=float(ends[mine].mean()), others_finished=float(ends[~mine].mean()),
        items=named(collection, at), longer=int(times[length + 1 :].sum()),
    )  # fmt: skip


def _shared(ends: Iterable[str]) -> float:
    """Share of the commonest."""
    counts = Counter(ends)
    return max(counts.values()) / counts.total()


def _bins(lengths: Any) -> tuple[tuple[str, int], ...]:
    """Counts over ranges that grow evenly on a logarithmic scale."""
    import numpy as np

    edges = np.unique(np.geomspace(max(1, lengths.min()), max(2, lengths.max() + 1), BINS + 1).round().astype(int))
    counts, _ = np.histogram(lengths, edges)
    return tuple((f"{a:,} to {b - 1:,}" if b - 1 > a else f"{a:,}", int(n)) for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True))


def _samples(collection: Collection, texts: list[str], full: Any, characters: Any) -> tuple[tuple[str, str, int, str], ...]:
    order = full[characters[full].argsort(kind="stable")]
    if not len(order):
        return ()
    places = (("shortest", 0.0), ("", 0.001), ("1 %", 0.01), ("10 %", 0.1), ("quarter", 0.25), ("median", 0.5), ("three quarters", 0.75), ("90 %", 0.9), ("99 %", 0.99), ("longest", 1.0))
    rows = {int(order[round(share * (len(order) - 1))]): which for which, share in places}
    return tuple((which, collection.items[i], int(characters[i]), shown(texts[i])) for i, which in rows.items())
