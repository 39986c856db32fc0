"""Stretches of rows in which a field that moves at nearly every row stands still, or goes along a straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
LEAST, DISTINCT = 120, 20  # rows, and different values
SHORTEST, TIMES, MOST = 20, 5.0, 4  # rows of a run, the run against the longest usual one, and such runs in a field
USUAL = 0.4  # of the other rows that stand still, or go straight, too; weather in whole degrees does so at a third
SORTED = 0.95  # of the steps that go one way, from which on a field counts as sorted, or counted up
GRID = 2.01  # decimal steps by which a rounded line bends between three rows
BLOCK = 10  # rows: half a run holds one such block
STRIDE, SCREENED = 6, 100_000  # of more rows a part is looked at first
SAMPLE = 1000  # values that tell the decimals


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
    share: float  # of the other rows that do not move, or go on straight


@dataclass(frozen=True, kw_only=True)
class StuckRuns:
    """All of them."""

    runs: tuple[Run, ...]
    fields: int


def measure(collection: Collection) -> StuckRuns:
    """Field by field, in the order of the file, or of the time where that is named."""
    from nohero.evidence.audit.breaks import in_order
    from nohero.setup.refusal import Unmeasurable

    numeric = [s for s in collection.frame if s.dtype.is_numeric() and s.name not in {collection.split, collection.group, collection.time}]
    if collection.kind not in ("row", "text") or collection.whole is not None or len(collection) < LEAST or not numeric:
        raise Unmeasurable(f"fewer than {LEAST} rows of numbers at hand, in their order")
    order, by = in_order(collection)
    frame = collection.frame[order] if by else collection.frame
    return StuckRuns(runs=tuple(run for series in numeric for run in _runs(frame[series.name], frame, order, collection)), fields=len(numeric))


def _runs(series: Any, frame: Any, order: Any, collection: Collection) -> Iterator[Run]:
    import numpy as np

    from nohero.evidence.audit.breaks import ordered_by

    values = series.cast(float).to_numpy()
    if len(values) > SCREENED and not _may_stand(values):
        return
    rows = np.flatnonzero(np.isfinite(values))
    values = values[rows]
    steps = np.diff(values)
    if len(values) < LEAST:
        return
    for kind, on in (("still", steps == 0), ("line", _straight(values, steps))):
        found, usual, share = _far_longer(on)
        if found and max((steps > 0).sum(), (steps < 0).sum()) >= SORTED * (steps != 0).sum():
            return
        for start, length in found:
            first, last = start, start + length
            if kind == "still" and values[first] in (values.min(), values.max()):
                continue  # what cannot go on falling or rising rests there
            if ordered_by(frame, series.name, tuple(int(rows[k]) for k in (first, last + 1) if 0 < k < len(rows))):
                continue
            if len(np.unique(values[:first])) + len(np.unique(values[last + 1 :])) < DISTINCT:
                continue
            names = [str(collection.items[int(order[rows[k]])]) for k in (first, last)]
            yield Run(kind=kind, field=series.name, first=names[0], last=names[1], rows=last - first + 1, value=float(values[first]), until=float(values[last]), usual=usual + 1, share=share)


def _may_stand(values: Any) -> bool:
    """Whether a block of rows holds one value, or three of every sixth row lie on a line: within every run they do."""
    import numpy as np

    same = (values[1:] == values[:-1])[: (len(values) - 1) // BLOCK * BLOCK]
    few = values[::STRIDE][np.isfinite(values[::STRIDE])]
    return bool(same.reshape(-1, BLOCK).all(axis=1).any()) or (len(few) > 1 and bool(_straight(few, np.diff(few)).any()))


def _straight(values: Any, steps: Any) -> Any:
    """Bool [N - 1]: the step is as the one before, as near as rounding lets it, and is one."""
    import numpy as np

    some = values[:: max(1, len(values) // SAMPLE)]
    grid = next((10.0**-k for k in range(7) if np.abs(some * 10**k - np.round(some * 10**k)).max() <= 1e-6), 0.0) or 1e-6 * float(np.median(np.abs(steps)))
    return np.concatenate([[False], (np.abs(np.diff(steps)) <= GRID * grid) & (steps[1:] != 0)])


def _far_longer(on: Any) -> tuple[list[tuple[int, int]], int, float]:
    """((start, length) of the runs of True that are far longer than all others, the longest of these, the share of True among the rest)."""
    import numpy as np

    nothing: tuple[list[tuple[int, int]], int, float] = ([], 0, 0.0)
    if not on[: len(on) // BLOCK * BLOCK].reshape(-1, BLOCK).all(axis=1).any():
        return nothing
    ends = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    starts, lengths = ends[::2], ends[1::2] - ends[::2]
    order = np.argsort(-lengths, kind="stable")[: MOST + 1]
    sizes = [*lengths[order].tolist(), 1]
    many = next((k for k in range(1, len(sizes)) if sizes[k] * TIMES <= sizes[k - 1]), 0)
    if not many or many > MOST or sizes[many - 1] < SHORTEST:
        return nothing
    inside = sum(sizes[:many])
    share = float((on.sum() - inside) / max(1, len(on) - inside))
    if share > USUAL or inside > len(on) / 2:
        return nothing
    return [(int(starts[k]), int(lengths[k])) for k in sorted(order[:many])], sizes[many], share
