"""Pairs of rows that are nearly equal in all their numbers, and whether there are more of them than of pairs that are somewhat farther apart.

Each number is taken as its rank, so that a hundredth is as rare in any field. Rows that are near by chance, or because what they measure moves slowly, are of all distances, and the nearer the rarer;
copies with a little noise are a heap of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.pairs_across import pairs_across

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
ROWS = 20_000  # compared with one another: the first, of each part as many
FIELDS, MOST_FIELDS = 5, 60  # of many values
VALUES, ENOUGH = 0.1, 100  # of the rows, as many different values such a field has, or a hundred: a length in millimetres has no more, however many are measured
SPACE = 6  # fields in which neighbours are looked for: those that hang together least
REACH, TIMES = 0.03, 3.0  # of the ranks; pairs so many times as far are not of the heap
LADDER = (0.01, 0.003, 0.001)  # how near the pairs of a heap may be
MOST = 0.9  # of the fields in which a pair is so near: noise may be large in a crowded one
PAIRS = 1_000_000  # that are looked at; more hang together by their ways
SOME = 2000  # rows that tell how many there will be
UNEQUAL = 3  # fields that differ at least: of fewer other checks speak
COMPANY = 5  # rows that are as near to one, above which it stands in a crowd
NEXT = 10  # rows: what stands in the order of time is like its neighbours
DRAWN = 12


@dataclass(frozen=True, kw_only=True)
class NoisyCopies:
    """`pairs` are within `within` of the ranks in nearly all of `fields` fields; `farther` pairs within three times that."""

    n: int
    fields: int
    pairs: tuple[tuple[int, int], ...]  # (earlier row, later row)
    within: float
    farther: int
    beside: int  # pairs as near that stand within ten rows of each other
    across: tuple[tuple[str, str, tuple[int, ...], int], ...]  # (part, later part, its rows that have a copy in the first, size of the later part)
    shown: tuple[tuple[str, str], ...]
    items: Sequence[str]


def measure(collection: Collection) -> NoisyCopies:
    """Of numbers of many values; what is missing in one is no nearer to anything."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or collection.whole is not None:
        raise Unmeasurable("the items are no rows of a table that is held")
    rows = _first(collection)
    frame = collection.frame[rows]
    names = [s.name for s in frame if s.name not in (collection.label, collection.split, collection.group, collection.time) and s.dtype.is_numeric() and s.n_unique() >= max(20, min(VALUES * s.len(), ENOUGH))][:MOST_FIELDS]
    if len(names) < FIELDS:
        raise Unmeasurable(f"fewer than {FIELDS} fields are numbers of many values")
    ranks = np.column_stack([_ranks(frame[n]) for n in names])
    one, other = _met(ranks)
    apart = np.abs(ranks[one] - ranks[other])
    apart[np.isnan(apart)] = np.inf  # what one of them lacks
    apart[np.isnan(ranks[one]) & np.isnan(ranks[other])] = 0.0
    distance = np.quantile(apart, MOST, axis=1, method="higher")
    told = ((apart > 0).sum(1) >= min(UNEQUAL, len(names))) & np.isfinite(distance)
    one, other, distance = one[told], other[told], distance[told]
    company = np.bincount(np.concatenate([one, other]), minlength=frame.height)
    alone = (company[one] <= COMPANY) & (company[other] <= COMPANY)
    beside = rows[other] - rows[one] <= NEXT
    near, far = distance[alone & ~beside], distance[~beside]
    heaps = [(int((near <= e).sum()), int((far <= TIMES * e).sum()), e) for e in LADDER]
    _, around, within = max(heaps, key=lambda h: (h[0] >= h[1] - h[0]) * h[0])
    heap = alone & (distance <= within)
    if int((heap & beside).sum()) > int((heap & ~beside).sum()):
        heap &= ~beside
    chosen = np.flatnonzero(heap)
    pairs = tuple((int(rows[one[k]]), int(rows[other[k]])) for k in chosen)
    return NoisyCopies(
        n=frame.height, fields=len(names), pairs=pairs, within=within, farther=around - int((near <= within).sum()), beside=int((alone & beside & (distance <= within)).sum()), across=pairs_across(collection, pairs, either_way=True),
        shown=tuple((collection.items[b], collection.items[a]) for a, b in pairs[:DRAWN]), items=collection.items,
    )  # fmt: skip


def _first(collection: Collection) -> Any:
    """Places of the rows that are compared, int64 [N], in their order."""
    import numpy as np

    each = -(-ROWS // max(1, len(collection.parts)))
    return np.sort(np.concatenate([np.flatnonzero(collection.part(p))[:each] for p in collection.parts or ("",)]))


def _ranks(series: Any) -> Any:
    """From 0 to 1, not a number where it is missing."""
    ranks = series.cast(float).fill_nan(None).rank("average")
    return (ranks / max(1, ranks.drop_nulls().len())).cast(float).fill_null(float("nan")).to_numpy()


def _met(ranks: Any) -> tuple[Any, Any]:
    """(one, other): pairs that are within reach in the fields that hang together least."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    gaps = np.isnan(ranks).sum(0)
    may = np.argsort(gaps, kind="stable")[: max(SPACE, int((gaps == 0).sum()))]  # whole fields, where there are enough: a copy may lack a number
    like = np.abs(np.corrcoef(np.nan_to_num(ranks[:, may], nan=0.5).T))
    space = [int(np.argmin(like.sum(0)))]
    while len(space) < min(SPACE, len(may)):
        space.append(int(np.argmin(np.where(np.isin(np.arange(len(like)), space), np.inf, like[space].max(0)))))
    space = may[space].tolist()
    places = np.where(np.isfinite(ranks[:, space]), ranks[:, space], -1.0)  # two that lack a number may be the same
    some = places[:: max(1, len(places) // SOME)]
    if len(_near(some)[0]) * (len(places) / len(some)) ** 2 > PAIRS:
        raise Unmeasurable("rows are alike in all numbers by the way of the data")
    one, other = _near(places)
    return np.minimum(one, other), np.maximum(one, other)


def _near(places: Any) -> tuple[Any, Any]:
    """(one, other): rows within reach in each of a few numbers, float [N, D]: by the order of the one with the fewest equal values, lag by lag."""
    import numpy as np

    ties = [int(np.unique(column, return_counts=True)[1].max()) for column in places.T]
    order = np.argsort(places[:, int(np.argmin(ties))], kind="stable")
    columns = [np.ascontiguousarray(places[order, d]) for d in np.argsort(ties)]
    found = []
    for lag in range(1, len(order)):
        at = np.flatnonzero(columns[0][lag:] - columns[0][:-lag] <= REACH)
        if not len(at):
            break
        for column in columns[1:]:
            at = at[np.abs(column[at + lag] - column[at]) <= REACH]
        found.append(np.stack([order[at], order[at + lag]]))
    pairs = np.concatenate([np.zeros((2, 0), dtype=np.int64), *found], axis=1)
    return pairs[0], pairs[1]
