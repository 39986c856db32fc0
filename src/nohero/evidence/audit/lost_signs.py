"""Numbers that have the other sign than all others of their kind, and would lie among these with it: western longitudes without their minus.

Where another field says the sign, as `refund` does of a payment below zero, it is meant; a coordinate by its name has none that is meant so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
ROWS, KINDS, FIELDS = 300_000, 20, 60  # more are not looked at
VALUES, EACH = 300, 10  # of a field that says of what kind a row is, and rows of one on average
FLAGS = 5  # different whole numbers of a field that may say the sign as a word does
LEAST, FEWEST = 30, 3  # numbers of a kind, and those of the other sign; also rows of each word that says the sign, on average
MOST = 0.1  # of the kind's numbers have the other sign: more are no slips
AMONG = 0.75  # of these that lie among the others, turned round
BULK = (0.02, 0.98)  # shares of the kind's numbers between which the others lie
WIDE, EMPTY = 0.25, 0.5  # of their width, by which the others keep away from zero; of that distance, nearer than which to zero there is none
STRAY = 0.1  # but so many, for each of the other sign


@dataclass(frozen=True, kw_only=True)
class LostSign:
    """One field and one kind."""

    field: str
    by: str  # field that says the kind
    kind: str
    rows: tuple[int, ...]
    of: int
    shown: tuple[float, ...]
    usual: tuple[float, float]  # between which most of the kind lie
    place: bool  # a latitude or longitude by its name


@dataclass(frozen=True, kw_only=True)
class LostSigns:
    """Of each field by the field that tells most of them."""

    found: tuple[LostSign, ...]
    fields: int
    items: Sequence[str]


def measure(collection: Collection) -> LostSigns:
    """Each number of both signs within each kind."""
    import polars as pl

    from nohero.evidence.audit.earthly_places import LATITUDE, LONGITUDE
    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or collection.whole is not None or len(collection) > ROWS:
        raise Unmeasurable("the items are no rows of a table that is held whole")
    frame = collection.plain.frame
    kinds = [s for s in frame if s.dtype == pl.String and 2 <= s.n_unique() <= min(VALUES, len(frame) / EACH)][:KINDS]
    numbers = [s for s in frame if s.dtype.is_numeric() and (t := collection.tally(s.name)).n and t.values[0] < 0 < t.values[-1]][:FIELDS]
    words = [s.cast(pl.String) for s in frame if s.dtype == pl.Boolean or (s.dtype.is_integer() and s.n_unique() <= FLAGS)] + kinds
    best: dict[str, list[LostSign]] = {}
    for series in numbers:
        values = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        told = [_within(series.name, values, kind) for kind in kinds]
        most = max(told, key=lambda ones: sum(len(o.rows) for o in ones), default=[])
        place = bool(LATITUDE.search(series.name) or LONGITUDE.search(series.name))
        best[series.name] = [replace(o, place=place) for o in most if place or not any(_is_said(values, o.rows, word) for word in words if word.name != series.name)]
    return LostSigns(found=tuple(sorted((o for ones in best.values() for o in ones), key=lambda o: -len(o.rows))), fields=len(numbers), items=collection.items)


def _within(field: str, values: Any, kind: Any) -> list[LostSign]:
    """The kinds of one field in which some numbers lost their sign."""
    import numpy as np

    names, codes = np.unique(kind.fill_null("").to_numpy(), return_inverse=True)
    known = np.isfinite(values)
    below, all_of = (np.bincount(codes[where], minlength=len(names)) for where in (known & (values < 0), known))
    fewer = np.minimum(below, all_of - below)
    found = []
    for k in np.flatnonzero((all_of >= LEAST) & (fewer >= FEWEST) & (fewer <= MOST * all_of)):
        rows = np.flatnonzero(known & (codes == k))
        one = _turned(values[rows])
        if names[k] and one is not None:
            odd, usual = one
            found.append(LostSign(field=field, by=kind.name, kind=str(names[k]), rows=tuple(rows[odd].tolist()), of=len(rows), shown=tuple(values[rows[odd]][:3].tolist()), usual=usual, place=False))
    return found


def _is_said(values: Any, rows: Sequence[int], words: Any) -> bool:
    """Whether a field has words of its own for numbers of this sign, and all these rows have one of them."""
    import numpy as np

    names, codes = np.unique(words.fill_null("").to_numpy(), return_inverse=True)
    sign = np.sign(values[rows[0]])
    others = np.bincount(codes[np.isfinite(values) & (np.sign(values) != sign)], minlength=len(names))
    here = np.unique(codes[list(rows)])
    return bool(not others[here].any() and (names[here] != "").all() and len(rows) >= FEWEST * len(here))


def _turned(values: Any) -> tuple[Any, tuple[float, float]] | None:
    """(which have the other sign, between what the rest lie) where these would lie among the rest with the sign that they lack."""
    import numpy as np

    sign = 1.0 if (values > 0).sum() > (values < 0).sum() else -1.0
    sized = sign * values
    odd = np.flatnonzero(sized < 0)
    low, high = np.quantile(sized[sized > 0], BULK)
    if low < WIDE * (high - low) or (np.abs(values) < EMPTY * low).sum() > STRAY * len(odd):
        return None
    among = (-sized[odd] >= low) & (-sized[odd] <= high)
    return (odd[among], (float(min(sign * low, sign * high)), float(max(sign * low, sign * high)))) if among.mean() >= AMONG and among.sum() >= FEWEST else None
