"""Numbers of a text for a linear model: the commonest words, rare ones weighted more, then pairs of words; 3-grams where there are hardly words.

Legend: N texts, F features. No two words share a feature: on film reviews, hashing words and pairs into 4,096 places finds
planted label errors with an AUROC of .80, the 4,096 commonest find them with .85.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.text_items import keys_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

WIDTH = 4096  # features at most
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[!?$£€%#@&*<>:;()\-]+")
LEAST_TEXTS, MOST_SHARE = 2, 0.5  # that have a word for it to be a feature, and the share from which it tells nothing
LEAST_WORDS, LONGEST_WORD = 3.0, 15.0  # of a text on average, and letters of a word: else its 3-grams are taken
STEM = 6  # letters of a word that are looked at
TURNING = {"not", "no", "never", "too", "so", "very", "more", "less", "most", "least", "don't", "isn't", "can't", "won't", "doesn'"}
GRAM = 3
CHARACTERS = 4000  # of a text that are looked at


def features(collection: Collection) -> Any:
    """Sparse float32 [N, F]; each row of length one, but for texts without a known word."""
    import numpy as np
    from scipy.sparse import csr_matrix

    keys = [key[:CHARACTERS] for key in keys_of(collection)]
    places: list[list[int]] = [[] for _ in keys]
    counts: list[int] = []
    for cut in _cuts(keys):
        chosen, first = _chosen(keys, cut, WIDTH - len(counts)), len(counts)
        for row, key in enumerate(keys):
            places[row] += sorted(first + chosen[g][0] for g in cut(key) if g in chosen)
        counts += [count for _, count in chosen.values()]
    columns = np.array([p for row in places for p in row], dtype=np.int32)
    rarity = np.log((1 + len(keys)) / (1 + np.array(counts, dtype=np.float64)))
    made = csr_matrix((rarity[columns], columns, np.cumsum([0, *map(len, places)])), shape=(len(keys), len(counts)))
    lengths = np.sqrt(np.asarray(made.multiply(made).sum(axis=1)).ravel())
    made.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(made.indptr))
    return made.astype(np.float32)


def _cuts(keys: list[str]) -> tuple[Callable[[str], set[str]], ...]:
    """How texts are cut into pieces, the likeliest kind to tell first."""
    words = [len(key.split()) for key in keys if key]
    letters = sum(len(key) for key in keys)
    if not words or sum(words) / len(words) < LEAST_WORDS or letters / max(1, sum(words)) > LONGEST_WORD:
        return (_grams,)
    return _words, _pairs


def _chosen(keys: list[str], cut: Callable[[str], set[str]], quota: int) -> dict[str, tuple[int, int]]:
    """Each kept piece with its place and the number of texts that have it; the commonest first."""
    counts = Counter(piece for key in keys for piece in cut(key))
    fit = [(piece, n) for piece, n in counts.items() if LEAST_TEXTS <= n <= MOST_SHARE * len(keys)]
    fit.sort(key=lambda pair: (-pair[1], pair[0]))
    return {piece: (place, n) for place, (piece, n) in enumerate(fit[:quota])}


def _words(key: str) -> set[str]:
    """Words by their first letters, which makes one of their forms; a word that turns or strengthens the next also together with it."""
    words = [word[:STEM] for word in WORD.findall(key)]
    return {*words, *(f"{a} {b}" for a, b in itertools.pairwise(words) if a in TURNING)}


def _pairs(key: str) -> set[str]:
    words = [word[:STEM] for word in WORD.findall(key)]
    return {f"{a} {b}" for a, b in itertools.pairwise(words)}


def _grams(key: str) -> set[str]:
    marked = f"^{key}$"
    return {marked[i : i + GRAM] for i in range(len(marked) - GRAM + 1)}
