"""Rows that repeat the one above them but for a few fields, the same for all of them, as a join leaves them whose other table has its key twice.

Neighbours may be alike because the file is in order: then rows two and more apart are too, or neighbours that differ in other fields. Of a join only neighbours are, and in no other field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.codes import numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
ROWS = 50_000
FIELDS, MOST_FIELDS = 8, 200  # of a row, at least, and most of them shared
MOST = 3  # fields of the other table
APART = 10  # rows, up to which neighbours are compared
TELLING = 4  # shared fields in which the value is not what a tenth of the rows and more have
LIKE = 4  # fields in which neighbours differ that are alike in order
OWN = 0.5  # of the rows have a value of their own
DRAWN = 12


@dataclass(frozen=True, kw_only=True)
class FannedRows:
    """`rows` differ from the one above in `fields` alone."""

    n: int
    num_fields: int
    fields: tuple[str, ...]
    measured: bool  # one of them is a number that is not whole: the same thing may have been measured twice
    naming: bool  # one of them has a value of its own in most rows: these are two things then
    rows: tuple[int, ...]
    apart: float  # pairs of rows that differ so, two and more rows apart: the most of any distance
    others: tuple[int, int]  # neighbours that differ in few fields, but others, and the most such pairs of any other distance
    step: float  # share of the pairs that are one same step apart in a number, 1 where the file stands in the order of it
    shown: tuple[tuple[str, str, str], ...]
    items: Sequence[str]


def measure(collection: Collection, profile: Profile) -> FannedRows:
    """Numbers and names of the rows are left aside."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    aside = {collection.split, *(f.name for f in profile.fields if f.kind in ("identifier", "constant", "empty"))}
    names = [c for c in collection.frame.columns if c not in aside and not collection.frame[c].dtype.is_nested()]
    if collection.kind != "row" or not FIELDS <= len(names) <= MOST_FIELDS or collection.whole is not None:
        raise Unmeasurable(f"the items are no rows of {FIELDS} to {MOST_FIELDS} fields")
    frame = collection.frame.select(names).head(ROWS)
    codes = np.column_stack([numbered(s) for s in frame])
    told = _told(codes)
    differ = codes[1:] != codes[:-1]
    count = differ.sum(1)
    near = (count > 0) & (count <= MOST) & ((~differ & told[1:]).sum(1) >= TELLING)
    weights = np.random.default_rng(0).integers(1, 2**40, len(names))
    which = differ @ weights  # the same for the same fields
    kinds, counts = np.unique(which[near], return_counts=True)
    pattern = differ[near][which[near] == kinds[counts.argmax()]][0] if len(kinds) else np.zeros(len(names), dtype=bool)
    rows = np.flatnonzero(near & (differ == pattern).all(1)) + 1 if len(kinds) else np.zeros(0, dtype=np.int64)
    farther = [_alike(codes, lag, pattern, told) for lag in range(2, APART + 1)] if len(rows) else []
    others = _alike(codes, 1, pattern, told)[1], max((o for _, o in farther), default=0)
    chosen = [names[j] for j in np.flatnonzero(pattern)]
    return FannedRows(
        n=frame.height, num_fields=len(names), fields=tuple(chosen), measured=any(_is_measured(frame[f]) for f in chosen), rows=tuple(rows.tolist()),
        naming=any(int(codes[:, j].max()) + 1 > OWN * len(codes) for j in np.flatnonzero(pattern)), apart=float(max((a for a, _ in farther), default=0)), others=others,
        step=max((_step(frame[f], rows) for f in chosen), default=0.0), items=collection.items,
        shown=tuple((collection.items[r], collection.items[r - 1], "; ".join(f"{f}: {frame[f][int(r)]}, {frame[f][int(r) - 1]}" for f in chosen)) for r in rows[:DRAWN].tolist()),
    )  # fmt: skip


def _told(codes: Any) -> Any:
    """Bool [N, fields]: the value is one that fewer than a tenth of the rows have."""
    import numpy as np

    return np.column_stack([np.bincount(c)[c] < 0.1 * len(c) for c in codes.T])


def _alike(codes: Any, lag: int, pattern: Any, told: Any) -> tuple[int, int]:
    """(pairs of rows so far apart that differ in these fields alone, pairs that differ in few fields, but others)."""
    differ = codes[lag:] != codes[:-lag]
    same = (differ == pattern).all(1) & ((~differ & told[lag:]).sum(1) >= TELLING)
    few = (differ.sum(1) > 0) & (differ.sum(1) <= LIKE) & ~(differ == pattern).all(1)
    return int(same.sum()), int(few.sum())


def _is_measured(series: Any) -> bool:
    from nohero.evidence.audit.item_names import is_whole

    return bool(series.dtype.is_numeric() and not is_whole(series.drop_nulls()))


def _step(series: Any, rows: Any) -> float:
    import numpy as np

    if series.is_sorted() or series.is_sorted(descending=True):
        return 1.0
    if not (series.dtype.is_numeric() or series.dtype.is_temporal()) or not len(rows) or series.n_unique() < 3:
        return 0.0
    values = series.to_physical().cast(float).to_numpy()
    apart = np.round(np.abs(values[rows] - values[rows - 1]), 6)
    return float(np.unique(apart[np.isfinite(apart)], return_counts=True)[1].max(initial=0) / len(rows))
