"""Fields that say the same: equal in nearly all rows, one the other on another scale, or each value of one with one value of the other.

All pairs are screened at once, by matrices over the rows; a thousand fields take a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ROWS = 50_000  # looked at
SCREENED, CODED = 2_000, 8_000  # of them, for fields that are nearly equal, and for those of which one recodes another
CODES = 0.5  # of the rows beside the commonest value: fields with more values than that are told one to one by chance
SAME = 0.999_999  # correlation of two fields of which one is the other on another scale
EVEN = 0.98  # of the rows: fields that are equal in so many say the same but for errors
NEARLY = 0.9  # the same, of the rows that are looked at first
VALUES = 20  # that two fields on two scales need


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Two fields that say the same: how is equal, scaled or recoded; `apart` are rows in which they do not agree."""

    one: str
    other: str
    how: str
    apart: tuple[int, ...] = ()


def twins_of(frame: Any, names: list[str]) -> tuple[Twins, ...]:
    """The pairs among the fields `names`, each field with the first that says the same."""
    if len(names) < 2:
        return ()
    frame = frame.select(names)
    sample = frame if frame.height <= ROWS else frame.gather_every(frame.height // ROWS)
    hows = {**_scaled(sample), **_recoded(sample), **_equal(sample)}
    place = {name: i for i, name in enumerate(names)}
    found, gone = [], set()
    for one, other in sorted(hows, key=lambda pair: (place[pair[0]], place[pair[1]])):
        if one in gone or other in gone:
            continue
        how = hows[one, other]
        gone.add(other)
        apart = frame[one].ne_missing(frame[other]).arg_true().to_list() if how == "equal" else ()
        found.append(Twins(one=one, other=other, how=how, apart=tuple(apart)))
    return tuple(found)


def _coded(series: Any) -> Any:
    """The values as numbers in the order in which they first come: two fields of which one recodes the other have the same."""
    import numpy as np

    _, first, inverse = np.unique(series.hash(seed=1).to_numpy(), return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _recoded(sample: Any) -> dict[tuple[str, str], str]:
    """Fields with the same codes; those that have them in the first rows are looked at in all."""
    import numpy as np

    first = _alike({s.name: _coded(s) for s in sample.head(CODED)})
    groups = []
    for names in first:
        codes = {name: _coded(sample[name]) for name in names}
        several = {name: np.bincount(mine) for name, mine in codes.items()}
        groups += _alike({name: codes[name] for name, counts in several.items() if len(counts) > 2 and len(counts) - 1 <= CODES * (sample.height - counts.max())})
    return {(group[0], other): "recoded" for group in groups for other in group[1:]}  # one group says one thing


def _alike(codes: dict[str, Any]) -> list[list[str]]:
    """Names that have the same codes."""
    groups: dict[bytes, list[str]] = {}
    for name, mine in codes.items():
        groups.setdefault(mine.tobytes(), []).append(name)
    return [names for names in groups.values() if len(names) > 1]


def _equal(sample: Any) -> dict[tuple[str, str], str]:
    """Fields of one type whose rows agree, also where one of them is not at its commonest value."""
    import numpy as np

    found: dict[tuple[str, str], str] = {}
    gone: set[str] = set()  # equal to an earlier one: what is equal to them is equal to that
    part = sample if sample.height <= SCREENED else sample.gather_every(sample.height // SCREENED)
    for dtype in set(part.dtypes):
        names = [s.name for s in part if s.dtype == dtype and s.n_unique() > 2]
        if len(names) < 2:
            continue
        hashes = np.stack([part[name].hash(seed=1).to_numpy() for name in names], 1)
        common = np.stack([part[name].is_in(_commonest(part[name]).implode(), nulls_equal=True).to_numpy() for name in names], 1)
        for k, one in enumerate(names[:-1]):
            if one in gone:
                continue
            told = ~(common[:, k + 1 :] & common[:, k : k + 1])
            same = (hashes[:, k + 1 :] == hashes[:, k : k + 1]) & told
            near = np.flatnonzero((same.sum(0) >= NEARLY * told.sum(0)) & told.any(0)) + k + 1
            equal = [names[i] for i in near if names[i] not in gone and _agree(sample[one], sample[names[i]])]
            gone.update(equal)
            found.update({(one, other): "equal" for other in equal})
    return found


def _agree(a: Any, b: Any) -> bool:
    same = a.eq_missing(b)
    told = ~(a.eq_missing(_commonest(a)) & b.eq_missing(_commonest(b)))
    return bool(same.mean() >= EVEN and told.any() and same.filter(told).mean() >= EVEN)


def _commonest(series: Any) -> Any:
    return series.value_counts(sort=True, name="times of it").to_series(0).head(1)


def _scaled(sample: Any) -> dict[tuple[str, str], str]:
    """Pairs of numeric fields on a line, over the rows in which both have a number."""
    import numpy as np

    names = [s.name for s in sample if s.dtype.is_numeric() and s.n_unique() > VALUES]
    if len(names) < 2:
        return {}
    values = sample.select(names).cast(float).to_numpy().astype(np.float64)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    middle = filled.sum(0) / np.maximum(1, known.sum(0))
    away = np.where(known, values - middle, 0.0)
    scale = np.sqrt((away**2).sum(0) / np.maximum(1, known.sum(0)))
    away /= np.where(scale > 0, scale, 1.0)
    both = known.astype(np.float64)
    times, sums, squares, products = both.T @ both, away.T @ both, (away**2).T @ both, away.T @ away
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = products - sums * sums.T / times
        spread = squares - sums**2 / times
        correlation = np.abs(covariance) / np.sqrt(spread * spread.T)
    chosen = np.argwhere(np.triu((correlation >= SAME) & (times > VALUES), 1))
    return {(names[i], names[j]): "scaled" for i, j in chosen}
