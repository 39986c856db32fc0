"""Numbers of a text for a linear model: the commonest words, rare ones weighted more, then pairs of words; 3-grams too where texts are short, and alone where there are hardly words.

Legend: N texts, F features. No two words share a feature: on film reviews, hashing words and pairs into 4,096 places finds
planted label errors with an AUROC of .80, the 4,096 commonest find them with .85. 3-grams beside words tell more of texts of up to 100 characters (accuracy .914 to .947 and .888 to .974 on
phrases of fourteen and of seven languages, .736 to .755 on the topics of questions), and less of longer ones (.793 to .786 on the reviews). Where no blanks part words, 2-grams beside them (.785 to .808 on Chinese reviews).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.text_items import keys_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

WIDTH = 32_768  # features at most
WORD = r"[^\W_]+(?:['’][^\W_]+)*|[!?$£€%#@&*<>:;()\-]+"
LEAST_TEXTS, MOST_SHARE = 2, 0.5  # that have a word for it to be a feature, and the share from which it tells nothing
LEAST_WORDS, LONGEST_WORD = 3.0, 15.0  # of a text on average, and letters of a word: else its 3-grams are taken
SHORT = 100  # characters of a text on average, up to which 3-grams are taken beside words
STEM = 6  # letters of a word that are looked at, which makes one of its forms
TURNING = ("not", "no", "never", "too", "so", "very", "more", "less", "most", "least", "don't", "isn't", "can't", "won't", "doesn'")  # or strengthening: features also with the next word
CHARACTERS = 4000  # of a text that are looked at
BITS = 21  # of a code point
PAIRED = 0x9E3779B97F4A7C15  # odd: hashes of a pair's words are told apart by their order


def features(collection: Collection) -> Any:
    """Sparse float32 [N, F]; each row of length one, but for texts without a known word."""
    import numpy as np
    from scipy.sparse import csr_matrix

    keys = [key[:CHARACTERS] for key in keys_of(collection)]
    rows, columns, counts = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for place, codes in _pieces(keys):
        first = sum(map(len, counts))
        here, feature, texts = _chosen(place, codes, len(keys), WIDTH - first)
        rows.append(here)
        columns.append(feature + first)
        counts.append(texts)
    column = np.concatenate(columns)
    rarity = np.log((1 + len(keys)) / (1.0 + np.concatenate(counts)))
    made = csr_matrix((rarity[column], (np.concatenate(rows), column)), shape=(len(keys), len(rarity)))
    lengths = np.sqrt(np.asarray(made.multiply(made).sum(axis=1)).ravel())
    made.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(made.indptr))
    return made.astype(np.float32)


def _pieces(keys: list[str]) -> tuple[tuple[Any, Any], ...]:
    """(the text's number, a code uint64) of each piece of each text, int64 [P]; the likeliest kind to tell first."""
    words = [len(key.split()) for key in keys if key]
    letters = sum(map(len, keys))
    if words and letters / max(1, sum(words)) > LONGEST_WORD:  # no blanks between words, of which most have two letters
        return _grams(keys, 2), _grams(keys)
    if not words or sum(words) / len(words) < LEAST_WORDS:
        return (_grams(keys),)
    return (*_words(keys), _grams(keys)) if letters <= SHORT * len(words) else _words(keys)


def _words(keys: list[str]) -> tuple[tuple[Any, Any], ...]:
    """Words, some of them also with the next; and all pairs."""
    import numpy as np
    import polars as pl

    found = pl.Series(keys, dtype=pl.String).str.extract_all(WORD)
    words = found.explode().drop_nulls().str.slice(0, STEM)
    rows, codes = np.repeat(np.arange(len(keys)), found.list.len().to_numpy()), words.hash().to_numpy()
    joined = np.flatnonzero(rows[1:] == rows[:-1])
    pairs = codes[joined] * np.uint64(PAIRED) + codes[joined + 1]
    turning = words.is_in(TURNING).to_numpy()[joined]
    together = np.concatenate([rows, rows[joined[turning]]]), np.concatenate([codes, pairs[turning]])
    return together, (rows[joined], pairs)


def _grams(keys: list[str], size: int = 3) -> tuple[Any, Any]:
    """So many letters in a row, two or three, the ends of a text marked."""
    import numpy as np

    points = np.frombuffer("".join(f"^{key}$" for key in keys).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    rows = np.repeat(np.arange(len(keys)), [len(key) + 2 for key in keys])
    inside = np.flatnonzero(rows[size - 1 :] == rows[: 1 - size])
    codes = points[inside]
    for k in range(1, size):
        codes |= points[inside + k] << np.uint64(k * BITS)
    return rows[inside], codes


def _chosen(rows: Any, codes: Any, n: int, quota: int) -> tuple[Any, Any, Any]:
    """(the text's number, the feature's) of each kept piece, once a text, and the number of texts that have each feature; the commonest first."""
    import polars as pl

    once = pl.DataFrame({"row": rows, "code": codes}).unique(maintain_order=True)
    counts = once.group_by("code", maintain_order=True).agg(pl.len().alias("texts"))
    kept = counts.filter(pl.col("texts").is_between(LEAST_TEXTS, MOST_SHARE * n)).sort("texts", descending=True, maintain_order=True).head(quota).with_row_index("feature")
    there = once.join(kept, on="code")
    return there["row"].to_numpy(), there["feature"].to_numpy().astype("int64"), kept["texts"].to_numpy().astype("int64")
