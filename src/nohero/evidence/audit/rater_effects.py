"""How far the marks that one of several raters gave lie from the others', and whether what they were given differs too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
RATER = re.compile(
    r"(?i)(?:^|[\W_])(?:rater|annotator|labell?er|judge|coder|reviewer|scorer|grader|marker|assessor|reader|examiner|taster|evaluator|interviewer|observer|operator|technician|pathologist|radiologist|worker|turker)s?(?:$|[\W_\d])"
)
LEAST, RATERS = 30, (3, 200)  # marks of a rater; raters
MARKS = 3  # different ones
APART = 5.0  # standard errors by which something that a rater was given lies off the others': then they were given other things
FEATURES = 100


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
    fields = tuple(n for n in frame.columns if RATER.search(n) and n != collection.label and RATERS[0] <= frame[n].drop_nulls().n_unique() <= RATERS[1])
    if not fields:
        raise Unmeasurable("no field says who rated")
    return RaterEffects(found=tuple(r for f in fields if (r := _farthest(collection, f)) is not None), fields=fields, label=collection.label)


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
        spread=float(marks[rest].std()), error=off[k][1], agree=float(agree), apart=_given(collection, (field, collection.label), inside, rest),
    )  # fmt: skip


def _off(values: Any, inside: Any, rest: Any) -> tuple[float, float]:
    """(difference of the means, its standard error)."""
    import numpy as np

    a, b = values[inside], values[rest]
    return float(a.mean() - b.mean()), max(float(np.sqrt(a.var() / len(a) + b.var() / len(b))), 1e-12)


def _given(collection: Collection, aside: Sequence[str], inside: Any, rest: Any) -> str:
    """The first number among the features of which this rater had other values than the rest."""
    import numpy as np

    for series in [s for s in collection.plain.frame if s.dtype.is_numeric() and s.name not in aside][:FEATURES]:
        values = series.cast(float).fill_null(float("nan")).to_numpy()
        a, b = inside & np.isfinite(values), rest & np.isfinite(values)
        if min(a.sum(), b.sum()) >= LEAST:
            apart, error = _off(values, a, b)
            if abs(apart) > APART * error:
                return str(series.name)
    return ""
