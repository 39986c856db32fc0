"""Fields that say the same: equal in nearly all rows, one the other on another scale, or each value of one with one value of the other.

All pairs are screened at once, by matrices over the rows; a thousand fields take a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = 50_000  # looked at
FIRST, SCREENED, CODED = 400, 2_000, 8_000  # of them, for fields that are equal in most, or in nearly all, and for those of which one recodes another
CODES = 0.5  # of the rows beside the commonest value: fields with more values than that are told one to one by chance
SAME = 0.999_999  # correlation of two fields of which one is the other on another scale
EVEN = 0.98  # of the rows: fields that are equal in so many say the same but for errors
NEARLY = 0.9  # the same, of the rows that are looked at first
VALUES = 20  # that two fields on two scales need
MOSTLY, TOLD = 0.9, 100  # of the rows in which neither is at its commonest value, and such rows: fields of two names of one, or of many values, are twins that went apart
JOINED = re.compile(r"(.+?)([_. ](?:x|y|copy|right|1|dup|duplicate)|\(1\))", re.IGNORECASE)  # names that joins, spreadsheets and readers give to a second column of one name


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Two fields that say the same: how is equal, scaled or recoded; `apart` are rows in which they do not agree."""

    one: str
    other: str
    how: str
    apart: tuple[int, ...] = ()
    sure: bool = True  # or equal in fewer rows, under two names: they may be two things


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
    return (*found, *_parted(frame, sample, [n for n in names if n not in gone]))


def _parted(frame: Any, sample: Any, names: list[str]) -> list[Twins]:
    """Fields that are equal in most rows: of one name, as a join leaves them, or of many values."""
    part = sample.gather_every(max(1, sample.height // FIRST))
    found = []
    many = {n: part[n].n_unique() > VALUES for n in names}
    bases = {n: (m[1] if (m := JOINED.fullmatch(n)) else n).casefold() for n in names}  # of a thousand fields half a million pairs are asked
    for dtype in dict.fromkeys(part[n].dtype for n in names):
        for one, other in _near([part[n] for n in names if part[n].dtype == dtype]):
            sure = bases[one] == bases[other] and of_one_name(one, other)
            if (sure or (many[one] and many[other])) and _mostly_equal(sample[one], sample[other]):
                apart = frame[one].ne_missing(frame[other]).arg_true().to_list()
                found.append(Twins(one=one, other=other, how="equal", apart=tuple(apart), sure=sure))
    return found


def _near(fields: list[Any]) -> Iterator[tuple[str, str]]:
    """Pairs that agree in most of the rows looked at first."""
    import numpy as np

    if len(fields) < 2:
        return
    hashes = np.stack([s.hash(seed=1).to_numpy() for s in fields], 1)
    told = np.stack([(s.is_not_null() & s.ne_missing(_commonest(s))).to_numpy() for s in fields], 1)
    for k, one in enumerate(fields[:-1]):
        both = told[:, k + 1 :] & told[:, k : k + 1]
        same = (hashes[:, k + 1 :] == hashes[:, k : k + 1]) & both
        yield from ((one.name, fields[k + 1 + i].name) for i in np.flatnonzero((same.sum(0) >= (2 * MOSTLY - 1) * both.sum(0)) & both.any(0)))


def of_one_name(one: str, other: str) -> bool:
    """Whether two names are what a join or a copy makes of one: price_x and price_y, price and price_right."""
    bases, marks = zip(*(((m[1], m[2].strip("_. ").lower()) if (m := JOINED.fullmatch(n)) else (n, "")) for n in (one, other)), strict=True)
    return len({b.casefold() for b in bases}) == 1 and (set(marks) == {"x", "y"} or ("" in marks and not {"x", "y"} & set(marks)))


def _mostly_equal(a: Any, b: Any) -> bool:
    """Of the rows that have both."""
    both = a.is_not_null() & b.is_not_null()
    told = both & a.ne_missing(_commonest(a)) & b.ne_missing(_commonest(b))
    same = a.eq_missing(b)
    return bool(int(told.sum()) >= TOLD and same.filter(told).mean() >= MOSTLY and same.filter(both).mean() >= MOSTLY)


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
    for dtype in dict.fromkeys(part.dtypes):
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
