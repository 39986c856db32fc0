"""Stretches of rows in which a field that moves at nearly every row stands still, or goes along a straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
LEAST, DISTINCT = 120, 20  # rows, and different values
SHORTEST, TIMES, MOST = 20, 4.0, 4  # rows of a run, the run against the longest usual one, and such runs in a field
USUAL = 0.4  # of the other rows that stand still, or go straight, too; weather in whole degrees does so at a third
SORTED = 0.95  # of the steps that go one way, from which on a field counts as sorted, or counted up
ATOM = 0.2  # of the rows, a value at which a field rests
GRID = 2.01  # decimal steps by which a rounded line bends between three rows
BLOCK = 10  # rows: half a run holds one such block
SAMPLE = 1000  # rows that tell the decimals


@dataclass(frozen=True, kw_only=True)
class Run:
    """One stretch; kind is still or line."""

    kind: str
    field: str
    first: str  # names of its first and its last item
    last: str
    rows: int
    value: float  # of a line: the first
    until: float  # and the last
    usual: int  # rows of the longest usual run


@dataclass(frozen=True, kw_only=True)
class StuckRuns:
    """All of them."""

    runs: tuple[Run, ...]
    fields: int


def measure(collection: Collection) -> StuckRuns:
    """Field by field, in the order of the file, or of the time where that is named."""
    from nohero.evidence.audit.breaks import in_order
    from nohero.setup.refusal import Unmeasurable

    numeric = [s for s in collection.plain.frame if s.dtype.is_numeric() and s.name not in {collection.split, collection.group, collection.time}]
    if collection.kind not in ("row", "text") or collection.whole is not None or len(collection) < LEAST or not numeric:
        raise Unmeasurable(f"fewer than {LEAST} rows of numbers at hand, in their order")
    order, by = in_order(collection)
    frame = collection.frame[order] if by else collection.frame
    return StuckRuns(runs=tuple(run for series in numeric for run in _runs(frame[series.name], frame, order, collection)), fields=len(numeric))


def _runs(series: Any, frame: Any, order: Any, collection: Collection) -> Iterator[Run]:
    import numpy as np

    from nohero.evidence.audit.breaks import ordered_by

    values = series.cast(float).to_numpy()
    known = np.isfinite(values)
    values = values if known.all() else values[known]
    if len(values) < LEAST:
        return
    grid = _grid(values)
    kinds = [(kind, flat) for kind, flat in (("still", _is_still), ("line", _is_straight)) if _has_block(values, grid, flat)]
    if not kinds:
        return
    rows, steps = np.flatnonzero(known), np.diff(values)
    for kind, flat in kinds:
        on = flat(values, np.arange(len(values) - 1), grid)
        resting = _resting(values)[:-1] if kind == "still" else np.zeros(len(on), dtype=bool)
        found, usual = _far_longer(on & ~resting, looked_at=len(on) - int(resting.sum()))
        if found and max((steps > 0).sum(), (steps < 0).sum()) >= SORTED * (steps != 0).sum():
            return
        for start, length in found:
            first, last = start, start + length
            if ordered_by(frame, series.name, tuple(int(rows[k]) for k in (first, last + 1) if 0 < k < len(rows))):
                continue
            if len(np.unique(values[:first])) + len(np.unique(values[last + 1 :])) < DISTINCT:
                continue
            names = [str(collection.items[int(order[rows[k]])]) for k in (first, last)]
            yield Run(kind=kind, field=series.name, first=names[0], last=names[1], rows=last - first + 1, value=float(values[first]), until=float(values[last]), usual=usual + 1)


def _grid(values: Any) -> float:
    """The decimal step of the values, or a millionth of what they move from row to row."""
    import numpy as np

    at = np.arange(0, len(values) - 1, max(1, len(values) // SAMPLE))
    some = values[at]
    return next((10.0**-k for k in range(7) if np.abs(some * 10**k - np.round(some * 10**k)).max() <= 1e-6), 0.0) or 1e-6 * float(np.median(np.abs(values[at + 1] - some)))


def _has_block(values: Any, grid: float, flat: Any) -> bool:
    """Whether all steps of some block are so: within every run they are."""
    import numpy as np

    firsts = np.arange(0, len(values) - BLOCK, BLOCK)
    for k in sorted(range(BLOCK), key=lambda k: k % 3):  # steps apart first: neighbouring ones hang together
        firsts = firsts[flat(values, firsts + k, grid)]
    return len(firsts) > 0


def _is_still(values: Any, at: Any, _: float) -> Any:
    """Bool: the value of the next row is that of this one."""
    return values[at + 1] == values[at]


def _is_straight(values: Any, at: Any, grid: float) -> Any:
    """Bool: the step to the next row is as the one before, as near as rounding lets it, and goes the same way."""
    import numpy as np

    step, before = values[at + 1] - values[at], values[at] - values[at - 1]
    return (np.abs(step - before) <= GRID * grid) & (step * before > 0) & (at > 0)


def _resting(values: Any) -> Any:
    """Bool: at the least or the greatest value, beyond which it cannot fall or rise, or at a value that a good part of all rows have, such as none at night."""
    import numpy as np

    different, counts = np.unique(values, return_counts=True)
    often = [v for v in different[counts >= ATOM * len(values)].tolist() if _comes_again(values == v)]
    return np.isin(values, [different[0], different[-1], *often])


def _comes_again(here: Any) -> bool:
    """Whether a good part of the rows outside its longest stretch have the value too."""
    from nohero.evidence.audit.value_breaks import longest

    length = longest(here)[1]
    return bool(here.sum() - length >= ATOM * (len(here) - length))


def _far_longer(on: Any, *, looked_at: int) -> tuple[list[tuple[int, int]], int]:
    """((start, length) of the runs of True that are far longer than all others, the longest of these)."""
    import numpy as np

    nothing: tuple[list[tuple[int, int]], int] = ([], 0)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    starts, lengths = ends[::2], ends[1::2] - ends[::2]
    order = np.argsort(-lengths, kind="stable")[: MOST + 1]
    sizes = [*lengths[order].tolist(), 1]
    many = next((k for k in range(1, len(sizes)) if sizes[k] * TIMES <= sizes[k - 1]), 0)
    if not many or many > MOST or sizes[many - 1] < SHORTEST:
        return nothing
    inside = sum(sizes[:many])
    share = float((on.sum() - inside) / max(1, looked_at - inside))
    if share > USUAL or inside > looked_at / 2:
        return nothing
    return [(int(starts[k]), int(lengths[k])) for k in sorted(order[:many])], sizes[many]
