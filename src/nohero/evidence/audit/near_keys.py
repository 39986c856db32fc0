"""Fields that name nearly every row once, and the rows that bear the name of another: whether these are like it, as the same thing is that came again, or no more than any two rows.

Names are whole numbers with few gaps, and what is written as a code; a name of the field that says so makes numbers with gaps names too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.codes import numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
LEAST = 100  # rows
ROWS = 20_000  # that tell how often any two differ
FIELDS = 40  # in which rows of one name are compared
AGAIN = 5  # rows of one name, above which it stands for something missing
VARIED = 0.05  # of any two rows that differ in a field, at least, for it to tell whether rows are alike
EXPECTED, FIXED = 5.0, 0.3  # pairs that would differ by chance, and the share of these that do at most in what belongs to the thing that is named
ADDRESS, ADDRESSES = r"^\S+@\S+\.\w+$", 0.9  # of the cells: people come again, and are then otherwise than before
NEXT = 2  # rows apart, at most, of lines that belong together


@dataclass(frozen=True, kw_only=True)
class NearKey:
    """`rows` bear the name of an earlier one, of `n` that have a name and an own part."""

    field: str
    plain: bool  # it numbers the rows, or its name says that it is a key
    n: int
    rows: tuple[int, ...]
    earlier: tuple[int, ...]
    unlike: float  # pairs' differing fields, of those of any two rows
    fixed: tuple[str, ...]  # fields that hardly ever differ within a name
    beside: float  # share of the rows that stand next to the one whose name they bear


@dataclass(frozen=True, kw_only=True)
class NearKeys:
    """Such fields, of `fields` that were looked at."""

    fields: int
    keys: tuple[NearKey, ...]
    items: Sequence[str]


def measure(collection: Collection, profile: Profile) -> NearKeys:
    """Within each part: two files may each be numbered from one on."""
    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or collection.whole is not None or len(collection) < LEAST:
        raise Unmeasurable(f"the items are no {LEAST} rows of a table that is held")
    aside = {profile.label, *profile.roles}
    may = [(f.name, plain) for f in profile.fields if f.name not in aside and (plain := _names(collection.frame[f.name], f)) is not None]
    keys = {name for name, _ in may}  # two may be written for one another
    others = [s for s in collection.frame if s.name not in {*keys, collection.split} and not s.dtype.is_nested()][:FIELDS]
    found = [_near_key(collection, name, others, plain=plain) for name, plain in may]
    return NearKeys(fields=len(profile.fields), keys=tuple(k for k in found if k is not None), items=collection.items)


def _names(series: Any, field: Any) -> bool | None:
    """Whether a field names rows plainly, or perhaps; None where it does not, or names each once."""
    import polars as pl

    from nohero.evidence.audit.item_names import OWN, is_coded, is_dense, is_whole, says_so

    count = field.num_rows - field.num_missing
    if count < LEAST or not OWN * count <= field.num_distinct < count or series.dtype.is_temporal() or series.dtype.is_nested():
        return None
    full = series.drop_nulls()
    if series.dtype.is_numeric():
        return True if is_whole(full) and (says_so(field.name) or is_dense(full)) else None
    if full.dtype == pl.String and full.head(ROWS).str.contains(ADDRESS).mean() >= ADDRESSES:
        return None
    return says_so(field.name) if is_coded(full) else None


def _near_key(collection: Collection, name: str, others: list[Any], *, plain: bool) -> NearKey | None:
    import numpy as np
    import polars as pl

    keys = pl.DataFrame({"key": collection.frame[name], "part": collection.frame[collection.split] if collection.split else pl.Series([""] * len(collection))}).with_row_index("row").drop_nulls("key")
    several = keys.filter(keys["key"].is_duplicated())
    told = several.with_columns(first=pl.col("row").first().over("key", "part"), size=pl.len().over("key", "part"))
    again = told.filter((pl.col("row") > pl.col("first")) & (pl.col("size") <= AGAIN))
    if not again.height:
        return None
    rows, earlier = again["row"].to_numpy(), again["first"].to_numpy()
    expected, differ, fixed = 0.0, 0, []
    for series in others:
        chance = len(rows) * (1 - float(((np.bincount(numbered(series.head(ROWS))) / min(ROWS, series.len())) ** 2).sum()))
        if chance < VARIED * len(rows):
            continue
        seen = int(series.gather(rows).ne_missing(series.gather(earlier)).sum())
        expected, differ = expected + chance, differ + seen
        if chance >= EXPECTED and seen <= FIXED * chance:
            fixed.append(series.name)
    return NearKey(
        field=name, plain=plain, n=keys.height, rows=tuple(rows.tolist()), earlier=tuple(earlier.tolist()), unlike=differ / expected if expected else 0.0, fixed=tuple(fixed),
        beside=float((rows.astype(np.int64) - earlier.astype(np.int64) <= NEXT).mean()),
    )  # fmt: skip
