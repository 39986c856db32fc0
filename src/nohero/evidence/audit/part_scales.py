"""Numbers that are on another scale in one part, or of one value there alone: fields of a table, and all steps of a channel of series.

Legend: A values of the part looked at, B values of the other one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.two_samples import distance
from nohero.sources.series_fields import channel_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
ROWS, DRAWN = 4000, 40  # items of a part, and steps of each series, that are looked at
FIELDS = 400
CLASSES = 200  # different labels: a part of one class is another check's
FAR = 50.0  # times the spread, that no small part has by chance
LEAST, DISTINCT = 50, 20  # values of a part, and different ones, for a scale to be told
STILL = 1e-6  # of the other part's spread: what spreads less is of one value, but for rounding
TOGETHER = 0.9  # of the other part's values are one: such a field may well be of one value in a part
MANY = 0.2  # different values of the other part, of all: what is of fewer is told of a person or a place, and a part may be of one
APART = 4.0  # times the spread: parts by time or place have 2
FROM_ZERO = 0.5  # spreads by which the middle may miss the place to which the factor brings it
NEAR = 0.15  # of a mean of 0 and a deviation of 1, for numbers that were standardised by those of another part
EXACT = 2e-3  # the same, where they were standardised by their own
MOVED = 1.5  # deviations, or times the deviation, by which the other part is elsewhere
SHAPE = 0.05  # distance of two distributions of one shape, beside what chance makes
SURE = 4.0  # standard errors of the logarithm of two deviations' ratio, which is about one over the root of the number of values
CHANCE = 1.36  # over the root of the number of values: one in twenty is beyond
ADJOINING = 0.05  # of the greater spread: where one part begins so close behind the other's end they are divided by this field


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One field of one part: kind is constant, factor or standard."""

    field: str
    part: str
    other: str
    kind: str
    value: float  # the one value, or the other part's spread in spreads of this part
    middle: float  # of this part
    spread: float
    other_middle: float
    other_spread: float
    exact: bool = False  # of standard: mean and deviation are 0 and 1 to three figures
    of_series: bool = False
    centred: bool = False  # of factor: the middle is near zero in both, so that a part that moves less looks the same
    many: bool = False  # of constant: the other part has many values, few of them twice


@dataclass(frozen=True, kw_only=True)
class PartScales:
    """Each other part against the first."""

    scales: tuple[Scale, ...]
    fields: int  # numeric ones with values enough in two parts
    parts: tuple[str, ...]


def measure(collection: Collection) -> PartScales:
    """Every numeric field, and the pooled steps of every channel."""
    from nohero.setup.refusal import Unmeasurable

    if len(collection.parts) < 2 or collection.kind != "row":
        raise Unmeasurable("the source is not divided into parts" if len(collection.parts) < 2 else "the items are no rows of several fields")
    found, seen = [], 0
    for name, of_series, values in _numbers(collection):
        first, *others = collection.parts
        if len(values.get(first, ())) < LEAST:
            continue
        seen += 1
        for part in others:
            if len(values.get(part, ())) >= LEAST:
                items = min(len(values[part]), len(values[first])) // (DRAWN if of_series else 1)
                one = _compared(values[part], values[first], items=items)
                swapped = one is None and (one := _compared(values[first], values[part], items=items)) is not None
                if one is not None:
                    a, b = (first, part) if swapped else (part, first)
                    found.append(Scale(field=name, part=a, other=b, of_series=of_series, **one))
    return PartScales(scales=tuple(found), fields=seen, parts=collection.parts)


def _numbers(collection: Collection) -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """(name, whether of series, finite values of each part)."""
    import numpy as np

    rng = np.random.default_rng(collection.seed)
    rows = {}
    for part in collection.parts:
        own = np.flatnonzero(collection.part(part))
        rows[part] = np.sort(rng.choice(own, ROWS, replace=False)) if len(own) > ROWS else own
    classes = collection.label if collection.label and collection.frame[collection.label].n_unique() <= CLASSES else ""
    aside = {classes, collection.split, collection.group, collection.time, *collection.derived}
    for series in [s for s in collection.frame if s.dtype.is_numeric() and s.name not in aside][:FIELDS]:
        values = {part: series.gather(mine).cast(float).drop_nulls().to_numpy() for part, mine in rows.items()}
        yield series.name, False, {part: v[np.isfinite(v)] for part, v in values.items()}
    for name, arrays in collection.series.items():
        if len(arrays) != len(collection):
            continue
        channels = channel_names(name, next(a for a in arrays if a is not None)) if any(a is not None for a in arrays) else ()
        for c, channel in enumerate(channels):
            yield channel, True, {part: _pooled([arrays[i] for i in mine.tolist()], c if len(channels) > 1 else None, rng) for part, mine in rows.items()}


def _pooled(arrays: list[Any], channel: int | None, rng: Any) -> Any:
    """float64: some steps of each series."""
    import numpy as np

    flat = [np.asarray(a, dtype=np.float64).reshape(-1) if channel is None or a.ndim == 1 else a[:, channel].astype(np.float64) for a in arrays if a is not None and a.size and (channel is None or a.ndim == 1 or a.shape[1] > channel)]
    chosen = [a[rng.integers(0, len(a), DRAWN)] for a in flat]
    values = np.concatenate(chosen) if chosen else np.zeros(0)
    return values[np.isfinite(values)]


def _compared(a: Any, b: Any, *, items: int) -> dict[str, Any] | None:
    """What A is beside B, or None where they may be of one scale."""
    import numpy as np

    distinct = len(np.unique(b))
    told = {"middle": float(np.median(a)), "spread": float(a.std()), "other_middle": float(np.median(b)), "other_spread": float(b.std())}
    if a.std() <= STILL * b.std():
        commonest = np.unique(b, return_counts=True)[1].max() / len(b)
        value = 0.0 if abs(a.mean()) <= STILL * b.std() else float(np.median(a))
        many, inside = distinct >= MANY * len(b), b.min() <= value <= b.max()
        return {**told, "kind": "constant", "value": value, "many": many} if commonest <= TOGETHER and ((many and (inside or not value)) or (value == 0 and not (b == 0).any())) else None
    if distinct < DISTINCT or len(np.unique(a)) < DISTINCT or not b.std():
        return None
    if standard := _standard(a, b):
        return {**told, **standard} if _one_shape(a, b, items) else None
    ratio = float(b.std() / a.std())
    if ratio < (APART if items >= LEAST else FAR) or not _one_shape(a, b, items) or _adjoin(a, b):
        return None
    factor = _factor(a, b)
    if abs(told["middle"] - told["other_middle"] / factor) > FROM_ZERO * told["spread"] or abs(math.log(ratio / factor)) > SHAPE + SURE / math.sqrt(max(items, 1)):
        return None
    return {**told, "kind": "factor", "value": factor, "centred": abs(told["other_middle"]) < FROM_ZERO * told["other_spread"] and bool(b.min() < 0)}


def _factor(a: Any, b: Any) -> float:
    """Times: of the middle amounts, which far values do not move; of the spreads where many are zero."""
    import numpy as np

    one, other = np.median(np.abs(a)), np.median(np.abs(b))
    return float(other / one) if one > 0 and other > 0 else float(b.std() / a.std())


def _standard(a: Any, b: Any) -> dict[str, Any] | None:
    """A has a mean of about 0 and a deviation of about 1, and B is elsewhere."""
    mean, deviation = float(a.mean()), float(a.std())
    if abs(mean) > NEAR or abs(deviation - 1) > NEAR:
        return None
    elsewhere = abs(b.mean()) >= MOVED * max(float(b.std()), 1.0) or abs(math.log(float(b.std()))) >= math.log(MOVED)
    exact = abs(mean) <= EXACT and abs(deviation - 1) <= EXACT
    return {"kind": "standard", "value": float(b.std() / deviation), "exact": exact} if elsewhere else None


def _one_shape(a: Any, b: Any, items: int) -> bool:
    """Whether both have one distribution once their means and deviations are made equal."""
    far = distance((a - a.mean()) / a.std(), (b - b.mean()) / b.std())
    return far <= SHAPE + CHANCE * math.sqrt(2 / max(items, 1))


def _adjoin(a: Any, b: Any) -> bool:
    """Whether one begins where the other ends, as times and running numbers do."""
    gap = max(float(a.min() - b.max()), float(b.min() - a.max()))
    return 0 <= gap <= ADJOINING * max(float(a.max() - a.min()), float(b.max() - b.min()))
