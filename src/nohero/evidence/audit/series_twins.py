"""Groups of rows, each a series, of which one is nearly another, or another a few rows later.

Legend: N series, T rows of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
LEAST, FEWEST = 20, 5  # rows of a series, and series
SERIES, FIELDS, VALUES = 1200, 8, 4_000_000  # compared with one another; fields; values in all
LATER = 3  # rows by which one may follow the other
MOVES, DISTINCT = 0.5, 10  # of the steps of a series that change it, and its different values: others are alike by standing still
NEAR = 0.02  # root mean square of the difference, in deviations of the quieter series
APART = 0.1  # of the usual distance from a series to its nearest
ONE, COMMON = 1e-3, 0.9  # usual distance below which series are one and the same; of the groups, that go up and down by the same steps: a counter, a calendar
LOOKED_AT = 2000  # pairs measured one by one for each number of rows later, the nearest


@dataclass(frozen=True, kw_only=True)
class Twin:
    """`other` is `one`, `later` rows later."""

    one: str
    other: str
    later: int
    distance: float  # in deviations
    parts: tuple[str, str]  # of both, or ("", "")
    rows: tuple[str, str]  # the first of each


@dataclass(frozen=True, kw_only=True)
class SeriesTwins:
    """All pairs, nearest first."""

    group: str
    series: int
    fields: tuple[str, ...]
    usual: float  # distance from a series to its nearest, at the middle
    twins: tuple[Twin, ...]


def measure(collection: Collection) -> SeriesTwins:
    """Of series of the commonest length, by every number that moves in them."""
    import numpy as np

    from nohero.evidence.audit.group_rows import groups_in_time
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.moments import time_field

    if collection.kind != "row" or collection.whole is not None or not collection.group:
        raise Unmeasurable("no field of groups is named")
    groups = groups_in_time(collection)
    lengths, counts = np.unique([len(g) for g in groups if len(g) >= LEAST], return_counts=True)
    if not len(counts) or counts.max() < FEWEST:
        raise Unmeasurable(f"no {FEWEST} groups of `{collection.group}` have one number of rows, {LEAST} or more")
    length = int(lengths[counts.argmax()])
    rows = np.stack([g for g in groups if len(g) == length][: min(SERIES, max(FEWEST, VALUES // length))])
    aside = {collection.group, collection.time, time_field(collection), collection.split}
    numbers = [(s.name, s.cast(float).fill_null(np.nan).to_numpy()[rows]) for s in collection.frame if s.dtype.is_numeric() and s.name not in aside]
    moving = [(n, v) for n, v in numbers if _moves(v).mean() >= MOVES and not _is_common(v)][:FIELDS]
    if not moving:
        raise Unmeasurable("no number moves within the groups in ways of their own")
    kept = np.all([_moves(v) for _, v in moving], axis=0)
    rows, moving = rows[kept], [(n, v[kept]) for n, v in moving]
    if len(rows) < FEWEST:
        raise Unmeasurable(f"{len(rows)} groups whose numbers move; {FEWEST} are needed")
    usual, found = _twins([v for _, v in moving])
    twins = tuple(_named(collection, rows[i], rows[j], later, away) for away, i, j, later in found)
    return SeriesTwins(group=collection.group, series=len(rows), fields=tuple(n for n, _ in moving), usual=usual, twins=twins)


def _moves(values: Any) -> Any:
    """Bool [N]: finite, and no standing still."""
    import numpy as np

    steps = (np.diff(values, axis=1) != 0).mean(axis=1)
    distinct = np.array([len(np.unique(v)) for v in values])
    return np.isfinite(values).all(axis=1) & (steps >= MOVES) & (distinct >= DISTINCT)


def _is_common(values: Any) -> bool:
    """Whether nearly all groups take the same steps, as a number of the row does, or the year: that tells no series from another."""
    from collections import Counter

    import numpy as np

    if not np.isfinite(values).all():
        return False
    steps = np.round((values - values[:, :1]) / (values.std() or 1.0), 9) + 0.0
    return max(Counter(s.tobytes() for s in steps).values()) >= COMMON * len(values)


def _twins(fields: list[Any]) -> tuple[float, list[tuple[float, int, int, int]]]:
    """(the usual distance to the nearest, pairs that are far nearer: distance, first, second, rows later)."""
    import numpy as np

    apart = [_apart(fields, 0), *(_apart(fields, k) for k in range(1, LATER + 1))]
    nearest = np.min([np.minimum(a.min(axis=0), a.min(axis=1)) for a in apart], axis=0)
    usual = float(np.median(nearest))
    if usual < ONE:  # where series are usually the same, none is another
        return usual, []
    bound = min(NEAR, APART * usual)
    found: list[tuple[float, int, int, int]] = []
    for later, distances in enumerate(apart):
        near = np.argwhere((distances if later else np.triu(distances) + np.tril(np.full_like(distances, np.inf))) <= bound + 1e-3)
        nearest_first = near[np.argsort(distances[near[:, 0], near[:, 1]], kind="stable")[:LOOKED_AT]]
        for i, j in nearest_first.tolist():
            exact = max(_exact(v, i, j, later) for v in fields)
            if exact <= bound:
                found.append((exact, i, j, later))
    best: dict[tuple[int, int], tuple[float, int, int, int]] = {}
    for one in sorted(found, key=lambda f: (f[0], f[3])):
        best.setdefault((min(one[1:3]), max(one[1:3])), one)
    return usual, sorted(best.values())


def _apart(fields: list[Any], later: int) -> Any:
    """Float64 [N, N]: how far the second is, so many rows later, from the first, in the field in which they are farthest apart."""
    import numpy as np

    farthest = np.zeros((len(fields[0]), len(fields[0])))
    for values in fields:
        level = (values - values.mean()) / (values.std() or 1.0)
        one, other = level[:, : level.shape[1] - later], level[:, later:]
        squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
        spread = level.std(axis=1)
        away = np.sqrt(np.maximum(squares, 0) / one.shape[1]) / np.minimum(spread[:, None], spread[None])
        farthest = np.maximum(farthest, away)
    np.fill_diagonal(farthest, np.inf)
    return farthest


def _exact(values: Any, i: int, j: int, later: int) -> float:
    import numpy as np

    one, other = values[i, : values.shape[1] - later], values[j, later:]
    return float(np.sqrt(((one - other) ** 2).mean()) / min(values[i].std(), values[j].std()))


def _named(collection: Collection, one: Any, other: Any, later: int, away: float) -> Twin:
    group = collection.frame[collection.group]
    ends = int(one[0]), int(other[0])
    parts = tuple(str(collection.frame[collection.split][i]) if collection.split else "" for i in ends)
    return Twin(one=str(group[ends[0]]), other=str(group[ends[1]]), later=later, distance=away, parts=(parts[0], parts[1]), rows=(str(collection.items[ends[0]]), str(collection.items[ends[1]])))
