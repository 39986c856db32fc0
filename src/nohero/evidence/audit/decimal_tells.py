"""Fields of numbers that are written with fewer decimals where the label has one value, among numbers of like size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.piles import FINEST, decimals_of

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
ROWS, FIELDS, CLASSES = 100_000, 100, 20  # looked at
LEAST, DISTINCT = 30, 10  # numbers of a class and of the others where both lie, and different ones of the class: a zero or a default is written shortly by itself
RANGE = (0.05, 0.95)  # shares of a class's numbers between which both must lie: great numbers have fewer decimals than small ones
SLIPS, FINER = 0.01, 0.5  # of the class's numbers that may have more decimals, and of the others' that have at least


@dataclass(frozen=True, kw_only=True)
class Shortened:
    """One field and one class."""

    field: str
    label: str  # class
    decimals: int  # that the class's numbers have at most
    finer: float  # share of the others' numbers that have more
    rows: int  # numbers of the class, of like size as others


@dataclass(frozen=True, kw_only=True)
class DecimalTells:
    """All of them, the surest first."""

    found: tuple[Shortened, ...]
    fields: int
    label: str


def measure(collection: Collection, profile: Profile) -> DecimalTells:
    """Each field of broken numbers, each class against all others."""
    import numpy as np
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or not collection.label or not 2 <= len(profile.classes) <= CLASSES:
        raise Unmeasurable("no label of classes")
    frame = collection.plain.frame.gather_every(max(1, len(collection) // ROWS))
    labels = frame[collection.label].cast(pl.String)
    broken = [s.name for s in frame if s.dtype.is_float() and s.name != collection.label][:FIELDS]
    known = labels.is_not_null().to_numpy()
    classes = {str(label): (labels == str(label)).fill_null(value=False).to_numpy() for label, _ in profile.classes}
    found: list[Shortened] = []
    for name in broken:
        values = frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        decimals = np.where(np.isfinite(values), decimals_of(np.where(np.isfinite(values), values, 0.0)), -1)
        told = ((label, _shortened(values, decimals, inside, known)) for label, inside in classes.items())
        found += [Shortened(field=name, label=label, decimals=one[0], finer=one[1], rows=one[2]) for label, one in told if one is not None]
    return DecimalTells(found=tuple(sorted(found, key=lambda t: (-t.finer, -t.rows))), fields=len(broken), label=collection.label)


def _shortened(values: Any, decimals: Any, inside: Any, known: Any) -> tuple[int, float, int] | None:
    """(decimals at most, share of the others that have more, numbers) where the class's are shortened."""
    import numpy as np

    here, there = inside & (decimals >= 0), ~inside & known & (decimals >= 0)
    if min(here.sum(), there.sum()) < LEAST:
        return None
    ends = [np.quantile(values[s], RANGE) for s in (here, there)]
    low, high = max(e[0] for e in ends), min(e[1] for e in ends)
    among = (values >= low) & (values <= high)
    here, there = here & among, there & among
    if min(here.sum(), there.sum()) < LEAST or len(np.unique(values[here])) < DISTINCT:
        return None
    most = int(np.quantile(decimals[here], 1 - SLIPS, method="lower"))
    finer = float((decimals[there] > most).mean())
    return (most, finer, int(here.sum())) if most < FINEST and finer >= FINER else None
