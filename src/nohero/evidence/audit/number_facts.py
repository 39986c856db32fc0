"""Values of numeric fields that stand apart: marks for missing, other units, gross outliers, zeros among measurements, and limits at which values were cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
LEAST = 40  # values
DISTINCT = 10  # values that a field needs to be a number rather than a code
NINES = 0.5  # distance of a repeated -1, 99, 999 ..., in ranges of all the rest
ANY = 3.0  # the same for any repeated value
FAR, NEAR = 6.0, 4.5  # robust deviations of the logarithm: a far group, and where the bulk ends
VALLEY = 0.25  # of the far group may lie between
BEYOND = 4.0  # quartile ranges beyond the quartile: an outlier, where the gap to the rest is a range as well
RARE = 0.01  # of the values: more are no outliers
USUAL = 0.5  # of the values: a limit that more have is what is usual, and nothing was cut
MASS = 5.0  # times the count of the values nearby: a limit
HEAPS, EXACT = 3, 1e-9  # round values next to a limit, that come as often where all of them are heaped; distance from a multiple of a power of ten
FROM_ZERO = 0.05  # of the median lies between zero and the least of the rest: abalone's heights have 0.07, temperatures in degrees 0.01
ALIKE = 0.01  # chance of shapes as different from one source
MEDIAN = 1.2533  # standard error of a median over that of a mean
NATURAL = (0.0, 1.0, 100.0)  # limits that quantities have by nature
SAMPLE = 200_000  # values looked at for shapes


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """One field's values apart: kind is mark, step (a mark, or the last of a tail), unit, outlier, zero or limit."""

    kind: str
    field: str
    value: float  # the mark, the factor, the farthest value, or the limit
    of: int  # values of the field
    typical: float  # median of the rest
    rows: tuple[int, ...]  # places in the collection, all of them; of a table too large to be held, the numbers of some
    count: int  # values, all of them
    doubt: float = 0.0  # of a factor: the standard error of its logarithm


@dataclass(frozen=True, kw_only=True)
class NumberFacts:
    """What stands apart in any field."""

    oddities: tuple[Oddity, ...]
    fields: int  # numeric ones
    label: str = ""
    names: tuple[str, ...] = ()  # of the items concerned, by place in `places`
    places: tuple[int, ...] = ()

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

    if collection.kind != "row":
        raise Unmeasurable("the items are no rows of a table")
    oddities: list[Oddity] = []
    numeric = [s for s in collection.frame if s.dtype.is_numeric() and s.name not in {collection.split, collection.group}]
    for series in numeric:
        values = series.cast(pl.Float64).to_numpy()
        rows = np.flatnonzero(np.isfinite(values))
        if collection.whole is not None:
            oddities += _with_tails(collection.whole.columns[series.name], values[rows], collection.whole.rows[rows], whole=series.dtype.is_integer())
        elif len(rows) >= LEAST:
            found = _oddities(values[rows], whole=series.dtype.is_integer())
            oddities += [Oddity(field=series.name, of=len(rows), count=int(chosen.sum()), rows=tuple(rows[chosen].tolist()), **what) for what, chosen in found]
    places = tuple(sorted({i for o in oddities for i in o.rows}))
    names = collection.items if collection.whole is None else collection.whole.names
    return NumberFacts(oddities=tuple(oddities), fields=len(numeric), label=collection.label, places=places, names=tuple(names[i] for i in places))


def _with_tails(column: Any, values: Any, rows: Any, *, whole: bool) -> list[Oddity]:
    """Of a column of which the sample holds some values: its tails, of which all are known, stand in for the sample's own.

    A value of a tail counts as often as the sample would hold it, and up to three times where it is rarer than that, as often as it comes.
    """
    import numpy as np

    if len(values) < LEAST or not column.moments.n:
        return []
    rate = len(values) / column.moments.n
    tails = {v: (c, r) for tail in (column.least, column.greatest) for v, c, r in zip(tail.values.tolist(), tail.counts.tolist(), tail.first.tolist(), strict=True)}
    inner = ~np.isin(values, np.fromiter(tails, dtype=np.float64))
    times = [max(min(count, 3), round(count * rate)) if rate < 1 else count for count, _ in tails.values()]
    together = np.concatenate([values[inner], np.repeat(np.fromiter(tails, dtype=np.float64), times)])
    found = []
    for what, chosen in _oddities(together, whole=whole):
        odd = set(np.unique(together[chosen]).tolist())
        known = [tails[v] for v in odd if v in tails]
        others = int(np.isin(values[inner], list(odd - set(tails))).sum()) if len(known) < len(odd) else 0
        some = {*rows[np.isin(values, list(odd))].tolist(), *(row for _, row in known)}
        found.append(Oddity(field=column.name, of=column.moments.n, count=sum(c for c, _ in known) + round(others / rate), rows=tuple(sorted(some)), **what))
    return found


def _oddities(values: Any, *, whole: bool) -> list[tuple[dict[str, Any], Any]]:
    """(what, bool [N]) of one field; what is explained is left out of what is looked for next."""
    import numpy as np

    found: list[tuple[dict[str, Any], Any]] = []
    left = np.ones(len(values), dtype=bool)
    uniques, counts = _different(values)
    if len(uniques) < DISTINCT:
        return found
    for look in (_mark, _mark, _unit, _outlier):
        chosen = look(values[left])
        if chosen is None:
            continue
        kind, value, inside, *doubt = chosen
        places = np.zeros(len(values), dtype=bool)
        places[np.flatnonzero(left)[inside]] = True
        left &= ~places
        found.append(({"kind": kind, "value": value, "typical": float(np.median(values[left])), "doubt": sum(doubt)}, places))
    zeros = values == 0
    if not whole and 0 < zeros.sum() <= RARE * len(values) and uniques[0] == 0 and uniques[1] >= FROM_ZERO * np.median(values):
        found.append(({"kind": "zero", "value": 0.0, "typical": float(np.median(values[~zeros]))}, zeros))
    for limit in _limits(uniques, counts):
        if not any((values == limit)[places].any() for _, places in found):
            found.append(({"kind": "limit", "value": limit, "typical": float(np.median(values))}, values == limit))
    return found


def _different(values: Any) -> tuple[Any, Any]:
    """(different values in their order, how often each); polars sorts three times quicker than numpy."""
    import numpy as np
    import polars as pl

    ordered = pl.Series(values).sort().to_numpy()
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def _mark(values: Any) -> tuple[str, float, Any] | None:
    """One exact value at the edge, many times, far outside of all the rest."""
    import numpy as np

    for value in (float(values.min()), float(values.max())):
        chosen = values == value
        rest = values[~chosen]
        if value in NATURAL or chosen.sum() < 3 or len(rest) < len(values) / 2 or len(np.unique(rest[:SAMPLE])) < DISTINCT:
            continue
        width, gap = float(np.ptp(rest)), float(np.abs(rest - value).min())
        alone = value < 0 and rest.min() >= 0  # the one negative value
        nines = set(f"{abs(value):.0f}") == {"9"} and abs(value) >= 9 and value == round(value)
        if gap >= ANY * width or ((nines or alone) and gap >= NINES * width) or (alone and (nines or value == -1)):
            return "step" if value == -1 and _runs_on(rest, int(chosen.sum())) else "mark", value, chosen
    return None


def _runs_on(rest: Any, times: int) -> bool:
    """Whether a -1 as rare as this is the end of a tail that thins out towards zero: its counts of two, one and zero go on as they fall."""
    two, one, zero = (float((rest == k).sum()) for k in (2, 1, 0))
    return zero < one and times <= zero * (zero / one) * min(1.0, zero * two / one**2)


def _unit(values: Any) -> tuple[str, float, Any, float] | None:
    """(unit, the factor, which, the standard error of the factor's logarithm): a group that has the shape of the bulk times a factor, with next to nothing between."""
    import numpy as np

    if values.min() <= 0:
        return None
    logs = np.log(values)
    middle = float(np.median(logs))
    spread = 1.4826 * float(np.median(np.abs(logs - middle)))
    if spread <= 1e-9:
        return None
    z = (logs - middle) / spread
    side = 1 if (z > FAR).sum() >= (z < -FAR).sum() else -1
    far, between = side * z > FAR, (side * z > NEAR) & (side * z <= FAR)
    if far.sum() < 3 or far.sum() > len(values) / 3 or between.sum() > VALLEY * far.sum():
        return None
    shape = 1.4826 * float(np.median(np.abs(logs[far] - np.median(logs[far]))))
    if len(np.unique(values[far])) < 3 or not spread / 4 <= shape <= 2 * spread or float(np.ptp(logs[far])) > float(np.median(logs[far]) - middle) * side:
        return None
    if not _of_one_shape(logs[far] - np.median(logs[far]), logs[side * z <= NEAR] - middle):
        return None
    doubt = MEDIAN * math.hypot(shape / math.sqrt(far.sum()), spread / math.sqrt(len(values)))
    return "unit", float(np.exp(np.median(logs[far]) - middle)), far, doubt


def _of_one_shape(group: Any, bulk: Any) -> bool:
    """Whether a group may be drawn from the bulk, both brought to their medians (two samples, Kolmogorov and Smirnov)."""
    from scipy.stats import ks_2samp

    return bool(ks_2samp(group, bulk[:SAMPLE]).pvalue > ALIKE)


def _outlier(values: Any) -> tuple[str, float, Any] | None:
    """A few values far beyond the quartiles with a gap before them, on the scale on which the bulk is even."""
    import numpy as np

    scaled = _even(values)
    low, high = np.quantile(scaled, [0.25, 0.75])
    width = float(high - low)
    if width <= 0 or len(np.unique(values[:SAMPLE])) < 2 * DISTINCT:
        return None
    chosen = np.zeros(len(values), dtype=bool)
    over, under = scaled > high + BEYOND * width, scaled < low - BEYOND * width
    above, below = np.sort(scaled[over]), np.sort(scaled[under])
    if len(above):
        steps = np.diff(np.concatenate([[scaled[~over].max()], above]))
        if (steps >= width).any():
            chosen |= scaled >= above[int(np.argmax(steps >= width))]
    if len(below):
        steps = np.diff(np.concatenate([below, [scaled[~under].min()]]))
        if (steps >= width).any():
            chosen |= scaled <= below[len(below) - 1 - int(np.argmax(steps[::-1] >= width))]
    if not chosen.any() or chosen.sum() > max(2, RARE * len(values)):
        return None
    far = values[chosen]
    return "outlier", float(far[np.argmax(np.abs(far - np.median(values)))]), chosen


def _even(values: Any) -> Any:
    """The values, or their logarithms where these have the more even quartiles."""
    import numpy as np

    def lean(v: Any) -> float:
        a, b, c = np.quantile(v, [0.1, 0.5, 0.9])
        return float(abs(c + a - 2 * b) / (c - a)) if c > a else 1.0

    if values.min() <= 0:
        return np.sign(values) * np.log1p(np.abs(values) / max(float(np.median(np.abs(values))), 1e-300)) if lean(values) > 1 / 3 else values
    logs = np.log(values)
    return logs if lean(logs) < lean(values) else values


def _limits(uniques: Any, counts: Any) -> list[float]:
    """Greatest and least value, where they come far more often than the values beside them."""
    import numpy as np

    total = int(counts.sum())
    near = max(5, len(uniques) // 50)
    found = []
    for end, inwards in ((len(uniques) - 1, slice(-2, None, -1)), (0, slice(1, None))):
        value, count, others, often = float(uniques[end]), int(counts[end]), uniques[inwards], counts[inwards]
        beside = often[:near]
        many = max(10, 0.004 * total) <= count <= USUAL * total and count >= MASS * float(np.median(beside)) and count >= 2 * beside.max()
        if value not in NATURAL and many and len(uniques) >= 2 * DISTINCT and not _heaped(value, count, others, often):
            found.append(value)
    return found


def _heaped(value: float, count: int, others: Any, often: Any) -> bool:
    """Whether values that are as round as this one come about as often: people heap what they round."""
    import numpy as np

    for power in range(12, -7, -1):
        grid = 10.0**power
        if abs(value / grid - round(value / grid)) < EXACT:
            alike = often[np.abs(others / grid - np.round(others / grid)) < EXACT][:HEAPS]
            if len(alike) and count < 2 * alike.max():
                return True
    return False
