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
    import numpy as np
    import polars as pl

    from nohero.evidence.audit.codes import numbered
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.moments import moments, time_field

    time = time_field(collection) if collection.label and collection.kind == "row" and collection.whole is None else ""
    if not time or time == collection.label:
        raise Unmeasurable("no label and no times in a table that is held whole")
    stamps, label = moments(collection, time), collection.labels
    rows = np.flatnonzero((stamps.is_not_null() & label.is_not_null()).to_numpy())
    codes = numbered(collection.frame[collection.group])[rows] if collection.group else np.zeros(len(rows), dtype=np.int64)
    order = np.lexsort((stamps.to_numpy()[rows], codes))
    rows, codes = rows[order], codes[order]
    fields = [s for s in collection.frame if s.name not in (collection.label, collection.group, collection.split, time) and _kind(s) and _kind(s) == _kind(label)][:FIELDS]
    if not fields:
        raise Unmeasurable("no field is of the label's type")
    right = _keys(label)[rows]
    frame = collection.frame[rows].with_columns(pl.Series("place of the row", rows))
    found = [lead for s in fields if (lead := _lead(s.name, _keys(s)[rows], right, codes)) is not None]
    return LabelLeads(label=collection.label, time=time, fields=len(fields), leads=tuple(_named(collection, lead, frame) for lead in found))


def _kind(series: pl.Series) -> str:
    import polars as pl

    return "number" if series.dtype.is_numeric() else "word" if series.dtype in (pl.String, pl.Boolean, pl.Categorical) else ""


def _keys(series: pl.Series) -> Any:
    """Float64 or uint64 [N], equal where the cells are."""
    import numpy as np
    import polars as pl

    return series.cast(float).fill_null(np.nan).to_numpy() if series.dtype.is_numeric() else series.cast(pl.String).hash(seed=1).to_numpy()


def _lead(name: str, one: Any, label: Any, codes: Any) -> Lead | None:
    """How many rows later the label is what the field says now, in rows whose own label is another."""
    import numpy as np

    known = np.isfinite(one) if one.dtype.kind == "f" else np.ones(len(one), dtype=bool)
    for later in LATER:
        here = np.flatnonzero((codes[:-later] == codes[later:]) & known[:-later]) if len(one) > later else np.zeros(0, dtype=np.int64)
        fits = one[here] == label[here + later]
        moved = label[here] != label[here + later]
        if moved.sum() >= LEAST and min(float(fits.mean()), float(fits[moved].mean())) >= LED:
            shown = tuple((str(i), "", str(i + later)) for i in here[moved & fits][:12].tolist())
            return Lead(field=name, later=later, share=float(fits[moved].mean()), n=int(moved.sum()), shown=shown)
    return None


def _named(collection: Collection, lead: Lead, frame: pl.DataFrame) -> Lead:
    """With the cells of the rows shown."""
    from dataclasses import replace

    told = [(frame[int(i)].row(0, named=True), frame[int(j)].row(0, named=True)) for i, _, j in lead.shown]
    return replace(lead, shown=tuple((str(collection.items[a["place of the row"]]), str(a[lead.field]), str(b[collection.label])) for a, b in told))
