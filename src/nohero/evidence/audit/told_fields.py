"""Fields that follow from one or two others in nearly all rows: a place and its distance, a number of weeks and whether that is too early."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.codes import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
ROWS = 10_000  # that are looked at first
FIELDS = 40
TRIED = 60  # ways to tell a field that are looked at over all rows
KEYS = 12  # fields that are taken in pairs
EACH = 5.0  # mean rows of a value that tells: fewer agree by chance, and say little
BROKEN = 0.05  # of the rows that the values tell
SCREEN = 0.35  # of the neighbours with one value that would differ by chance
MINOR = 3.0  # times as many rows as are broken lie, within the values, outside the commonest value of all
MIXED = 0.25  # of a value's rows that are not its commonest, from which nothing follows from it
MIXED_ROWS = 0.02  # of the rows that may have such values
FEWEST = 8  # broken rows
PAIRS, SPREAD = 20.0, 5.0  # pairs of broken rows of one value that are expected, and values among which the rows are spread as if evenly, that it may be said whether they lie as rows do


@dataclass(frozen=True, kw_only=True)
class ToldField:
    """`field` follows from `by`, but in `rows`."""

    by: tuple[str, ...]
    field: str
    n: int
    values: int  # of `by`
    rows: tuple[int, ...]
    shown: tuple[tuple[str, str, str], ...]  # of the first rows: value of `by`, of the field, what the others have


def told_fields(collection: Collection) -> tuple[ToldField, ...]:
    """The simplest way to tell each field."""
    import numpy as np

    aside = {collection.split}
    names = [s.name for s in collection.frame if s.name not in aside and not s.dtype.is_nested()][:FIELDS]
    frame = collection.frame.select(names)
    some = frame.head(ROWS)
    if some.height < 20 * EACH:
        return ()
    codes = np.column_stack([numbered(s) for s in some])
    numeric = [s.dtype.is_numeric() for s in some]
    found: dict[int, ToldField] = {}
    near: set[tuple[int, int]] = set()  # (field, field that tells it by itself, or nearly)
    tried = 0
    for by in _keys(codes):
        key = _joined(codes, by)
        for j in _candidates(key, codes):
            if j in by or j in found or any((j, b) in near for b in by) or (numeric[j] and all(numeric[b] for b in by)):
                continue  # one number by others is the business of sums
            near |= {(j, b) for b in by if len(by) == 1}
            if tried >= TRIED or _broken(np.unique(key, return_inverse=True)[1], codes[:, j], 2 * BROKEN, 1) is None:
                continue
            tried += 1
            rule = _rule(frame, tuple(names[b] for b in by), names[j])
            if rule is not None:
                found[j] = rule
    return tuple(sorted(found.values(), key=lambda r: -len(r.rows)))


def _keys(codes: Any) -> Iterator[tuple[int, ...]]:
    """Fields alone, then pairs of those with fewest values."""
    sizes = codes.max(0) + 1
    may = [j for j in range(codes.shape[1]) if 1 < sizes[j] <= len(codes) / EACH]
    yield from ((j,) for j in may)
    yield from combinations(sorted(may, key=lambda j: int(sizes[j]))[:KEYS], 2)


def _joined(codes: Any, by: tuple[int, ...]) -> Any:
    return codes[:, by[0]] if len(by) == 1 else codes[:, by[0]] * (codes[:, by[1]].max() + 1) + codes[:, by[1]]


def _candidates(key: Any, codes: Any) -> list[int]:
    """Fields in which neighbours of one value of the key differ seldom, but do."""
    import numpy as np

    order = np.argsort(key, kind="stable")
    together = key[order][1:] == key[order][:-1]
    sorted_codes = codes[order]
    differ = (sorted_codes[1:] != sorted_codes[:-1])[together].sum(0)
    pairs = int(together.sum())
    found = []
    for j in np.flatnonzero(differ):
        shares = np.bincount(codes[:, j]) / len(codes)
        if differ[j] <= SCREEN * pairs * (1 - (shares**2).sum()):
            found.append(int(j))
    return found


def _rule(frame: Any, by: tuple[str, ...], field: str) -> ToldField | None:
    """Over all rows that have them."""
    import numpy as np

    known = frame.select(*by, field).with_row_index("its row").drop_nulls()
    if known.height < 20 * EACH:
        return None
    key = np.unique(_joined(np.column_stack([numbered(known[b]) for b in by]), tuple(range(len(by)))), return_inverse=True)[1]
    value = numbered(known[field])
    found = _broken(key, value, BROKEN, FEWEST)
    if found is None:
        return None
    broken, told, modal = found
    sizes = np.where(told, np.bincount(key), 0)
    if not _even(key[broken], sizes):
        return None
    rows = known["its row"].to_numpy()[broken]
    first = {int(v): known[field][int(i)] for v, i in zip(*np.unique(value, return_index=True), strict=True)}
    shown = tuple((", ".join(str(known[b][int(i)]) for b in by), str(known[field][int(i)]), str(first[int(modal[key[i]])])) for i in broken[:12])
    return ToldField(by=by, field=field, n=int(sizes.sum()), values=int(told.sum()), rows=tuple(rows.tolist()), shown=shown)


def _broken(key: Any, value: Any, most: float, fewest: int) -> tuple[Any, Any, Any] | None:
    """(rows whose value is not the commonest of their key, keys that tell a value, the commonest of each); None where nothing follows from the key."""
    import numpy as np

    counts, pair = _counted(key, value)
    sizes = np.bincount(key)
    top = np.zeros(len(sizes), dtype=np.int64)
    np.maximum.at(top, pair[0], counts)
    away = 1 - top / sizes
    told = (away < MIXED) & (sizes >= EACH)
    rows = told[key]
    modal = _modal(pair, counts, top)
    broken = np.flatnonzero(rows & (value != modal[key]))
    n = int(rows.sum())
    if not fewest <= len(broken) <= most * n or sizes[away >= MIXED].sum() > MIXED_ROWS * len(key) or n < 0.5 * len(key):
        return None
    minor = (value[rows] != np.bincount(value[rows]).argmax()).sum()
    return (broken, told, modal) if minor >= MINOR * len(broken) and len(np.unique(modal[told])) > 1 else None


def _even(broken: Any, sizes: Any) -> bool:
    """Whether broken rows fall on the values as their rows do; where a value's own rows are of two kinds, they heap up there, and nothing is broken."""
    import numpy as np

    shares = sizes / sizes.sum()
    together = len(broken) * (len(broken) - 1) * float((shares**2).sum())  # pairs of broken rows of one value, twice, that are expected
    counts = np.bincount(broken, minlength=len(sizes)).astype(float)
    return together >= PAIRS and 1 / float((shares**2).sum()) >= SPREAD and float((counts * (counts - 1)).sum()) <= together + 2 * (2 * together) ** 0.5


def _counted(key: Any, value: Any) -> tuple[Any, Any]:
    """(how many rows, (key, value)) of every pair that comes."""
    import numpy as np

    width = int(value.max()) + 1
    pairs, counts = np.unique(key * width + value, return_counts=True)
    return counts, (pairs // width, pairs % width)


def _modal(pair: Any, counts: Any, top: Any) -> Any:
    """The commonest value of each key."""
    import numpy as np

    modal = np.zeros(len(top), dtype=np.int64)
    best = counts == top[pair[0]]
    modal[pair[0][best]] = pair[1][best]
    return modal
