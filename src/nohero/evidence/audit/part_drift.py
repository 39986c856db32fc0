"""Whether the parts of a divided source are alike: can a small model tell them apart, and by which fields?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.part_codes import recoded
from nohero.evidence.audit.two_samples import distance

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 1.5  # seconds
ROWS = 5000  # of each part
LEAST = 50
DRAWN = 8
FOLDS = 3  # groups of a part, for each fold to have one
SEVERAL = 5  # names in each part, for a field of names to be what the items were divided by


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Two parts: area under the ROC curve of a model that tells them apart, out of fold; .5 is chance."""

    one: str
    other: str
    auc: float
    error: float  # standard error at chance, of as many groups as there are where rows come in groups
    fields: tuple[tuple[str, float], ...]  # field, the same for this field alone; strongest first
    n: int
    by_time: str = ""  # the field of times in which one part ends before the other begins
    by_group: tuple[str, ...] = ()  # fields of names of which no one stands in both parts; the model does not see them
    recoded: tuple[str, ...] = ()  # fields of codes that were given out in each part by itself
    folds_by: str = ""  # the field of groups of which none lies in two folds


@dataclass(frozen=True, kw_only=True)
class PartDrift:
    """Train against each other part; without the field that was given as time, without numberings and names of the items."""

    drifts: tuple[Drift, ...]
    time: str = ""  # the field that was given as time


def measure(collection: Collection, profile: Profile) -> PartDrift:
    """Boosted trees in folds, on as many items of either part."""
    from nohero.setup.refusal import Unmeasurable

    if len(collection.parts) < 2 or collection.kind != "row":
        raise Unmeasurable("the source is not divided into parts" if len(collection.parts) < 2 else "the items are no rows of several fields")
    first = collection.parts[0]
    found = [_drift(collection, profile, first, other) for other in collection.parts[1:]]
    kept = tuple(d for d in found if d is not None)
    if not kept:
        raise Unmeasurable(f"fewer than {LEAST} items in a part")
    return PartDrift(drifts=kept, time=collection.time)


def _drift(collection: Collection, profile: Profile, one: str, other: str) -> Drift | None:
    import numpy as np
    from sklearn.metrics import roc_auc_score

    from nohero.evidence.audit.group_parts import ROWS_EACH, keys_of_things
    from nohero.evidence.audit.left_out import tree_probabilities
    from nohero.evidence.audit.table_features import features

    rng = np.random.default_rng(collection.seed)
    sides = [np.flatnonzero(collection.part(p)) for p in (one, other)]
    size = min(ROWS, *(len(s) for s in sides))
    if size < LEAST:
        return None
    rows = np.concatenate([rng.choice(s, size, replace=False) for s in sides])
    y = np.repeat([0, 1], size)
    groups = _groups(collection, one, other)
    folds_by = collection.group or next((n for n in (*groups, *keys_of_things(collection)) if collection.frame[n].n_unique() * ROWS_EACH[0] <= len(collection)), "")
    units = _units(collection.frame[folds_by][rows]) if folds_by else np.arange(len(rows))
    x, categorical, names = features(collection, profile, rows, leave=(collection.time, *groups))
    by_time = _by_time(collection, one, other)
    if not names:
        return Drift(one=one, other=other, auc=0.5, error=0.0, fields=(), n=2 * size, by_time=by_time, by_group=groups) if by_time or groups else None
    several = folds_by and min(len(np.unique(units[y == k])) for k in (0, 1)) >= FOLDS
    auc = float(roc_auc_score(y, tree_probabilities(x, y, 2, seed=collection.seed, categorical=categorical, groups=units if several else None)[:, 1]))
    alone = sorted(((_alone(x[:, j], y, named=categorical[j]), n) for j, n in enumerate(names)), reverse=True)
    error = _error(*(len(np.unique(units[y == k])) for k in (0, 1)))
    return Drift(one=one, other=other, auc=auc, error=error, fields=tuple((n, a) for a, n in alone[:DRAWN]), recoded=_recoded(collection, one, other, [n for _, n in alone[:DRAWN]]), n=2 * size, by_time=by_time, by_group=groups, folds_by=folds_by)


def _recoded(collection: Collection, one: str, other: str, names: list[str]) -> tuple[str, ...]:
    first, second = (collection.frame.filter(collection.part(p)) for p in (one, other))
    return tuple(n for n in names if recoded(first[n], second[n]))


def _units(groups: Any) -> Any:
    """A number for each group, int64 [N]; rows without one stand alone."""
    import numpy as np

    _, codes = np.unique(groups.hash(seed=1).to_numpy(), return_inverse=True)
    lone = groups.is_null().to_numpy()
    codes[lone] = codes.max(initial=0) + 1 + np.arange(lone.sum())
    return codes


def _error(one: int, other: int) -> float:
    """Of the area under the curve where nothing is to be told (Hanley and McNeil 1982)."""
    return float(((one + other + 1) / (12 * one * other)) ** 0.5)


def _by_time(collection: Collection, one: str, other: str) -> str:
    """The field of times that divides the two: the one given, else the first field of dates that does."""
    parts = [collection.frame.filter(collection.part(p)) for p in (one, other)]
    for name in (collection.time,) if collection.time else tuple(str(s.name) for s in collection.frame if s.dtype.is_temporal()):
        first, second = ([s.min(), s.max()] for s in (p[name].drop_nulls() for p in parts))
        if first[0] is not None and second[0] is not None and (first[1] <= second[0] or second[1] <= first[0]):
            return name
    return ""


def _groups(collection: Collection, one: str, other: str) -> tuple[str, ...]:
    """Fields of names that say whose each item is: none stands in both parts, and each part has several."""
    import polars as pl

    parts = [collection.frame.filter(collection.part(p)) for p in (one, other)]
    found = []
    for name in collection.features:
        if collection.frame[name].dtype != pl.String:
            continue
        values = [set(p[name].drop_nulls().unique()) for p in parts]
        if min(map(len, values)) >= SEVERAL and not values[0] & values[1]:
            found.append(name)
    return tuple(found)


def _alone(column: Any, y: Any, *, named: bool) -> float:
    """The distance between the two parts' distributions: share of items that would have to move."""
    import numpy as np

    if named or len(np.unique(column[np.isfinite(column)])) < 30:
        codes = np.unique(np.nan_to_num(column, nan=-1e30), return_inverse=True)[1]
        shares = [np.bincount(codes[y == k], minlength=codes.max() + 1) / (y == k).sum() for k in (0, 1)]
        return float(np.abs(shares[0] - shares[1]).sum() / 2)
    a, b = (column[(y == k) & np.isfinite(column)] for k in (0, 1))
    return distance(a, b) if len(a) and len(b) else 1.0
