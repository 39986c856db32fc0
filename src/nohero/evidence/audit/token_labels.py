"""Words and ways of writing that tell the label alone, beside what all other words tell of the same texts, out of fold.

Legend: N texts, W words, K classes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.text_items import BLANKS, classes_of, keys_of, named, texts_of
from nohero.run.figure import Table

if TYPE_CHECKING:
    from nohero.run.figure import Figure
    from nohero.sources.collection import Collection

PRICE = 1.0  # seconds
MOST_TEXTS = 50_000
FOLDS = 2
CANDIDATES = 12  # words of each class that are looked at closely
LEAST_SHARE = 0.05  # of a class that a word must stand in to be looked at
LEAST_TEXTS = 10  # in which it stands
PURE = 0.9  # of the texts with it that must be of its class, on the fold that chooses
SHOWN = 8
AT_EDGE = 0.95  # of the texts with a word that have it at their end (or beginning) and nowhere else
TOKEN = re.compile(r"\S+")
SHAPED = re.compile(r"[^\W\d][\w.\-]*")  # a name of any kind within a token
SHAPES = {"first": "(begins like) ", "last": "(ends like) "}  # what stands before the form of the first or last word, where that is no plain word
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
WAYS = (  # how a text is written, beside its words
    ("begins with a small letter", lambda t: t[:1].islower()),
    ("ends without a mark", lambda t: t.rstrip()[-1:].isalnum()),
    ("ends with a full stop", lambda t: t.rstrip().endswith(".")),
    ("blank at the end", lambda t: t != t.rstrip()),
    ("blank in front", lambda t: t != t.lstrip()),
    ("two blanks together", lambda t: "  " in t.strip()),
    ("capitals alone", str.isupper),
    ("no capital", lambda t: t == t.lower() and t != t.upper()),
    ("quotation marks around it", lambda t: len(t) > 1 and t[0] == t[-1] == '"'),
    ("characters beyond ASCII", lambda t: not t.isascii()),
    ("a line break", lambda t: "\n" in t.strip()),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Labelled:
    """What is counted: which texts have which words, and their classes."""

    rows: Any  # numpy int64 [N]: the texts' places in the collection
    table: Any  # sparse [N, W]
    words: list[str]
    codes: Any  # numpy int64 [N]
    labels: tuple[str, ...]
    folds: Any  # numpy int64 [N]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word that stands in one class almost alone."""

    token: str  # a word, or `(a way of writing)`
    label: str
    with_label: int  # texts of that class with it
    texts: int  # texts with it
    of_label: int  # texts of that class
    errors: int  # texts with it that are of another class
    others_errors: int  # of the same texts, how many all other words together get wrong, out of fold
    edge: str  # "first" or "last": the only place of the texts at which this word stands; "" of words that stand elsewhere too
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TokenLabels:
    """The tokens that lean most to one class."""

    looked: int
    classes: tuple[str, ...]
    tokens: tuple[Token, ...]
    leaning: tuple[tuple[str, str], ...]  # class, its words

    def figures(self) -> tuple[Figure, ...]:
        """The words that lean to each class."""
        return (Table(title="Words that lean to each class", columns=("class", "words, strongest first"), rows=self.leaning[:30]),)


def measure(collection: Collection) -> TokenLabels:
    """Copies are looked at once; the other words judge by naive Bayes, fitted without the half that it judges and without the token."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    texts, keys, classes = texts_of(collection), keys_of(collection), classes_of(collection)
    if classes is None:
        why = "there is no label of classes"
        raise Unmeasurable(why)
    first: dict[str, int] = {}
    for i, key in enumerate(keys):
        if key and classes.codes[i] >= 0:
            first.setdefault(key, i)
    rows = np.array(sorted(first.values()), dtype=np.int64)
    generator = np.random.default_rng(collection.seed)
    rows = np.sort(generator.permutation(rows)[:MOST_TEXTS])
    if len(rows) < 4 * LEAST_TEXTS:
        why = f"{len(rows)} different texts with a label tell too little"
        raise Unmeasurable(why)
    table, names = _table([texts[i] for i in rows])
    codes = classes.codes[rows]
    found = _tokens(table, names, codes, len(classes.names))
    known = _Labelled(rows=rows, table=table, words=names, codes=codes, labels=classes.names, folds=generator.permutation(len(rows)) % FOLDS)
    tokens = [_told(collection, known, word, label) for word, label in found]
    leaning = tuple((name, ", ".join(_leaning(table, names, codes == k))) for k, name in enumerate(classes.names))
    return TokenLabels(looked=len(rows), classes=classes.names, tokens=tuple(tokens), leaning=leaning)


def _table(texts: list[str]) -> tuple[Any, list[str]]:
    """Bool sparse [N, W]: which words, signs and ways of writing each text has."""
    import numpy as np
    from scipy.sparse import csc_matrix

    places: dict[str, int] = {}
    indices, ends = [], [0]
    for text in texts:
        lowered = text.lower()
        tokens = {*TOKEN.findall(lowered), *WORD.findall(lowered), *(f"({way})" for way, holds in WAYS if holds(text))}
        if opening := BLANKS.split(lowered.strip(), 1)[0]:
            tokens.add(f"(begins with) {opening}")
        tokens |= _shapes(TOKEN.findall(lowered))
        indices += [places.setdefault(t, len(places)) for t in sorted(tokens)]
        ends.append(len(indices))
    table = csc_matrix((np.ones(len(indices), dtype=np.float32), np.array(indices, dtype=np.int64), np.array(ends)), shape=(len(places), len(texts))).T.tocsc()
    return table, list(places)


def _shapes(words: list[str]) -> set[str]:
    """The form of the first and of the last word: every name in it as `a`, so that open(2) and read(2) are one."""
    if len(words) < 2:
        return set()
    forms = {before: SHAPED.sub("a", words[place]) for before, place in ((SHAPES["first"], 0), (SHAPES["last"], -1))}
    return {before + form for before, form in forms.items() if any(c.isdigit() for c in form) and "a" in form}


def _counts(table: Any, codes: Any, classes: int) -> Any:
    """Float [K, W]: texts of each class with each word."""
    import numpy as np

    onehot = np.zeros((classes, len(codes)), dtype=np.float32)
    onehot[codes, np.arange(len(codes))] = 1
    return np.asarray((table.T @ onehot.T).T)


def _tokens(table: Any, names: list[str], codes: Any, classes: int) -> list[tuple[int, int]]:
    """(word, class) where the word covers much of the class and hardly stands elsewhere; of words that stand in the same texts the first."""
    import numpy as np

    counts_KW = _counts(table, codes, classes)
    total_W, sizes_K = counts_KW.sum(axis=0), np.bincount(codes, minlength=classes)
    found = []
    seen: set[tuple[int, int, int]] = set()
    for k in range(classes):
        fit = (counts_KW[k] >= PURE * total_W) & (counts_KW[k] >= LEAST_SHARE * sizes_K[k]) & (total_W >= LEAST_TEXTS) & (sizes_K[k] < 0.95 * len(codes))
        order = sorted(np.flatnonzero(fit), key=lambda w: (-counts_KW[k, w], names[w].startswith("("), names[w].isalnum(), len(names[w]), names[w]))
        for w in order[: 4 * CANDIDATES]:
            mark = (k, int(counts_KW[k, w]), int(total_W[w]))
            if mark not in seen:
                seen.add(mark)
                found.append((int(w), k))
    return sorted(found, key=lambda f: -counts_KW[f[1], f[0]] / sizes_K[f[1]])[:CANDIDATES]


def _told(collection: Collection, known: _Labelled, word: int, label: int) -> Token:
    import numpy as np

    codes, folds = known.codes, known.folds
    holds = np.zeros(len(codes), dtype=bool)
    holds[known.table[:, word].indices] = True
    rest = known.table.multiply(_companions(known.table, holds)[None, :]).tocsr()
    wrong = 0
    for fold in range(FOLDS):
        fit, judged = folds != fold, holds & (folds == fold)
        if judged.any():
            wrong += int((_bayes(rest[fit], codes[fit], len(known.labels), rest[judged]) != codes[judged]).sum())
    mine = holds & (codes == label)
    return Token(
        token=known.words[word], label=known.labels[label], with_label=int(mine.sum()), texts=int(holds.sum()), of_label=int((codes == label).sum()),
        errors=int(holds.sum() - mine.sum()), others_errors=wrong, edge=_edge(collection, known.rows[holds], known.words[word]),
        items=named(collection, known.rows[holds]),
    )  # fmt: skip


def _edge(collection: Collection, rows: Any, word: str) -> str:
    """Words of a language stand everywhere; a mark put to a text stands at its edge."""
    for edge, before in SHAPES.items():
        if word.startswith(before):
            return edge
    texts = [TOKEN.findall(str(collection.texts[int(i)]).lower()) for i in rows]
    once = [t for t in texts if t.count(word) == 1 and len(t) > 1]
    for edge, place in (("first", 0), ("last", -1)):
        if sum(t[place] == word for t in once) >= AT_EDGE * len(texts):
            return edge
    return ""


def _companions(table: Any, holds: Any) -> Any:
    """Float [W]: 0 for words that stand where the token stands and hardly elsewhere, as parts of it do."""
    import numpy as np

    together = np.asarray(table.T @ holds.astype(np.float32)).ravel()
    total = np.asarray(table.sum(axis=0)).ravel()
    return (~((together > 0.9 * holds.sum()) & (together > 0.9 * total))).astype(np.float32)


def _bayes(table: Any, codes: Any, classes: int, judged: Any) -> Any:
    """The likeliest class of each judged text by the words that it has."""
    import numpy as np

    counts = np.asarray([table[codes == k].sum(axis=0) for k in range(classes)]).reshape(classes, -1) + 0.5
    sizes = np.bincount(codes, minlength=classes) + 1.0
    weights = np.log(counts / counts.sum(axis=1, keepdims=True))
    return (judged @ weights.T + np.log(sizes / sizes.sum())).argmax(axis=1)


def _leaning(table: Any, names: list[str], mine: Any) -> list[str]:
    """Words with the greatest log odds for a class, half a text added to every count."""
    import numpy as np

    total = np.asarray(table.sum(axis=0)).ravel()
    inside = np.asarray(table.T @ mine.astype(np.float32)).ravel()
    outside = total - inside
    here, there = mine.sum() + 1.0, (~mine).sum() + 1.0
    score = (np.log((inside + 0.5) / here) - np.log((outside + 0.5) / there)) * np.sqrt(inside)
    word = np.array([names[w][0] != "(" and any(c.isalnum() for c in names[w]) for w in range(len(names))])
    return [names[w][:40] for w in np.argsort(-np.where(word, score, -np.inf))[:SHOWN]]
