"""How far the marks that one of several raters gave lie from the others', and whether what they were given differs too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
WHO = r"(?i)(?:^|[\W_])(?:rater|annotator|labell?er|judge|reviewer|scorer|grader|assessor|examiner|taster|evaluator|interviewer|observer|pathologist|radiologist|turker)s?"
RATER = re.compile(rf"{WHO}(?:$|[\W_\d])")
BY_NUMBER = re.compile(rf"{WHO}(?:[\W_]*(?:id|no|nr|num|number|code|key))?$")  # a field of whole numbers that says who: `judge_score` does not
LEAST, RATERS = 30, (3, 200)  # marks of a rater; raters
MARKS = 3  # different ones
APART = 5.0  # standard errors by which something that a rater was given lies off the others': then they were given other things
FEATURES = 100
COMMONEST = 20  # words of a field that are compared
ONCE, SEVERAL = 0.98, 0.9  # of the marks that are their rater's only one of the item, and of the items that have several raters: then a field names the items


@dataclass(frozen=True, kw_only=True)
class Rater:
    """One rater against all others together."""

    field: str
    name: str
    items: int
    mean: float
    others: float
    spread: float  # of the others' marks, standard deviation
    error: float  # of the difference
    agree: float  # the farthest of the others from the rest of them, in standard errors
    apart: str  # a field in which this rater's items differ from the others', or ""
    shared: str  # the field that names items, each of which several rated, or ""


@dataclass(frozen=True, kw_only=True)
class RaterEffects:
    """The rater farthest off, of each field that says who rated."""

    found: tuple[Rater, ...]
    fields: tuple[str, ...]
    label: str


def measure(collection: Collection) -> RaterEffects:
    """Of marks that are numbers."""
    from nohero.setup.refusal import Unmeasurable

    frame = collection.frame
    if not collection.label or not collection.labels.dtype.is_numeric() or collection.labels.n_unique() < MARKS:
        raise Unmeasurable("the label is no number")
    fields = tuple(s.name for s in frame if s.name != collection.label and _says_who(s))
    if not fields:
        raise Unmeasurable("no field says who rated")
    return RaterEffects(found=tuple(r for f in fields if (r := _farthest(collection, f)) is not None), fields=fields, label=collection.label)


def _says_who(series: Any) -> bool:
    import polars as pl

    named = RATER.search(series.name) if series.dtype == pl.String else BY_NUMBER.search(series.name) if series.dtype.is_integer() else None
    return named is not None and RATERS[0] <= series.drop_nulls().n_unique() <= RATERS[1]


def _farthest(collection: Collection, field: str) -> Rater | None:
    import numpy as np

    marks = collection.labels.cast(float).fill_null(float("nan")).to_numpy()
    who = collection.frame[field].cast(str).fill_null("").to_numpy()
    names, codes = np.unique(who, return_inverse=True)
    known = np.isfinite(marks) & (who != "")
    enough = [k for k, name in enumerate(names) if name and (known & (codes == k)).sum() >= LEAST]
    if len(enough) < RATERS[0]:
        return None
    among = known & np.isin(codes, enough)
    off = {k: _off(marks, among & (codes == k), among & (codes != k)) for k in enough}
    k = max(enough, key=lambda j: abs(off[j][0]) / off[j][1])
    rest = among & (codes != k)
    agree = max(abs(d) / e for j in enough if j != k for d, e in [_off(marks, rest & (codes == j), rest & (codes != j))])
    inside = among & (codes == k)
    return Rater(
        field=field, name=str(names[k]), items=int(inside.sum()), mean=float(marks[inside].mean()), others=float(marks[rest].mean()),
        spread=float(marks[rest].std()), error=off[k][1], agree=float(agree), apart=_given(collection, (field, collection.label), inside, rest), shared=_shared(collection, field, inside),
    )  # fmt: skip


def _off(values: Any, inside: Any, rest: Any) -> tuple[float, float]:
    """(difference of the means, its standard error)."""
    import numpy as np

    a, b = values[inside], values[rest]
    return float(a.mean() - b.mean()), max(float(np.sqrt(a.var() / len(a) + b.var() / len(b))), 1e-12)


def _given(collection: Collection, aside: Sequence[str], inside: Any, rest: Any) -> str:
    """The first field of which this rater had other numbers than the rest, or other words."""
    import numpy as np
    import polars as pl

    for series in [s for s in collection.plain.frame if s.dtype.is_numeric() and s.name not in aside][:FEATURES]:
        values = series.cast(float).fill_null(float("nan")).to_numpy()
        a, b = inside & np.isfinite(values), rest & np.isfinite(values)
        if min(a.sum(), b.sum()) >= LEAST:
            apart, error = _off(values, a, b)
            if abs(apart) > APART * error:
                return str(series.name)
    for series in [s.cast(pl.String) for s in collection.plain.frame if s.dtype in (pl.String, pl.Boolean) and s.name not in aside][:FEATURES]:
        known = series.is_not_null().to_numpy()
        counts = collection.counted(series.name).drop_nulls("value").filter(pl.col("count") >= LEAST).head(COMMONEST)
        for word in counts["value"].cast(pl.String) if min((inside & known).sum(), (rest & known).sum()) >= LEAST else ():
            apart, error = _off((series == word).fill_null(value=False).to_numpy().astype(float), inside & known, rest & known)
            if abs(apart) > APART * max(error, 1 / (inside & known).sum()):
                return str(series.name)
    return ""


def _shared(collection: Collection, field: str, inside: Any) -> str:
    """The field of names or whole numbers, of which nearly each comes with several raters, those of the one rater too, and hardly one twice with the same."""
    import polars as pl

    who = collection.frame[field]
    for series in [s for s in collection.plain.frame if (s.dtype == pl.String or s.dtype.is_integer()) and s.name not in (field, collection.label)][:FEATURES]:
        pairs = pl.DataFrame({"item": series, "who": who}).drop_nulls()
        if not 2 * SEVERAL <= pairs.height / max(1, series.n_unique()) <= who.n_unique():  # marks of an item
            continue
        several = pairs.group_by("item").agg(pl.col("who").n_unique() > 1).filter("who")["item"]
        own = series.filter(pl.Series(inside)).drop_nulls().unique()
        if pairs.n_unique() >= ONCE * pairs.height and several.len() >= SEVERAL * series.drop_nulls().n_unique() and own.is_in(several.implode()).sum() >= SEVERAL * own.len():
            return str(series.name)
    return ""
