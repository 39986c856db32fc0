"""A proposal how to divide a collection: whole groups and copies on one side, classes in proportion, the seed decides all of it.

Legend: N items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.data.allot import allot_groups, allot_strata, join_units, strata_of
from nohero.data.split import FRACTIONS, LEAST_SHARE, MIN_ROWS, PARTS, Split, hash_parts
from nohero.run.errors import DataError, UsageError
from nohero.sources.moments import moments
from nohero.sources.sameness import same_items
from nohero.sources.table import PARTS as NAMES
from nohero.tasks.interval import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.allot import Index
    from nohero.sources.collection import Collection

COPIES = "copies"  # under this name measurements keep pairs of items that they found to be the same
ACCURACY = 0.9  # at which the interval of a score is told; the middle of what is reached in practice
MOST_HELD = 0.5  # of the items, for validation and test together
WIDE = 5.0  # points of accuracy to either side; a test that says less is better replaced by folds
FOLDS = 5
CLASSES = 20  # different numbers up to which they are classes


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """The three parts, what is known with them, and folds where parts would be too small."""

    split: Split
    points: float  # half the width of the interval of an accuracy of 90 % on the test part
    units: Index  # [N]: items of one number are kept together
    folds: Index | None = None  # [N], where folds are advised


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """What a way of dividing needs."""

    collection: Collection
    strata: Index
    bound: Index  # units of the pairs that were told
    same: Index  # units of those and of all exact copies
    fractions: tuple[float, float, float]
    rng: np.random.Generator
    notes: list[str]


def propose(
    collection: Collection, *, seed: int | None = None, fractions: tuple[float, float, float] = FRACTIONS, interval: float | None = None,
    copies: Sequence[tuple[int, int]] = (), blocks: bool = False,
) -> Proposal:  # fmt: skip
    """Train, val and test; `interval` is in points of accuracy, `copies` are pairs of item numbers, `blocks` keeps the order of the items."""
    n = len(collection)
    if n < MIN_ROWS:
        raise DataError(f"{collection.source} has {n} items", expected=f"at least {MIN_ROWS}, so that each of the three parts has some", mend="bring more data")
    notes: list[str] = []
    if interval is not None:
        fractions = _sized(n, interval, notes)
    rng = np.random.default_rng(collection.seed if seed is None else seed)
    told = [*copies, *collection.kept.get(COPIES, ())]
    bound = _chained(np.arange(n), told)
    said: list[str] = []
    strata = _strata(collection, said)
    asked = _Asked(collection=collection, strata=strata, bound=bound, same=join_units(bound, same_items(collection)), fractions=fractions, rng=rng, notes=notes)
    part, units, method = _given(asked) if collection.split else _divided(asked, blocks=blocks)
    notes += said if method in ("stratified", "by group") else []
    divided = _made(collection, part, method, notes)
    points = points_of(len(divided.test))
    notes.append(f"with {len(divided.test):,} test items an accuracy of 90 % is known to about {points:.1f} points to either side")
    folds = None
    if points > WIDE and method not in ("by time", "as given"):
        folds = _folds(strata, units, rng, ordered=method == "by block")
        notes.append(f"that is little: train and evaluate in {folds.max() + 1} folds, each once the test, and report their mean")
    return Proposal(split=Split(**{**divided.__dict__, "notes": tuple(notes)}), points=points, units=units, folds=folds)


def points_of(n: int, accuracy: float = ACCURACY) -> float:
    """Half the width of the 95 % interval (Wilson) of an accuracy that was measured on n items, in points."""
    low, high = wilson(accuracy * n, n)
    return 50 * (high - low)


def items_for(points: float, accuracy: float = ACCURACY) -> int:
    """The fewest items with which an accuracy is known to so many points to either side."""
    low, high = 1, 1
    while points_of(high, accuracy) > points:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if points_of(middle, accuracy) <= points else (middle + 1, high)
    return low


def _sized(n: int, interval: float, notes: list[str]) -> tuple[float, float, float]:
    if not 0.01 <= interval <= 40:
        raise UsageError(f"an interval of {interval:g} points", expected="points of accuracy to either side, from 0.01 to 40", mend="--interval 2.5")
    wanted = items_for(interval)
    held = min(wanted / n, MOST_HELD / 2)
    if held < wanted / n:
        notes.append(f"{wanted:,} test items would be needed for {interval:g} points; half of the {n:,} items are held back at most")
    else:
        notes.append(f"{wanted:,} items each for validation and test, so that an accuracy of 90 % is known to {interval:g} points")
    return 1 - 2 * held, held, held


def _divided(asked: _Asked, *, blocks: bool) -> tuple[Index, Index, str]:
    """(part of each item, units, how)."""
    collection, notes, same = asked.collection, asked.notes, asked.same
    when = _when(collection, notes) if collection.time else np.arange(len(collection), dtype=np.float64) if blocks and not collection.group else None
    if collection.group:
        return (*_by_group(asked, _groups(collection, notes), when), "by group")
    if when is not None:
        moments = np.unique(when, return_inverse=True)[1]
        units = join_units(moments, asked.bound)
        part = _in_order(units, when, asked.fractions)
        _say_straddling(same, part, notes)
        if collection.time:
            notes.append(f"in order of `{collection.time}`: the oldest in train, the newest in test")
            return part, units, "by time"
        notes.append("in the order of the items, as neighbours are alike: three blocks; leave out some items at each border")
        return part, units, "by block"
    part = allot_strata(asked.strata, same, asked.fractions, asked.rng)
    num_units = int(same.max()) + 1
    if _short(part, asked.fractions) and num_units < int(asked.bound.max()) + 1:
        part, same = allot_strata(asked.strata, asked.bound, asked.fractions, asked.rng), asked.bound
        notes.append(f"exact copies cannot be kept together: there are only {num_units:,} different items")
    elif num_units < len(collection):
        notes.append(f"{len(collection) - num_units:,} items are copies of an earlier one: copies are kept together")
    return part, same, "stratified" if asked.strata.max() > 0 else "random"


def _by_group(asked: _Asked, groups: Index, when: Any) -> tuple[Index, Index]:
    """Whole groups; groups that share copies go together unless hardly any are left then."""
    notes = asked.notes
    units = join_units(groups, asked.same)
    if units.max() + 1 < len(PARTS) or np.bincount(units).max() > max(0.5 * len(units), np.bincount(groups).max()):
        units = join_units(groups, asked.bound)
        notes.append("groups share exact copies in long chains: copies are not kept together")
    if units.max() + 1 < len(PARTS):
        raise DataError(f"only {int(units.max()) + 1} groups are left when copies are kept together", expected="at least three, one for each part", mend="name a finer field with --group")
    if units.max() < groups.max():
        notes.append(f"groups that share copies go together: {int(units.max()) + 1:,} units")
    part = _in_order(units, when, asked.fractions) if when is not None else allot_groups(units, asked.strata, asked.fractions, asked.rng)
    return part, units


def _given(asked: _Asked) -> tuple[Index, Index, str]:
    """Parts that the source names stay; one that it lacks is taken from train."""
    collection, notes, units = asked.collection, asked.notes, asked.same
    named = [NAMES.get(str(value).strip().casefold(), "train") for value in collection.frame[collection.split].to_list()]
    part = np.array([PARTS.index(name) for name in named], dtype=np.int64)
    groups = _groups(collection, []) if collection.group else None
    if groups is not None:
        units = join_units(units, groups)
    lacking = [i for i in (1, 2) if not (part == i).any()]
    rows = np.flatnonzero(part == 0)
    if lacking and len(rows):
        shares = tuple(f if i in (0, *lacking) else 0.0 for i, f in enumerate(asked.fractions))
        part[rows] = allot_strata(asked.strata[rows], units[rows], shares, asked.rng)
        notes.append(f"{' and '.join(PARTS[i] for i in lacking)} taken from the given train part" + (f", whole groups of `{collection.group}`" if collection.group else ""))
    _say_straddling(asked.same, part, notes)
    if groups is not None:
        notes.append(_said_of_groups(collection, groups, part))
    return part, units, "as given"


def _said_of_groups(collection: Collection, groups: Index, part: Index) -> str:
    """Whether given parts divide groups."""
    across = _straddling(groups, part)
    count = int(groups.max()) + 1
    if not across.any():
        return f"{count:,} groups of `{collection.group}`, each wholly in one part"
    return f"{int(across.sum()):,} of {count:,} groups of `{collection.group}` stand in several parts as they are given, with {int(across[groups].sum()):,} items: a score tells of groups that were trained on; divide the source anew, without its parts, to keep groups whole"


def _strata(collection: Collection, notes: list[str]) -> Index:
    """By the label, or by the rarest class that is marked in a picture."""
    labels = collection.labels
    if labels is not None:
        number = labels.dtype.is_numeric() and labels.n_unique() > CLASSES
        if not number:
            return strata_of(np.array(["" if v is None else str(v) for v in labels.to_list()], dtype=object), "multiclass")[0]
        values = labels.cast(float).fill_nan(None)
        found, described = strata_of(values.fill_null(values.median() or 0.0).to_numpy(), "regression")
        notes.append(described)
        return found
    sets = _marked(collection)
    if sets is None:
        return np.zeros(len(collection), dtype=np.int64)
    counts: dict[str, int] = {}
    for names in sets:
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    notes.append("stratified by the rarest class that is marked in a picture")
    return strata_of(np.array([min(names, key=lambda v: (counts[v], v)) if names else "" for names in sets], dtype=object), "multiclass")[0]


def _marked(collection: Collection) -> list[set[str]] | None:
    if collection.boxes is not None:
        sets: list[set[str]] = [set() for _ in range(len(collection))]
        for item, label in zip(collection.boxes["item"].to_list(), collection.boxes["label"].to_list(), strict=True):
            sets[item].add(label)
        return sets
    if collection.marking is not None and collection.marking.masks:
        found = [set() if m is None else {str(v) for v in m.counts} for m in collection.marking.masks]
        return found if len(set().union(*found)) <= CLASSES else None
    return None


def _groups(collection: Collection, notes: list[str]) -> Index:
    values = collection.frame[collection.group].to_list()
    lone = sum(v is None for v in values)
    found = np.unique(np.array([f"alone {i}" if v is None else f"group {v}" for i, v in enumerate(values)], dtype=object).astype(str), return_inverse=True)[1]
    count = int(found.max()) + 1
    if count < len(PARTS):
        raise DataError(f"the field `{collection.group}` has {count} groups", expected="at least three, one for each part", mend="name a finer field with --group, or leave it out")
    notes.append(f"{count:,} groups of `{collection.group}`, each wholly in one part" + (f"; {lone:,} items without one stand alone" if lone else ""))
    return found


def _when(collection: Collection, notes: list[str]) -> Any:
    series = collection.frame[collection.time]
    if series.dtype.is_temporal():
        series = series.to_physical()
    elif not series.dtype.is_numeric():
        told = moments(collection, collection.time)
        series = told if told.null_count() == series.null_count() else series.rank("dense")  # texts that sort as the times do
    gaps = series.null_count()
    if gaps:
        notes.append(f"{gaps:,} items without a time stand before all others, in train")
    values = series.cast(float).to_numpy()
    return np.where(np.isfinite(values), values, -np.inf) if not gaps else np.where(series.is_null().to_numpy() | ~np.isfinite(values), -np.inf, values)


def _in_order(units: Index, when: Any, fractions: Sequence[float]) -> Index:
    """Units by their latest item: train ends where its share is reached."""
    latest = np.full(int(units.max()) + 1, -np.inf)
    np.maximum.at(latest, units, when)
    order = np.argsort(latest, kind="stable")
    if len(order) < len(PARTS):
        raise DataError(f"there are {len(order)} different moments", expected="at least three, as items of one moment stay together", mend="name a finer field with --time, or leave it out")
    upto = np.cumsum(np.bincount(units)[order]) / len(units)
    first = int(np.clip(np.abs(upto - fractions[0]).argmin(), 0, len(order) - 3))
    second = int(np.clip(np.abs(upto - fractions[0] - fractions[1]).argmin(), first + 1, len(order) - 2))
    part = np.zeros(len(order), dtype=np.int64)
    part[order[first + 1 : second + 1]] = 1
    part[order[second + 1 :]] = 2
    return part[units]


def _folds(strata: Index, units: Index, rng: np.random.Generator, *, ordered: bool) -> Index:
    """The fold of each item; whole units, in order where neighbours are alike."""
    k = min(FOLDS, int(units.max()) + 1)
    if ordered:
        upto = np.cumsum(np.bincount(units)) - 0.5
        return np.minimum((upto * k / len(units)).astype(np.int64), k - 1)[units]
    return allot_groups(units, strata, [1 / k] * k, rng) if int(units.max()) < 5000 else allot_strata(strata, units, [1 / k] * k, rng)


def _chained(units: Index, pairs: Sequence[tuple[int, int]]) -> Index:
    """One number for items that pairs tie together, directly or by a chain."""
    if not len(pairs):
        return units
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.asarray(pairs, dtype=np.int64)
    edges = coo_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(len(units),) * 2)
    found: Index = connected_components(edges, directed=False)[1].astype(np.int64)
    return found


def _short(part: Index, fractions: Sequence[float]) -> bool:
    return bool((np.bincount(part, minlength=len(PARTS)) < LEAST_SHARE * len(part) * np.asarray(fractions)).any())


def _say_straddling(units: Index, part: Index, notes: list[str]) -> None:
    across = int(_straddling(units, part)[units].sum())
    if across:
        notes.append(f"{across:,} items have exact copies in another part, which this way of dividing cannot avoid")


def _straddling(units: Index, part: Index) -> Any:
    """Bool [units]: those in several parts."""
    return np.bincount(np.unique(np.stack([units, part]), axis=1)[0]) > 1


def _made(collection: Collection, part: Index, method: str, notes: list[str]) -> Split:
    parts = [np.flatnonzero(part == i) for i in range(len(PARTS))]
    empty = [name for name, rows in zip(PARTS, parts, strict=True) if len(rows) == 0]
    if empty:
        raise DataError(f"nothing is left for {' and '.join(empty)} when {len(collection):,} items are divided {method}", expected="items for each of train, val and test", mend="bring more items that differ, or name a finer field")
    return Split(train=parts[0], val=parts[1], test=parts[2], method=method, sha256=hash_parts(parts), notes=tuple(notes))
