"""Dealing rows to train, val and test: exact shares within each stratum, and units (copies, groups) that stay whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

Index: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

PER_BIN = 30  # rows a quantile bin of a regression target should have
MAX_BINS = 20


def strata_of(target: Any, task_kind: str) -> tuple[Index, str]:
    """int64 [N] numbers of classes, or of quantile bins of a number, and a note on the bins."""
    if task_kind != "regression":
        return np.unique(target.astype(str), return_inverse=True)[1], ""
    bins = int(np.clip(len(target) // PER_BIN, 1, MAX_BINS))
    edges = np.unique(np.quantile(target, np.linspace(0, 1, bins + 1)[1:-1]))
    strata = np.searchsorted(edges, target, side="left")
    return np.unique(strata, return_inverse=True)[1], f"stratified by {len(edges) + 1} quantile bins of the target"


def allot_strata(strata: Index, units: Index, fractions: Sequence[float], rng: np.random.Generator) -> Index:
    """int64 [N]: the part of each row. Rows of one unit go together; each stratum keeps the shares as nearly as it can."""
    units = np.unique(units, return_inverse=True)[1]
    sizes = np.bincount(units)
    first = np.full(len(sizes), len(units))
    np.minimum.at(first, units, np.arange(len(units)))
    stratum = strata[first]  # copies may differ in their labels: the first one counts
    order = rng.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]  # the large first, while there is room everywhere
    order = order[np.argsort(stratum[order], kind="stable")]
    part_of_unit = np.zeros(len(sizes), dtype=np.int64)
    bounds = np.flatnonzero(np.diff(stratum[order])) + 1
    carry = np.zeros(len(fractions))  # what rounding owes each part, handed on so that totals come out right
    for block in np.split(order, bounds):
        quota, carry = _quota(int(sizes[block].sum()), fractions, carry, len(block))
        part_of_unit[block] = _fill(sizes[block], quota)
    return part_of_unit[units]


def _quota(total: int, fractions: Sequence[float], carry: Any, num_units: int) -> tuple[Any, Any]:
    """Whole rows of a stratum for each part, and what is still owed."""
    shares = np.asarray(fractions, dtype=np.float64)
    shares = shares / shares.sum()
    ideal = shares * total + carry
    quota = np.maximum(np.floor(ideal + 1e-9), 0).astype(np.int64)
    rest = total - int(quota.sum())
    quota[np.argsort(-(ideal - quota), kind="stable")[: max(rest, 0)]] += 1
    wanted = shares > 0
    if num_units >= wanted.sum():  # every part sees every stratum that has members enough
        for part in np.flatnonzero(wanted & (quota < 1)).tolist():
            quota[quota.argmax()] -= 1
            quota[part] += 1
    while quota.sum() > total:
        quota[quota.argmax()] -= 1
    return quota, ideal - quota


def _fill(sizes: Any, quota: Any) -> Index:
    """Units of falling size to the part that lacks most; single rows then fill what is left exactly."""
    part = np.zeros(len(sizes), dtype=np.int64)
    left = quota.astype(np.int64).copy()
    several = int((sizes > 1).sum())
    for i in range(several):
        fits = left >= sizes[i]
        chosen = int(np.where(fits, left, -1).argmax()) if fits.any() else int(left.argmax())
        part[i] = chosen
        left[chosen] -= sizes[i]
    singles = len(sizes) - several
    left = np.maximum(left, 0)  # where a large unit overshot, the others give way
    while left.sum() > singles:
        left[left.argmax()] -= 1
    left[0] += singles - left.sum()
    part[several:] = np.repeat(np.arange(len(quota)), left)
    return part


def allot_groups(groups: Index, strata: Index, fractions: Sequence[float], rng: np.random.Generator, when: Any = None) -> Index:
    """int64 [N]: the part of each row, groups whole. With `when` the oldest groups are train and the newest test."""
    num_groups, num_parts = int(groups.max()) + 1, len(fractions)
    counts = np.zeros((num_groups, int(strata.max()) + 1))
    np.add.at(counts, (groups, strata), 1)
    sizes = counts.sum(axis=1)
    if when is not None:
        return _oldest_first(groups, sizes, fractions, when)[groups]
    order = rng.permutation(num_groups)
    order = order[np.argsort(-sizes[order], kind="stable")]
    lacking = np.asarray(fractions)[:, None] * counts.sum(axis=0)[None, :]  # [parts, strata]
    weight = 1 / np.maximum(counts.sum(axis=0), 1)  # a rare class counts as much as a common one
    part = np.zeros(num_groups, dtype=np.int64)
    filled = np.zeros(num_parts, dtype=np.int64)
    for place, group in enumerate(order):
        must = np.flatnonzero(filled == 0)
        pool = must if num_groups - place <= len(must) else np.arange(num_parts)
        cost = ((lacking[pool] - counts[group]) ** 2 - lacking[pool] ** 2) @ weight
        part[group] = pool[int(cost.argmin())]
        filled[part[group]] += 1
        lacking[part[group]] -= counts[group]
    return part[groups]


def _oldest_first(groups: Index, sizes: Any, fractions: Sequence[float], when: Any) -> Index:
    middle = np.array([np.median(when[groups == g]) for g in range(len(sizes))])
    order = np.argsort(middle, kind="stable")
    upto = np.cumsum(sizes[order]) / sizes.sum()
    last = len(order) - 1
    first = int(np.clip(np.abs(upto - fractions[0]).argmin(), 0, last - 2))
    second = int(np.clip(np.abs(upto - fractions[0] - fractions[1]).argmin(), first + 1, last - 1))
    part = np.zeros(len(sizes), dtype=np.int64)
    part[order[first + 1 : second + 1]] = 1
    part[order[second + 1 :]] = 2
    return part


def join_units(left: Index, right: Index) -> Index:
    """int64 [N]: one number for rows that are tied to each other through either grouping, directly or by a chain."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    num_left, num_right = int(left.max()) + 1, int(right.max()) + 1
    edges = coo_array((np.ones(len(left), dtype=np.int8), (left, num_left + right)), shape=(num_left + num_right,) * 2)
    labels = connected_components(edges, directed=False)[1]
    return np.unique(labels[left], return_inverse=True)[1]
