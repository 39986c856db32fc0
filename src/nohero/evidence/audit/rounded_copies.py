"""Rows that are other rows with fewer decimals: equal in all, but that in several numbers the one is the other rounded.

Rows that are merely near one another agree at a few decimals too; then both have the decimals that follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.mixed_bits import mixed
from nohero.evidence.audit.pairs_across import pairs_across

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
ROWS = 30_000  # the first, of each part as many
FEWEST = 3  # numbers that were rounded, at least: one or two that end in zeros are chance
PLACES = (0, 1, 2, 3, 4)  # decimals that are left
VALUES = 30  # different ones of such a number: halves and quarters are round by themselves
OWN = 0.95  # of the rows that have a whole number or a word of their own, which numbers or names them
CROWD = 6  # rows that agree at so few decimals, above which they are near by their ways
EXACT = 1e-9  # of a number that is written down
DRAWN = 12
ASKED = 5000  # pairs and rows by which the share of round rows is measured


@dataclass(frozen=True, kw_only=True)
class RoundedCopies:
    """`pairs` are (the row with all decimals, the rounded one) of `n`; `others` agree at as many decimals, and neither is rounded."""

    n: int
    decimals: int
    pairs: tuple[tuple[int, int], ...]
    others: int
    round: float  # share of all rows that have no further decimals where such a pair differs: of one table of two scales, half
    fields: tuple[str, ...]  # that were rounded in half of the pairs or more
    across: tuple[tuple[str, str, tuple[int, ...], int], ...]  # (part, other part, rounded rows of the other, its size)
    shown: tuple[tuple[str, str], ...]  # (rounded, the row)
    items: Sequence[str]


def measure(collection: Collection) -> RoundedCopies:
    """At the number of decimals at which most pairs are found."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or collection.whole is not None:
        raise Unmeasurable("the items are no rows of a table that is held")
    each = -(-ROWS // max(1, len(collection.parts)))
    rows = np.sort(np.concatenate([np.flatnonzero(collection.part(p))[:each] for p in collection.parts or ("",)]))
    frame = collection.frame.drop([c for c in (collection.split, collection.label) if c])[rows]
    frame = frame.select([s.name for s in frame if not s.dtype.is_nested() and (s.dtype.is_float() or s.n_unique() < OWN * s.len())])
    names = [s.name for s in frame if s.dtype.is_float() and s.n_unique() >= VALUES and (s.drop_nulls() % 1 != 0).any()]
    if len(names) < FEWEST:
        raise Unmeasurable(f"fewer than {FEWEST} numbers of {VALUES} values with decimals")
    values = np.column_stack([frame[n].fill_null(float("nan")).to_numpy() for n in names])
    rest = np.bitwise_xor.reduce([s.hash(seed=k).to_numpy() for k, s in enumerate(frame) if s.name not in names] or [np.zeros(frame.height, dtype=np.uint64)], axis=0)
    found = max((_at(values, rest, places) for places in PLACES), key=lambda f: len(f[1]))
    places, pairs, others, changed, coarse = found
    told = tuple((int(rows[a]), int(rows[b])) for a, b in pairs)
    often = changed.mean(0) >= 0.5 if len(changed) else np.zeros(len(names), dtype=bool)
    return RoundedCopies(
        n=frame.height, decimals=places, pairs=told, others=others, round=coarse, fields=tuple(n for n, o in zip(names, often, strict=True) if o), across=pairs_across(collection, told),
        shown=tuple((collection.items[b], collection.items[a]) for a, b in told[:DRAWN]), items=collection.items,
    )  # fmt: skip


def _at(values: Any, rest: Any, places: int) -> tuple[int, Any, int, Any, float]:
    """(places, pairs [P, 2], other pairs, which numbers differ [P, F], share of round rows)."""
    import numpy as np

    rounded = np.round(values, places) + 0.0  # no negative zeros
    odd = np.random.default_rng(7).integers(0, 2**63, rounded.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    keys = rest ^ (mixed(rounded.view(np.uint64)) * odd).sum(1, dtype=np.uint64)
    order = np.argsort(keys, kind="stable")
    runs = np.cumsum(np.diff(keys[order], prepend=keys[order[:1]]) != 0)
    order = order[np.bincount(runs)[runs] <= CROWD]
    one, other = [], []
    for lag in range(1, CROWD):
        same = np.flatnonzero(keys[order][lag:] == keys[order][:-lag])
        one.append(order[same])
        other.append(order[same + lag])
    first, second = np.concatenate(one), np.concatenate(other)
    differ = ~np.isclose(values[first], values[second], rtol=EXACT, atol=0, equal_nan=True)
    several = (differ.sum(1) >= FEWEST) & ((rounded[first] == rounded[second]) | (np.isnan(rounded[first]) & np.isnan(rounded[second]))).all(1)
    first, second, differ = first[several], second[several], differ[several]
    short = np.isclose(values, rounded, rtol=EXACT, atol=0)  # what is tiny is no round nought
    a, b = (short[first] | ~differ).all(1), (short[second] | ~differ).all(1)
    pairs = np.stack([np.where(a, second, first), np.where(a, first, second)], 1)[a != b]
    return places, pairs[np.argsort(pairs[:, 1], kind="stable")], int((~a & ~b).sum()), differ[a != b], _round(short, differ)


def _round(short: Any, differ: Any) -> float:
    """The share of all rows that have no further decimals in the numbers in which a pair differs, drawn by chance."""
    import numpy as np

    if not len(differ):
        return 0.0
    drawn = np.random.default_rng(7)
    return float((short[drawn.integers(0, len(short), ASKED)] | ~differ[drawn.integers(0, len(differ), ASKED)]).all(1).mean())
