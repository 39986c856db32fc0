"""Pairs of numbers that lie in two ranges without a value in common, and rows in which each lies in the other's: latitude and longitude, year and amount."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.order_rules import FEWEST, FIELDS, LEAST, SCREENED, VALUES, OrderRule, numbers_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

CORE = (0.05, 0.95)  # shares of the values between which a field's core lies: exchanged rows, of which there are fewer, lie without
WIDER = 0.5  # of the core's length, by which either end of a field's range lies beyond it
BROKEN = 0.05  # of the rows
WELL = 0.6  # of the rows in which each lies in the other's range, that lie in its core: a part of the world that has both, such as South Africa among the United States, lies at the rim of one
ALONE = 0.5  # of the rows exchanged, in which only one of the two lies in the other's range: more are outliers of another kind


def exchanged(collection: Collection) -> tuple[OrderRule, ...]:
    """A sample tells which pairs are looked at whole."""
    import numpy as np

    frame, aside = collection.frame, {collection.split, collection.group}
    names = [s.name for s in frame if s.dtype.is_numeric() and s.name not in aside and s.head(SCREENED).n_unique() > VALUES][:FIELDS]
    some = [numbers_of(s) for s in frame.select(names).gather_every(max(1, frame.height // SCREENED))]
    cores = {i: np.quantile(v[np.isfinite(v)], CORE) for i, v in enumerate(some) if np.isfinite(v).sum() >= LEAST}
    stray = [i for i, core in cores.items() if _outside(some[i], _range(core)).any()]
    found = []
    for i, j in combinations(stray, 2):
        low, high = (i, j) if cores[i][0] < cores[j][0] else (j, i)
        if _range(cores[low])[1] >= _range(cores[high])[0] or not _both(some[low], some[high], cores[low], cores[high]).any():
            continue
        rule = _rule(frame, (names[low], names[high]), (cores[low], cores[high]))
        found += [rule] if rule is not None else []
    return tuple(found)


def _range(core: Any) -> tuple[float, float]:
    reach = WIDER * float(core[1] - core[0])
    return float(core[0]) - reach, float(core[1]) + reach


def _outside(values: Any, limits: tuple[float, float]) -> Any:
    """Bool [N]; what is no number lies nowhere."""
    return (values < limits[0]) | (values > limits[1])


def _inside(values: Any, limits: Any) -> Any:
    return (values >= limits[0]) & (values <= limits[1])


def _both(a: Any, b: Any, core_a: Any, core_b: Any) -> Any:
    """Bool [N]: each in the other's range."""
    return _inside(a, _range(core_b)) & _inside(b, _range(core_a))


def _rule(frame: Any, names: tuple[str, str], cores: tuple[Any, Any]) -> OrderRule | None:
    import numpy as np

    low, high = (numbers_of(frame[n]) for n in names)
    known = np.isfinite(low) & np.isfinite(high)
    rows = np.flatnonzero(_both(low, high, *cores))
    well = (_inside(low[rows], cores[1]) & _inside(high[rows], cores[0])).sum()
    alone = (known & (_inside(low, _range(cores[1])) ^ _inside(high, _range(cores[0])))).sum()
    if not FEWEST <= len(rows) <= BROKEN * known.sum() or well < max(FEWEST, WELL * len(rows)) or alone > ALONE * len(rows):
        return None
    shown = tuple((str(frame[names[0]][int(i)]), str(frame[names[1]][int(i)])) for i in rows[:12])
    return OrderRule(low=names[0], high=names[1], n=int(known.sum()), rows=tuple(rows.tolist()), swapped=True, shown=shown)
