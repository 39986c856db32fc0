"""Values of numeric fields that stand apart: marks for missing, other units, gross outliers, zeros among measurements, values that come too often, and limits at which values were cut."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.named_numbers import only_a_name
from nohero.evidence.audit.natural_zeros import ends_a_tail, of_a_count
from nohero.evidence.audit.piles import piles_of
from nohero.evidence.audit.series_numbers import believed
from nohero.evidence.audit.unit_groups import has_units, unit_of
from nohero.evidence.audit.value_limits import NATURAL, code_of, is_scale, limits_of

if TYPE_CHECKING:
    from nohero.data.tally import Tally
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
LEAST = 40  # values
DISTINCT = 10  # values that a field needs to be a number rather than a code
SCALE = 3  # different values of a scale of answers
NINES = 0.5  # distance of a repeated -1, 99, 999 ..., in ranges of all the rest
ANY = 3.0  # the same for any repeated value
TWO_STATES = 0.9  # of the values: where so many are one of two, and the one apart is no number that people write for nothing, they are a yes and a no on another scale
MEMBERS = 5  # rows of a category, on average
SOME, WELL_ABOVE = 0.1, 0.25  # of the values are zeros, where the least of the rest is so much of the median: blood pressures of Pima have 0.05 and 0.33
STRIDES = 5.0  # between the least of the rest: a number of siblings goes on from zero
FEW = 0.01  # of the values: more zeros are no mistakes
FROM_ZERO = 0.05  # of the median lies between zero and the least of the rest: abalone's heights have 0.07, temperatures in degrees 0.01
TWIN = 0.9  # correlation of fields that say the same, of which both are cut


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """One field's values apart: kind is mark, step (a mark, or the last of a tail), code (a mark, or a cap), fill (a mean, where nothing was), pile, unit, outlier, gross (an outlier that no tail explains), zero, limit or top (a limit, or the end of a scale of points)."""

    kind: str
    field: str
    value: float  # the mark, the factor, the farthest value, or the limit
    of: int  # values of the field
    typical: float  # median of the rest
    rows: tuple[int, ...]  # places in the collection, all of them; of a table too large to be held, the numbers of some
    count: int  # values, all of them
    doubt: float = 0.0  # of a factor: the standard error of its logarithm
    beyond: float = 0.0  # of an outlier: how far beyond the tail, in mean excesses of it
    kind_of: str = ""  # of a unit: a field of categories, each of which lies all inside or all outside of the group


@dataclass(frozen=True, kw_only=True)
class NumberFacts:
    """What stands apart in any field."""

    oddities: tuple[Oddity, ...]
    fields: int  # numeric ones
    scaled: int = 0  # of them those of quantities that have units: positive, and of many values
    label: str = ""
    names: tuple[str, ...] = ()  # of the items concerned, by place in `places`
    places: tuple[int, ...] = ()
    derived: dict[str, tuple[str, str]] = field(default_factory=dict)  # fields that are told of series: what, of which

    def said(self, name: str) -> str:
        """A field in words."""
        return "the `{}` of series `{}`".format(*self.derived[name]) if name in self.derived else f"`{name}`"

    def of(self, *kinds: str) -> tuple[Oddity, ...]:
        """Those of some kinds, most values first."""
        return tuple(sorted((o for o in self.oddities if o.kind in kinds), key=lambda o: -o.count))

    def items(self, found: tuple[Oddity, ...]) -> tuple[str, ...]:
        """Names of the items concerned, each once."""
        name = dict(zip(self.places, self.names, strict=True))
        return tuple(name[i] for i in sorted({i for o in found for i in o.rows}))


def measure(collection: Collection) -> NumberFacts:
    """Field by field."""
    import numpy as np
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    table = collection.tabled
    if table is None:
        raise Unmeasurable("the items are no rows of a table, nor named by one")
    collection = table
    oddities: list[Oddity] = []
    numeric = [s for s in collection.frame if s.dtype.is_numeric() and s.name not in {collection.split, collection.group}]
    for series in numeric:
        tally, whole = collection.tally(series.name), series.dtype.is_integer()
        values = series.cast(pl.Float64).to_numpy()
        if collection.whole is not None:
            rows = np.flatnonzero(np.isfinite(values))
            oddities += _with_tails(collection.whole.columns[series.name], values[rows], collection.whole.rows[rows], whole=whole)
        elif tally.n >= LEAST and len(tally.values) < DISTINCT and whole and (what := _answers_mark(tally)) is not None:
            here = np.flatnonzero(values == what["value"])
            oddities.append(Oddity(field=series.name, of=tally.n, count=len(here), rows=tuple(here.tolist()), **what))
        elif tally.n >= LEAST and len(tally.values) >= DISTINCT:
            for what, chosen in _oddities(tally, values if tally.n == len(values) else values[np.isfinite(values)], whole=whole):
                here = np.flatnonzero(np.isin(values, tally.values[chosen]))
                oddities.append(Oddity(field=series.name, of=tally.n, count=len(here), rows=tuple(here.tolist()), **what))
    oddities = [replace(o, kind_of=_kind_of(collection, o)) if o.kind == "unit" and collection.whole is None else o for o in oddities]
    if collection.whole is None:
        oddities = [o for o in oddities if o.kind != "zero" or not of_a_count(collection, o.rows, o.field)]
        oddities = [o for o in oddities if o.kind not in ("limit", "top") or not _is_place(collection, o, [s.name for s in numeric])]
    oddities = [o for o in oddities if o.kind not in ("gross", "outlier") or not only_a_name(o.field, o.value, whole=collection.frame[o.field].dtype.is_integer())]
    oddities = believed(oddities, collection.derived)
    places = tuple(sorted({i for o in oddities for i in o.rows}))
    names = collection.items if collection.whole is None else collection.whole.names
    return NumberFacts(oddities=tuple(oddities), fields=len(numeric), scaled=sum(has_units(collection.tally(s.name)) for s in numeric), label=collection.label, places=places, names=tuple(names[i] for i in places), derived=collection.derived)


def _kind_of(collection: Collection, group: Oddity) -> str:
    """The field of categories that says who is in the group: all rows of some categories are in it, and none of the others."""
    import polars as pl

    inside = pl.int_range(len(collection), eager=True).is_in(list(group.rows))
    known = collection.frame[group.field].is_not_null()
    for series in collection.frame:
        if series.name == group.field or series.dtype not in (pl.String, pl.Boolean) or not 2 <= series.n_unique() <= len(collection) / MEMBERS:
            continue
        shares = pl.DataFrame({"kind": series, "inside": inside}).filter(known).group_by("kind").agg(pl.col("inside").mean())["inside"]
        if ((shares == 0) | (shares == 1)).all():
            return str(series.name)
    return ""


def _is_place(collection: Collection, limit: Oddity, fields: list[str]) -> bool:
    """Whether the rows at the limit are those of one value of another field that does not go with this one elsewhere: an airport has one longitude and one latitude."""
    import numpy as np

    own, inside = collection.frame[limit.field].cast(float), np.zeros(len(collection), dtype=bool)
    inside[list(limit.rows)] = True
    for name in fields:
        other = collection.frame[name].cast(float)
        if name == limit.field or other.n_unique() < 2 * DISTINCT:
            continue
        values = other.to_numpy()
        if not (values[inside] == values[limit.rows[0]]).all() or (values[~inside] == values[limit.rows[0]]).any():
            continue
        rest = ~inside & np.isfinite(values) & np.isfinite(own.to_numpy())
        if rest.sum() > LEAST and abs(np.corrcoef(values[rest], own.to_numpy()[rest])[0, 1]) < TWIN:
            return True
    return False


def _with_tails(column: Any, values: Any, rows: Any, *, whole: bool) -> list[Oddity]:
    """Of a column of which the sample holds some values: its tails, of which all are known, stand in for the sample's own.

    A value of a tail counts as often as the sample would hold it, and up to three times where it is rarer than that, as often as it comes.
    """
    import numpy as np
    import polars as pl

    from nohero.data.tally import tally_of

    if len(values) < LEAST or not column.moments.n:
        return []
    rate = len(values) / column.moments.n
    tails = {v: (c, r) for tail in (column.least, column.greatest) for v, c, r in zip(tail.values.tolist(), tail.counts.tolist(), tail.first.tolist(), strict=True)}
    inner = ~np.isin(values, np.fromiter(tails, dtype=np.float64))
    times = [max(min(count, 3), round(count * rate)) if rate < 1 else count for count, _ in tails.values()]
    together = np.concatenate([values[inner], np.repeat(np.fromiter(tails, dtype=np.float64), times)])
    tally, found = tally_of(pl.Series(together)), []
    for what, chosen in _oddities(tally, together, whole=whole):
        odd = set(tally.values[chosen].tolist())
        known = [tails[v] for v in odd if v in tails]
        others = int(np.isin(values[inner], list(odd - set(tails))).sum()) if len(known) < len(odd) else 0
        some = {*rows[np.isin(values, list(odd))].tolist(), *(row for _, row in known)}
        found.append(Oddity(field=column.name, of=column.moments.n, count=sum(c for c, _ in known) + round(others / rate), rows=tuple(sorted(some)), **what))
    return found


def _oddities(tally: Tally, values: Any, *, whole: bool) -> list[tuple[dict[str, Any], Any]]:
    """(what, bool [different values]) of one field; what is explained is left out of what is looked for next."""
    import numpy as np

    found: list[tuple[dict[str, Any], Any]] = []
    different = tally.values
    left = np.ones(len(different), dtype=bool)
    if len(different) < DISTINCT:
        return found
    remaining = values
    for look in (_mark, _mark, unit_of, unit_of, _outlier):
        chosen = look(tally.chosen(left), remaining)
        if chosen is None:
            continue
        kind, value, inside, *more = chosen
        places = np.zeros(len(different), dtype=bool)
        places[np.flatnonzero(left)[inside]] = True
        left &= ~places
        remaining = remaining[~np.isin(remaining, different[places])]
        found.append(({"kind": kind, "value": value, "typical": tally.chosen(left).median, "beyond" if look is _outlier else "doubt": sum(more)}, places))
    zeros = different == 0
    few, begins = tally.counts[0] / tally.n, different[1] / max(tally.median, 1e-300)
    alone = len(different) >= 2 * DISTINCT and different[1] > STRIDES * float(np.median(np.diff(different[1 : 2 * DISTINCT])))
    if different[0] == 0 and not ends_a_tail(different, tally.counts) and ((not whole and few <= FEW and begins >= FROM_ZERO) or (few <= SOME and begins >= WELL_ABOVE and alone)):
        found.append(({"kind": "zero", "value": 0.0, "typical": tally.chosen(~zeros).median}, zeros))
    code = code_of(different, tally.counts)
    apart = [("code", code)] if code is not None else []
    for kind, value in (*apart, *piles_of(different, tally.counts)):
        if not any(places[different == value].any() for _, places in found):
            found.append(({"kind": kind, "value": value, "typical": tally.chosen(different != value).median}, different == value))
    for limit in limits_of(different, tally.counts):
        if not any(places[different == limit].any() for _, places in found):
            found.append(({"kind": "top" if is_scale(different, tally.counts, limit) else "limit", "value": limit, "typical": tally.median}, different == limit))
    return found


def _mark(tally: Tally, _: Any) -> tuple[str, float, Any] | None:
    """One exact value at the edge, many times, far outside of all the rest."""
    from nohero.data.tally import Tally

    different, counts = tally.values, tally.counts
    for place, rest, gap in ((0, slice(1, None), different[1] - different[0]), (-1, slice(None, -1), different[-1] - different[-2])):
        value, times = float(different[place]), int(counts[place])
        if value in NATURAL or times < 3 or times > tally.n / 2 or len(different) <= DISTINCT:
            continue
        others = different[rest]
        if times + int(counts[rest].max()) > TWO_STATES * tally.n and value != round(value):
            continue
        width = float(others[-1] - others[0])
        alone = value < 0 and others[0] >= 0  # the one negative value
        nines = set(f"{abs(value):.0f}") == {"9"} and abs(value) >= 9 and value == round(value)
        if gap >= ANY * width or ((nines or alone) and gap >= NINES * width) or (alone and (nines or value == -1)):
            kind = "step" if value == -1 and _runs_on(Tally(others, counts[rest]), times) else "mark"
            return kind, value, different == value
    return None


def _answers_mark(tally: Tally) -> dict[str, Any] | None:
    """-9, 99, 999 and the like, several times, far from the few whole numbers of a scale."""
    for place, rest in ((0, slice(1, None)), (-1, slice(None, -1))):
        value, others = float(tally.values[place]), tally.values[rest]
        if len(others) < SCALE or tally.counts[place] < 3 or tally.counts[place] > tally.n / 2 or set(f"{abs(value):.0f}") != {"9"}:
            continue
        width = float(others[-1] - others[0])
        if (value < 0 <= others[0] and value <= -9) or (value > 9 and value - others[-1] >= ANY * width):
            return {"kind": "mark", "value": value, "typical": tally.chosen(tally.values != value).median}
    return None


def _runs_on(rest: Tally, times: int) -> bool:
    """Whether a -1 as rare as this is the end of a tail that thins out towards zero: its counts of two, one and zero go on as they fall."""
    two, one, zero = (float(rest.counts[rest.values == k].sum()) for k in (2, 1, 0))
    return zero < one and times <= zero * (zero / one) * min(1.0, zero * two / one**2)


def _outlier(tally: Tally, _: Any) -> tuple[str, float, Any, float] | None:
    """A few values far beyond the quartiles with a gap before them that the tail does not explain, on the scale on which the bulk is even."""
    import numpy as np

    from nohero.data.tally import Tally
    from nohero.evidence.audit.tail_gap import GROSS, apart

    scaled = Tally(_even(tally), tally.counts)  # in the same order
    sides = apart(scaled, logarithms=scaled.values is not tally.values) if len(tally.values) >= 2 * DISTINCT else []
    if not sides:
        return None
    chosen = np.any([places for places, _ in sides], axis=0)
    far = tally.values[chosen]
    beyond = max(strength for _, strength in sides)
    return "gross" if beyond >= GROSS else "outlier", float(far[np.argmax(np.abs(far - tally.median))]), chosen, beyond


def _even(tally: Tally) -> Any:
    """The different values, or their logarithms where these have the more even quartiles."""
    import numpy as np

    from nohero.data.tally import Tally

    def lean(v: Any) -> float:
        a, b, c = Tally(v, tally.counts).quantiles([0.1, 0.5, 0.9])
        return float(abs(c + a - 2 * b) / (c - a)) if c > a else 1.0

    values = tally.values
    if values[0] <= 0:
        if lean(values) <= 1 / 3:
            return values
        order = np.argsort(np.abs(values), kind="stable")
        return np.sign(values) * np.log1p(np.abs(values) / max(Tally(np.abs(values)[order], tally.counts[order]).median, 1e-300))
    logs = np.log(values)
    return logs if lean(logs) < lean(values) else values
