"""A stretch of items whose labels, which are values, are those of the items before or after them, by what a model says of each item that was left out.

Legend: N items in the order of the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.label_shift import LAGS, stretch_of, without_edge

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 2.5  # seconds
LEAST, MOST = 200, 20_000  # items; of more the first so many: neighbours must stay neighbours
TOLD = 0.3  # correlation of ranks between what is said and the label, below which a model tells too little


@dataclass(frozen=True, kw_only=True)
class ValueShift:
    """A stretch whose labels are its neighbours'; correlations of ranks with what the model says."""

    first: str
    last: str
    items: int
    lag: int  # the label of item i + lag fits item i
    own: float
    neighbours: float
    own_outside: float


@dataclass(frozen=True, kw_only=True)
class ValueShifts:
    """What a small model says of the labels."""

    n: int
    told: float  # correlation of ranks between what it says and the labels
    shift: ValueShift | None


def measure(collection: Collection, profile: Profile) -> ValueShifts:
    """Of tables with a label of values."""
    import numpy as np

    from nohero.evidence.audit import table_features
    from nohero.evidence.audit.left_out import tree_values
    from nohero.evidence.audit.level_breaks import even
    from nohero.setup.refusal import Unmeasurable

    labels = collection.labels
    if labels is None or profile.classes or not labels.dtype.is_numeric() or collection.kind != "row" or collection.whole is not None:
        raise Unmeasurable("no label of values in a table that is held whole")
    rows = np.flatnonzero(np.isfinite(labels.cast(float).fill_null(float("nan")).to_numpy()))[:MOST]
    x, _, names = table_features.features(collection, profile, rows)
    if len(rows) < LEAST or not names:
        raise Unmeasurable(f"{len(rows)} items with a label and {len(names)} fields to judge them by; {LEAST} items are needed")
    y = even(labels.cast(float).to_numpy()[rows])
    said = tree_values(x, y, seed=collection.seed)
    told = _agreement(said, y)
    if told < TOLD:
        raise Unmeasurable(f"a small model tells too little of `{collection.label}` (correlation of ranks {told:.2f})")
    item = [str(collection.items[int(i)]) for i in rows]
    return ValueShifts(n=len(rows), told=told, shift=_shift(said, y, item))


def _agreement(one: Any, other: Any) -> float:
    import numpy as np

    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1]) if np.ptp(one) and np.ptp(other) else 0.0


def _ranks(values: Any) -> Any:
    """Shares of the values below, 0 to 1; equal ones have one rank."""
    import numpy as np

    ordered = np.sort(values)
    return (np.searchsorted(ordered, values, side="left") + np.searchsorted(ordered, values, side="right")) / (2 * len(values))


def _shift(said: Any, y: Any, items: list[str]) -> ValueShift | None:
    """By how much nearer in rank the neighbour's label lies."""
    import numpy as np

    model, own = _ranks(said), _ranks(y)
    away = np.abs(model - own)
    found = stretch_of({lag: without_edge(away - np.abs(model - np.roll(own, -lag)), lag) for lag in LAGS})
    if found is None:
        return None
    lag, begin, end = found
    inside = np.zeros(len(y), dtype=bool)
    inside[begin:end] = True
    other = np.roll(y, -lag)
    if _agreement(said[~inside], y[~inside]) <= _agreement(said[~inside], other[~inside]):  # the neighbours are told as well everywhere, as of days in a row
        return None
    return ValueShift(
        first=items[begin], last=items[end - 1], items=end - begin, lag=lag, own=_agreement(said[inside], y[inside]), neighbours=_agreement(said[inside], other[inside]),
        own_outside=_agreement(said[~inside], y[~inside]),
    )  # fmt: skip
