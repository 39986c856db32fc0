"""Rows from which on, or between which, a field is another: its level, its spread, its decimals, the names of its categories, its own name, or missing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nohero.sources.moments import moments, time_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from nohero.sources.collection import Collection

ROWS = 10_000  # of more rows so many, drawn evenly, say which fields are looked at whole
PRICE = 0.5  # seconds
FIELDS = 400  # looked at
LEAST = 120  # rows
ALONE = 3.0  # times the largest step elsewhere, for one that no unit explains
SURELY = 300  # rows of either side for a unit to be named where the rows are of another kind anyway
OFF = (0, -1, 1, -2, 2)  # rows by which a cut may be off
FIRST = 10_000  # rows from the beginning: where a field goes to and fro in them, the file is not ordered by it
BLOCKS, BESIDE = 20, 30  # stretches of one value that a field may have to be what the rows are ordered by; rows beside a cut
COARSE = 0.01  # of the distance of the quartiles, a step from which on rounding is told
TOGETHER = 0.25  # of the runs that a field would have if shuffled, up to which its rows lie together
NEAR, WHOLE = 1000, 5000  # rows of either side, the nearest, or evenly taken, in which a change of unit is looked for


@dataclass(frozen=True, kw_only=True)
class Break:
    """One field and where it changes. Kind is level, spread, decimals, scale, category, name or missing."""

    kind: str
    field: str
    first: int  # place in the collection where the odd stretch begins
    last: int  # and the last one of it
    rows: int
    before: str  # what the field is elsewhere: its median, a value, a name; of decimals, the share on the grid; of missing values, the share
    after: str  # and there
    to_end: bool
    units: str = ""  # that turn the one into the other
    series: str = ""  # of which group, where it is another within one alone
    alike: bool = False  # of two names; of a field that is missing, whether it alone ends there
    times: float = 0.0  # the step against the largest elsewhere


@dataclass(frozen=True, kw_only=True)
class Breaks:
    """All of them."""

    found: tuple[Break, ...]
    fields: int
    names: tuple[str, ...]  # first and last item of each
    order: str  # the field the rows were ordered by, or ""


def measure(collection: Collection) -> Breaks:
    """Field by field, in the order of the file, or of the time where that is named."""
    from nohero.evidence.audit.group_breaks import within_groups
    from nohero.evidence.audit.value_breaks import followed
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.table import FILE

    if collection.kind not in ("row", "text") or collection.whole is not None or len(collection) < LEAST:
        raise Unmeasurable(f"fewer than {LEAST} rows of one table at hand, in their order")
    order, by = in_order(collection)
    frame = collection.frame if not by else collection.frame[order]
    aside = {collection.split, collection.group, collection.time, FILE}
    fields = [s for s in frame if s.name not in aside][:FIELDS]
    some = frame if len(frame) <= ROWS else frame.gather_every(-(-len(frame) // ROWS))
    found: list[Break] = []
    for series in fields:
        if some is frame or next(_of(some[series.name], some), None) is not None:
            found += _of(series, frame)
    for old, new, change in followed(frame.select(s.name for s in fields)):
        found.append(Break(kind="name", field=old, first=change.first, last=change.last, rows=frame[new].count(), before=old, after=new, to_end=change.last == len(frame) - 1, alike=True))
    found += _missing(frame, [s.name for s in fields if s.name != collection.label and all(s.name not in (b.before, b.after) for b in found if b.kind == "name")])
    if not time_field(collection) and lies_in_blocks(frame.select(s.name for s in frame if s.name not in (collection.split, FILE) and (s.name == collection.label or not s.dtype.is_numeric()))):
        found = [b for b in found if b.units or b.alike or b.kind == "decimals"]  # where the rows were put together block by block, another level or name is another block's
    of_groups = within_groups(collection, [s.name for s in fields if s.dtype.is_numeric()])
    placed = (*(_placed(b, order) for b in found), *(Break(kind="level", **asdict(b)) for b in of_groups))
    return Breaks(found=placed, fields=len(fields), order=by, names=tuple(str(collection.items[i]) for b in placed for i in (b.first, b.last)))


def _missing(frame: pl.DataFrame, names: list[str]) -> list[Break]:
    """Where several begin or end together, the form may have been another."""
    from nohero.evidence.audit.missing_runs import HARDLY, missing_run

    n = len(frame)
    runs = {name: run for name in names if (run := missing_run(frame[name])) and not ordered_by(frame, name, tuple(k for k in (run.first, run.last + 1) if 0 < k < n))}
    found = []
    for name, run in runs.items():
        alone = sum(abs(o.first - run.first) <= BESIDE or abs(o.last - run.last) <= BESIDE < n - 1 - o.last for o in runs.values()) == 1
        sure = run.last == n - 1 and alone and float(run.before.rstrip("%")) <= HARDLY
        found.append(Break(kind="missing", field=name, first=run.first, last=run.last, rows=run.last - run.first + 1, before=run.before, after=run.after, to_end=run.last == n - 1, alike=sure))
    return found


def in_order(collection: Collection) -> tuple[Any, str]:
    """(places of the rows in their order, the field of times where that is another order than the file's)."""
    import numpy as np

    from nohero.sources.table import FILE

    places = np.arange(len(collection))
    if not collection.time or collection.group or FILE in collection.frame.columns:
        return places, ""
    times = moments(collection, collection.time)
    if times.null_count() or int((times.diff() < 0).sum() or 0) < BLOCKS:  # a series after another, as in the file
        return places, ""
    return times.to_frame().with_row_index("its place").sort(times.name, maintain_order=True)["its place"].to_numpy(), collection.time


def _placed(one: Break, order: Any) -> Break:
    from dataclasses import replace

    return replace(one, first=int(order[one.first]), last=int(order[one.last]))


def _of(series: pl.Series, frame: pl.DataFrame) -> Iterator[Break]:
    """Of one field."""
    import numpy as np
    import polars as pl

    from nohero.evidence.audit.value_breaks import coarser, renamed

    if series.dtype.is_numeric():
        values = series.cast(pl.Float64).to_numpy()
        rows = np.flatnonzero(np.isfinite(values))
        if len(rows) < LEAST:
            return
        finer = coarser(values[rows])
        if finer is not None and float(finer.after) >= COARSE * float(np.subtract(*np.quantile(values[rows], (0.75, 0.25)))) and not ordered_by(frame, series.name, _edges(rows, finer.first, finer.last)):
            first, last = int(rows[finer.first]), int(rows[finer.last])
            yield Break(kind="decimals", field=series.name, first=first, last=last, rows=finer.last - finer.first + 1, before=finer.before, after=finer.after, to_end=last == rows[-1])
        step = _level(series.name, values[rows], rows, frame)
        if step is not None:
            yield step
    if series.dtype == pl.String or series.dtype.is_integer() or (series.dtype.is_float() and bool((series.drop_nulls() % 1 == 0).all())):
        for change in renamed(series):
            if not ordered_by(frame, series.name, (change.first,)):
                yield Break(kind="category" if series.dtype == pl.String else "scale", field=series.name, first=change.first, last=change.last, rows=change.last - change.first + 1, before=change.before, after=change.after, to_end=True, alike=change.alike)


def _level(name: str, values: Any, rows: Any, frame: pl.DataFrame) -> Break | None:
    import numpy as np

    from nohero.evidence.audit.level_breaks import Step, commonest, steps_of
    from nohero.evidence.audit.unit_jumps import unit_jump
    from nohero.evidence.audit.unit_pairs import FEWEST, unit_between

    jump = unit_jump(values)
    step = Step(cuts=jump[0], times=ALONE, what="level") if jump is not None else steps_of(values)
    if step is None:
        return None
    one = step.cuts[0]
    other = step.cuts[1] if len(step.cuts) > 1 else len(values)
    common = commonest(values)
    inside, outside, before, after = (v[v != common] for v in (values[one:other], np.concatenate([values[:one], values[other:]]), values[:one], values[other:]))
    ordered = ordered_by(frame, name, _edges(rows, one, other - 1))
    sides = [(_some(inside), _some(outside)), (inside[:NEAR], before[::-1][:NEAR]), (inside[::-1][:NEAR], after[:NEAR])]
    units = jump[1] if jump is not None and not ordered else next((u for a, b in sides if (u := unit_between(a, b, least=SURELY if ordered else FEWEST))), "")
    if not units and (ordered or step.times < ALONE):
        return None
    told = [f"{np.median(v):.4g}" if step.what == "level" else f"{np.median(v):.4g} +- {np.median(np.abs(v - np.median(v))):.2g}" for v in (outside, inside)]
    return Break(
        kind=step.what, field=name, first=int(rows[one]), last=int(rows[other - 1]), rows=other - one, before=told[0], after=told[1], to_end=other == len(values), units=units, times=step.times,
    )  # fmt: skip


def _some(values: Any) -> Any:
    return values[:: max(1, len(values) // WHOLE)]


def _edges(rows: Any, first: int, last: int) -> tuple[int, ...]:
    """The rows at which a stretch begins, and at which the rest goes on."""
    return tuple(int(rows[k]) for k in (first, last + 1) if 0 < k < len(rows))


def lies_in_blocks(frame: pl.DataFrame) -> bool:
    """Whether the rows of a field of few names lie together, far more than shuffled ones would: a file by classes, by languages, by places."""
    import polars as pl

    for series in frame:
        if not (series.dtype in (pl.String, pl.Boolean, pl.Categorical) or series.dtype.is_integer()) or (first := series.head(FIRST)).n_unique() > FIRST // BLOCKS:
            continue
        if int(first.ne_missing(first.shift()).sum()) > TOGETHER * len(first):
            continue
        counts = series.value_counts(name="times of it")["times of it"].to_numpy()
        shuffled = len(series) - float((counts.astype(float) ** 2).sum()) / len(series)
        if 1 < len(counts) <= len(series) / BESIDE and shuffled >= BLOCKS and int((series.ne_missing(series.shift())).sum()) <= TOGETHER * shuffled:
            return True
    return False


def ordered_by(frame: pl.DataFrame, name: str, cuts: tuple[int, ...]) -> bool:
    """Whether another field of names, that lies in a few blocks, changes at each of these rows: then the rows are of another kind there."""
    import polars as pl

    for series in frame:
        if series.name == name or not (series.dtype in (pl.String, pl.Boolean) or series.dtype.is_integer()):
            continue
        if all(any(_parts(series, cut + off) for off in OFF) for cut in cuts) and int((series != series.shift()).sum() or 0) < BLOCKS:
            return True
    return False


def _parts(series: pl.Series, cut: int) -> bool:
    """Whether no value of the rows just before a row comes just after it."""
    return not set(series[max(0, cut - BESIDE) : cut].to_list()) & set(series[cut : cut + BESIDE].to_list())
