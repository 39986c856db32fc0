"""Classes that come at every time of an ordered field but the last ones: labels that were not known yet when the table was made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.sources.moments import DAY, moments, said, time_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
YEAR = re.compile(r"(?:^|[\W_])(?:year|yr|jahr|annee)|(?:year|yr|jahr|annee)(?:$|[\W_]|acc$)", re.IGNORECASE)
YEARS = (1800, 2100)
MOST, BINS = 40, 24  # different times that are looked at one by one, and stretches of like many rows of more of them
BEFORE, LAST = 4, 3  # times before the last ones, at least, and such last ones at most
EXPECTED = 30.0  # items of the class among the last ones, of which next to none come: exp(-30) by chance
TENTH = 0.1  # of those expected
APART = 1.8  # times the usual share, or of it, up to which the share of an earlier time may lie: shares that drift go on drifting
LATE = 0.6  # of the usual share, that the time before the last ones has at least
WAVER = 3.0  # standard errors that such a share may waver besides
CLASSES = 20


@dataclass(frozen=True, kw_only=True)
class Unripe:
    """One class that stays away."""

    field: str  # of the times
    label: str  # class
    since: str  # the first of the times without it
    items: int  # at these times
    came: int  # of the class among them
    expected: float
    share: float  # before
    times: int  # values, or stretches, before
    sure: bool  # whether this is the rarer of two classes, by the field of times: years may be those of other things
    rows: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Ripening:
    """All of them."""

    found: tuple[Unripe, ...]
    fields: tuple[str, ...]
    label: str
    items: Sequence[str]


def measure(collection: Collection, profile: Profile) -> Ripening:
    """By the field of times, or each field of years."""
    from nohero.setup.refusal import Unmeasurable

    if collection.whole is not None or not collection.label or not 2 <= len(profile.classes or ()) <= CLASSES:
        raise Unmeasurable("no label of a few classes in a table that is held whole")
    fields = _ordered(collection)
    if not fields:
        raise Unmeasurable("no field of times or years")
    found = [u for name in fields for u in _unripe(collection, name)]
    return Ripening(found=tuple(sorted(found, key=lambda u: -u.expected)), fields=fields, label=collection.label, items=collection.items)


def _ordered(collection: Collection) -> tuple[str, ...]:
    first = time_field(collection)
    if first:
        return (first,) if first in collection.frame.columns else ()
    aside = {collection.label, collection.split, collection.group}
    years = [s for s in collection.frame if s.name not in aside and s.dtype.is_numeric() and YEAR.search(s.name)]
    return tuple(s.name for s in years if s.null_count() < len(s) and YEARS[0] <= float(s.min() or 0) and float(s.max() or 0) <= YEARS[1])


def _unripe(collection: Collection, name: str) -> list[Unripe]:
    import numpy as np

    times, labels = moments(collection, name), collection.labels.cast(str)
    rows = np.flatnonzero((times.is_not_null() & labels.is_not_null()).to_numpy())
    at = times.to_numpy()[rows]
    if not len(rows) or not np.isfinite(at.astype(float)).all():
        return []
    different, codes = np.unique(at, return_inverse=True)
    if len(different) > MOST:
        order = np.argsort(at, kind="stable")
        bins = (np.searchsorted(at[order], at, side="left") * BINS) // len(at)  # equal times lie in one
        _, first, codes = np.unique(bins, return_index=True, return_inverse=True)
        different = np.array([at[codes == k].min() for k in range(len(first))])
    classes, y = np.unique(labels.to_numpy()[rows].astype(str), return_inverse=True)
    table = np.zeros((len(different), len(classes)))
    np.add.at(table, (codes, y), 1)
    dated = not collection.frame[name].dtype.is_numeric()
    found = []
    for c, label in enumerate(classes):
        last = _staying_away(table[:, c], table.sum(1))
        if not last:
            continue
        there = codes >= len(different) - last
        share = table[:-last, c].sum() / table[:-last].sum()
        since = different[len(different) - last]
        found.append(Unripe(
            field=name, label=str(label), since=said(since // DAY * DAY if dated else since, dated=dated), items=int(there.sum()), came=int(table[-last:, c].sum()), expected=float(share * there.sum()),
            share=float(share), times=len(different) - last, sure=len(classes) == 2 and share < 0.5 and name == time_field(collection), rows=tuple(rows[there].tolist()),
        ))  # fmt: skip
    return found


def _staying_away(of: Any, n: Any) -> int:
    """How many of the last times lack a class that comes in like shares at all others; 0 where it does not."""
    import numpy as np

    for last in range(1, LAST + 1):
        if len(n) - last < BEFORE:
            return 0
        share = of[:-last].sum() / n[:-last].sum()
        expected = float(share * n[-last:].sum())
        if expected < EXPECTED or of[-last:].sum() > TENTH * expected or share <= 0:
            continue
        slack = WAVER * np.sqrt(share * (1 - share) / n[:-last])
        shares = of[:-last] / n[:-last]
        if (shares <= APART * share + slack).all() and (shares >= share / APART - slack).all() and shares[-1] >= LATE * share:
            return last
    return 0
