"""Two columns of texts that belong together row by row: equal, empty, exchanged or stock ones, and rows from which on they no longer fit.

Legend: N rows, W words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.pair_forms import form_fits
from nohero.evidence.audit.text_items import is_long, named, normal, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 1.0  # seconds
MOST_ROWS = 20_000  # from the first on
LEAST_ROWS = 50
COLUMNS = 4  # of which each two are compared
LEAST_WORDS, LEAST_LETTERED = 3, 2  # of a text for its words to tell the column, and for their letters
WRITTEN = {"output", "answer", "answers", "response", "completion", "target", "translation", "summary", "reply", "chosen", "rejected"}  # names of columns that a net is to write
FOLDS = 2
LANGUAGES = frozenset(["af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "eo", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "kn", "ko", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "nb", "ne", "nl", "nn", "no", "pa", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "uz", "vi", "zh", "eng", "deu", "ger", "fra", "fre", "spa", "ita", "por", "rus", "jpn", "zho"])  # ISO 639
SHIFTS = (-3, -2, -1, 1, 2, 3)  # rows by which a column may have slipped
RARE, RARE_SHARE = 10, 0.01  # rows that share a word, and their share: commoner words fit anything
PIECE = re.compile(r"[^\W_]{3,5}|\d+|%\w|--?\w+")  # the beginnings of words: forms of one word fit each other
WORD = re.compile(r"[^\W\d_]+|[^\w\s]")


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A run of rows whose texts fit those of another row."""

    first: str
    last: str
    rows: int
    by: int  # the second column's text that fits stands so many rows below
    strength: float  # by how many standard errors it fits better than its own, within the run
    before: float  # the same for its own text, in all other rows
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TextPair:
    """Two columns beside each other."""

    first: str
    second: str
    rows: int
    empty: tuple[tuple[str, tuple[str, ...]], ...]  # column, items where it alone is empty
    instead: tuple[str, ...]  # items of the rarer column, where each row has one of the two and none has both
    beside: bool  # whether the table has other fields that tell something
    equal: int  # rows with the same text twice
    copied: tuple[tuple[str, str, str], ...]  # item, the column that its words are of, text: equal rows
    exchanged: tuple[tuple[str, str, str], ...]  # item, first, second: rows whose words say that each is the other
    by_chance: float  # rows that would be so if either text were mistaken by itself
    stock: tuple[tuple[str, str, tuple[str, ...]], ...]  # column, long text, the items that have it, each with another text in the other column
    repeated: dict[str, float]  # column -> share of rows with a long text that comes again
    slip: Slip | None
    short: bool = False  # whether one of them holds short texts alone


@dataclass(frozen=True, kw_only=True)
class TextPairs:
    """Each two of the columns."""

    pairs: tuple[TextPair, ...]


def measure(collection: Collection) -> TextPairs:
    """The label too, where it is a text."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.text_column import is_free

    fields = [*collection.text_fields, *collection.short_fields]
    if collection.label and collection.label not in fields and collection.kind == "row" and collection.texts is not None and is_free(collection.frame[collection.label].head(MOST_ROWS)):
        fields.append(collection.label)
    if len(fields) < 2:
        raise Unmeasurable("there are no two columns of texts")
    if len(collection) < LEAST_ROWS:
        raise Unmeasurable(f"{len(collection)} rows tell too little")
    rows = MOST_ROWS // max(1, min(len(fields), COLUMNS) - 2)  # six pairs of columns cost no more than three
    texts = {f: collection.frame[f].head(rows).fill_null("").to_list() for f in fields[:COLUMNS]}
    names = list(texts)
    return TextPairs(pairs=tuple(_pair(collection, (a, b), texts[a], texts[b]) for k, a in enumerate(names) for b in names[k + 1 :]))


def is_language(name: str) -> bool:
    """Whether the last word of the name is a language's code: `de`, `text_en`, `translation.pl`."""
    words = re.split(r"[^a-z]+", name.casefold())
    return words[-1] in LANGUAGES or (len(words) > 1 and words[-2] in LANGUAGES and len(words[-1]) == 2)  # en-US too


def _pair(collection: Collection, names: tuple[str, str], ones: list[str], others: list[str]) -> TextPair:
    keys = [normal(t) for t in ones], [normal(t) for t in others]
    same = [i for i, (a, b) in enumerate(zip(*keys, strict=True)) if a and a == b]
    told = [not set(names) & set(collection.short_fields) or name.rpartition(".")[2].casefold() in WRITTEN or name == collection.label for name in names]
    empty = [(name, named(collection, [i for i in range(len(ones)) if not mine[i] and its[i]])) for name, mine, its, say in zip(names, keys, reversed(keys), told, strict=True) if say]
    short, speaks = not set(names) <= {*collection.text_fields, collection.label}, all(map(is_language, names))
    odds = _odds(keys, same, collection.seed, letters=speaks)
    copied, exchanged, chance = _by_words(odds, same)
    stock, repeated = [], {}
    for name, mine, its, text in ((names[0], keys[0], keys[1], ones), (names[1], keys[1], keys[0], others)):
        found, repeated[name] = _stock(mine, its)
        stock += [(name, shown(text[rows[0]]), named(collection, rows)) for rows in found]
    return TextPair(
        first=names[0], second=names[1], rows=len(ones), empty=tuple(e for e in empty if e[1]), instead=() if short else _instead(collection, keys), beside=collection.beside, equal=len(same),
        copied=tuple((collection.items[i], names[0 if odds[0][i] > 0 else 1], shown(ones[i])) for i in copied),
        exchanged=tuple((collection.items[i], shown(ones[i]), shown(others[i])) for i in exchanged), by_chance=chance,
        stock=tuple(stock), repeated=repeated, slip=_slip(collection, keys, (ones, others)), short=short and not speaks,
    )  # fmt: skip


def _instead(collection: Collection, keys: tuple[list[str], list[str]]) -> tuple[str, ...]:
    if any(bool(a) == bool(b) for a, b in zip(*keys, strict=True)):
        return ()
    return named(collection, [i for i, key in enumerate(min(keys, key=lambda side: sum(map(bool, side)))) if key])


def _odds(keys: tuple[list[str], list[str]], same: list[int], seed: int, *, letters: bool) -> tuple[Any, Any]:
    """Float [N] twice: how much likelier the words of a text are in the first column than in the second, out of fold; 0 of short texts. Of columns in two languages by the `letters` of words too."""
    import numpy as np
    from scipy.sparse import csr_matrix

    places: dict[str, int] = {}
    indices, ends, long = [], [0], []
    for text in (*keys[0], *keys[1]):
        words = WORD.findall(text)
        long.append(sum(w.isalpha() for w in words) >= (LEAST_LETTERED if letters else LEAST_WORDS))
        if letters:
            words += [w[k : k + 3] for w in (f"^{w}$" for w in words if w.isalpha()) for k in range(len(w) - 2)]
        indices += sorted({places.setdefault(w, len(places)) for w in (*words, *((f"{words[0]} first", f"{words[-1]} last") if words else ()))})
        ends.append(len(indices))
    n = len(keys[0])
    table = csr_matrix((np.ones(len(indices), dtype=np.float32), np.array(indices, dtype=np.int64), np.array(ends)), shape=(2 * n, max(1, len(places))))
    fold = np.tile(np.random.default_rng(seed).permutation(n) % FOLDS, 2)
    column, use, odds = np.repeat([0, 1], n), np.ones(2 * n, dtype=bool), np.zeros(2 * n)
    use[[*same, *(i + n for i in same)]] = False
    for k in range(FOLDS):
        counts = [np.asarray(table[use & (fold != k) & (column == c)].sum(axis=0)).ravel() + 0.5 for c in (0, 1)]
        weights = np.log(counts[0] / counts[0].sum()) - np.log(counts[1] / counts[1].sum())
        odds[fold == k] = table[fold == k] @ weights
    odds[~np.array(long)] = 0
    return odds[:n], odds[n:]


def _by_words(odds: tuple[Any, Any], same: list[int]) -> tuple[list[int], list[int], float]:
    """(equal rows whose words are of one column, rows whose words are exchanged, how many of these chance brings)."""
    import numpy as np

    a, b = odds
    wrong = [float((side < 0).sum() / max(1, (side != 0).sum())) for side in (a, -b)]
    sure = [float(np.quantile(np.abs(side[side != 0]), 0.1)) if (side != 0).any() else 0.0 for side in (a, b)]
    copied = [i for i in same if abs(a[i]) > max(sure)]
    mistaken = np.flatnonzero((a < -sure[0]) & (b > sure[1])).tolist()
    both = int(((a != 0) & (b != 0)).sum())
    return copied, mistaken, wrong[0] * wrong[1] * both


def _stock(mine: Sequence[str], its: Sequence[str]) -> tuple[list[list[int]], float]:
    """(the rows of each long text that stands beside different ones, most first; the share of rows with a long text that comes again)."""
    rows: dict[str, list[int]] = {}
    for i, key in enumerate(mine):
        if is_long(key):
            rows.setdefault(key, []).append(i)
    again = [r for r in rows.values() if len({its[i] for i in r}) > 1]
    return sorted(again, key=lambda r: -len(r))[:20], sum(map(len, again)) / max(1, len(mine))


def _slip(collection: Collection, keys: tuple[list[str], list[str]], texts: tuple[list[str], list[str]]) -> Slip | None:
    """The run of rows in which another row's text fits best against the own, by its words or by its form; strong runs alone are worth telling."""
    runs = [run for fits in (_fits(keys), form_fits(texts, (0, *SHIFTS))) if (run := _run(collection, fits)) is not None]
    return max(runs, key=lambda run: min(run.strength, run.before), default=None)


def _run(collection: Collection, fits: dict[int, Any]) -> Slip | None:
    import numpy as np

    best = None
    for by in SHIFTS:
        gain = fits[by] - fits[0]
        total = np.concatenate([[0.0], np.cumsum(gain)])
        least = np.minimum.accumulate(total)
        end = int((total - least).argmax())
        start = int(total[: end + 1].argmin())
        inside = np.zeros(len(gain), dtype=bool)
        inside[start:end] = True
        if inside.any() and (best is None or gain[inside].sum() > best[0]):
            best = (float(gain[inside].sum()), by, start, end, _strength(gain[inside]), _strength(-gain[~inside]))
    if best is None:
        return None
    _, by, start, end, strength, before = best
    return Slip(first=collection.items[start], last=collection.items[end - 1], rows=end - start, by=by, strength=strength, before=before, items=named(collection, range(start, end)))


def _strength(gain: Any) -> float:
    import numpy as np

    return float(gain.sum() / np.sqrt(max((gain**2).sum(), 1e-9)))


def _fits(keys: tuple[list[str], list[str]]) -> dict[int, Any]:
    """Float [N] by shift: how much of the rarer words of the first column's text stands in the second column's text so many rows below."""
    import numpy as np

    pieces = [[set(PIECE.findall(t)) for t in side] for side in keys]
    n = len(keys[0])
    counts = Counter(p for side in pieces for s in side for p in s)
    most = 2 * max(RARE, RARE_SHARE * n)
    sets = [[{p for p in s if 1 < counts[p] <= most} for s in side] for side in pieces]
    weight = {p: math.log(2 * n / c) for p, c in counts.items()}
    fits = {}
    for by in (0, *SHIFTS):
        row = np.zeros(n)
        for i in range(max(0, -by), min(n, n - by)):
            a, b = sets[0][i], sets[1][i + by]
            if a and b and (shared := a & b):
                row[i] = sum(weight[p] for p in shared) / min(sum(weight[p] for p in a), sum(weight[p] for p in b))
        fits[by] = row
    return fits
