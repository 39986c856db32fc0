"""Fields that hold, in each row of a series in time, the label of a later row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
LATER = (*range(1, 8), 12, 24, 52)  # rows: steps, a week of days, a year of months, a day of hours, a year of weeks
LEAST = 30  # rows whose label is another than the later one's
LED = 0.98  # of the rows: cells are corrected here and there
FIELDS = 400
EARLIER = 52  # rows earlier, up to which the label may be the field's as well
SHOWN = 12  # rows of a lead


@dataclass(frozen=True, kw_only=True)
class Lead:
    """One field."""

    field: str
    later: int  # rows
    share: float  # of the rows in which the label is another by then
    n: int  # of those
    shown: tuple[tuple[str, str, str], ...]  # of the first rows: the name, the field there, the label so many rows later


@dataclass(frozen=True, kw_only=True)
class LabelLeads:
    """All of them."""

    label: str
    time: str
    fields: int
    leads: tuple[Lead, ...]


def measure(collection: Collection) -> LabelLeads:
    """In the order of the time, within each group where one is named."""
    from nohero.evidence.audit.group_rows import in_time
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.moments import moments, time_field

    time = time_field(collection) if collection.label and collection.kind == "row" and collection.whole is None else ""
    if not time or time == collection.label:
        raise Unmeasurable("no label and no times in a table that is held whole")
    stamps, label = moments(collection, time), collection.labels
    rows, codes = in_time(collection)
    known = (stamps.is_not_null() & label.is_not_null()).to_numpy()[rows]
    rows, codes = rows[known], codes[known]
    fields = [s for s in collection.frame if s.name not in (collection.label, collection.group, collection.split, time) and _kind(s) and _kind(s) == _kind(label)][:FIELDS]
    if not fields:
        raise Unmeasurable("no field is of the label's type")
    right = _keys(label)[rows]
    found, told = [], collection.frame[collection.label]
    for series in fields:
        held = _Held(one=_keys(series)[rows], label=right, codes=codes)
        later = held.later()
        if later:
            fits, moved, here = held.against(later)
            places = here[moved & fits][:SHOWN]
            shown = tuple((str(collection.items[i]), str(series[i]), str(told[j])) for i, j in zip(rows[places].tolist(), rows[places + later].tolist(), strict=True))
            found.append(Lead(field=series.name, later=later, share=float(fits[moved].mean()), n=int(moved.sum()), shown=shown))
    return LabelLeads(label=collection.label, time=time, fields=len(fields), leads=tuple(found))


def _kind(series: pl.Series) -> str:
    import polars as pl

    return "number" if series.dtype.is_numeric() else "word" if series.dtype in (pl.String, pl.Boolean, pl.Categorical) else ""


def _keys(series: pl.Series) -> Any:
    """Float64 or uint64 [N], equal where the cells are."""
    import numpy as np
    import polars as pl

    return series.cast(float).fill_null(np.nan).to_numpy() if series.dtype.is_numeric() else series.cast(pl.String).hash(seed=1).to_numpy()


@dataclass(frozen=True, kw_only=True)
class _Held:
    """A field and the label in the order of time, as numbers, and the group of each row."""

    one: Any
    label: Any
    codes: Any

    def later(self) -> int:
        """How many rows later the label is what the field says now, in rows whose own label is another; 0 where none, or where an earlier label is that as often: of a label that comes again each week, yesterday's is that of the day after five more."""
        for later in LATER:
            shares = self.shares(later)
            if min(shares) >= LED:
                return 0 if any(all(a >= b for a, b in zip(self.shares(-k), shares, strict=True)) for k in range(1, EARLIER + 1)) else later
        return 0

    def shares(self, later: int) -> tuple[float, float]:
        """(of all rows, of those whose label is another by then) in which the field is the label so many rows later, or earlier; 0 where too few tell."""
        fits, moved, _ = self.against(later)
        return (float(fits.mean()), float(fits[moved].mean())) if moved.sum() >= (LEAST if later > 0 else LEAST // 2) else (0.0, 0.0)

    def against(self, later: int) -> tuple[Any, Any, Any]:
        """(whether the field is the label so many rows later, whether the label is another by then, the rows in which both can be told)."""
        import numpy as np

        known = np.isfinite(self.one) if self.one.dtype.kind == "f" else np.ones(len(self.one), dtype=bool)
        here = np.arange(max(0, -later), len(known) - max(0, later))
        here = here[known[here] & (self.codes[here] == self.codes[here + later])]
        return self.one[here] == self.label[here + later], self.label[here] != self.label[here + later], here
