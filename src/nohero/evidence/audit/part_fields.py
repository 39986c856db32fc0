"""Which fields are filled in some parts or files and never in others, whether one of another name takes their place there, and which two changed places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.exchanged_in_parts import Exchanged, exchanged_in_parts
from nohero.evidence.audit.name_likeness import LIKE, likeness

if TYPE_CHECKING:

    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
LEAST = 20  # rows of a part that lacks a field: fewer may lack it by chance
FILLED = 0.5  # of the other parts' rows that have it


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A field that one part never has."""

    field: str
    part: str
    rows: int  # of that part
    filled: float  # share of the other parts' rows that have it
    instead: str  # a field of nearly the same name that this part alone has, or ""


@dataclass(frozen=True, kw_only=True)
class PartFields:
    """Fields against parts."""

    parts: tuple[str, ...]
    num_fields: int
    absent: tuple[Absent, ...]
    exchanged: tuple[Exchanged, ...] = ()


def measure(collection: Collection) -> PartFields:
    """The label is looked at where another field takes its place: a test part without labels is usual."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.table import FILE

    by = collection.split or (FILE if FILE in collection.frame.columns else "")
    if not by or collection.frame[by].n_unique() < 2:
        raise Unmeasurable("the source is one part")
    names = [c for c in collection.frame.columns if c != by]
    counts = collection.frame.group_by(pl.col(by).cast(pl.String).alias("its part"), maintain_order=True).agg(pl.len().alias("its rows"), *(pl.col(n).count() for n in names))
    counts = counts.filter(pl.col("its part").is_not_null())
    parts, rows = counts["its part"].to_list(), counts["its rows"].to_list()
    filled = {n: counts[n].to_list() for n in names}
    absent = []
    for k, part in enumerate(parts):
        if rows[k] < LEAST:
            continue
        own = [n for n in names if filled[n][k] and not any(filled[n][j] for j in range(len(parts)) if j != k)]
        for name in names:
            others = sum(rows) - rows[k]
            share = (sum(filled[name]) - filled[name][k]) / max(others, 1)
            if filled[name][k] or share < FILLED:
                continue
            instead = max(own, key=lambda n: likeness(name, n), default="")
            instead = instead if instead and likeness(name, instead) >= LIKE else ""
            if instead or name != collection.label:
                absent.append(Absent(field=name, part=part, rows=rows[k], filled=share, instead=instead))
    return PartFields(parts=tuple(parts), num_fields=len(names), absent=tuple(absent), exchanged=exchanged_in_parts(collection.plain.frame, by, [n for n in collection.plain.frame.columns if n != by]))
