"""Each field in numbers: its kind, its gaps, its spread, its commonest values; and which fields say nothing, or the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.fields import Field
from nohero.evidence.audit.field_twins import Twins, twins_of
from nohero.run.figure import Bar, Bars, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.tally import Tally
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
SHOWN = 60  # fields in the table
CLASSES = 40
COUNTED, MOST_COUNTED, THIN = 6, 60, 0.03  # least number of different values, greatest value, and how often the last comes at most, against the commonest, for values to be counts
FASTER = 0.75  # ratio of the second step's ratio to the first's: Poisson's is one half, an even row's 1, Zipf's 4/3
BLOCKS, BARS = " ▁▂▃▄▅▆▇█", 12


@dataclass(frozen=True, kw_only=True)
class Profile:
    """All fields, the label's too."""

    n: int
    kind: str
    label: str
    fields: tuple[Field, ...]
    twins: tuple[Twins, ...]
    classes: tuple[tuple[str, int], ...]  # of the label, commonest first; empty for values
    shapes: dict[str, str]  # numeric field -> its histogram between the 1st and the 99th percentile, in block letters
    part_classes: tuple[tuple[str, tuple[str, ...]], ...]  # (part, its classes), where there are parts and a label of classes
    items: Sequence[str]
    roles: tuple[str, ...] = ()  # the fields given as split, group and time
    derived: frozenset[str] = frozenset()  # fields that are told of series, and are no columns of anybody

    def field(self, name: str) -> Field:
        """One field by name."""
        return next(f for f in self.fields if f.name == name)

    def figures(self) -> tuple[Bars | Table, ...]:
        """The label's classes, and the table of fields."""
        found: list[Bars | Table] = []
        if self.classes and self.kind != "picture":  # pictures have a figure of their own
            bars = tuple(Bar(label=k, value=float(v)) for k, v in self.classes[:CLASSES])
            found.append(Bars(title=f"Items in each class of `{self.label}`", value_label="items", bars=bars))
        more = f"; {len(self.fields) - SHOWN} more are not shown" if len(self.fields) > SHOWN else ""
        columns = ("field", "kind", "missing", "distinct", "least", "median", "greatest", "shape", "commonest")
        found.append(Table(title=f"Fields{more}", columns=columns, rows=tuple(_row(f, self.shapes.get(f.name, "")) for f in self.fields[:SHOWN])))
        return tuple(found)


def _row(field: Field, shape: str) -> tuple[str | float | int | None, ...]:
    commonest = ", ".join(f"{value} ({count:,})" for value, count in field.top[:3])
    return field.name, field.kind, field.num_missing, field.num_distinct, field.earliest or field.minimum, field.median, field.latest or field.maximum, shape, commonest


def measure(collection: Collection) -> Profile:
    """Field by field; fields that say the same are looked for on a sample and made sure of on all rows."""
    frame = collection.frame
    if collection.whole is None:
        fields = tuple(_described(collection, s.name) for s in frame)
    else:
        fields = tuple(collection.whole.columns[s.name].field(s, target=s.name == collection.label) for s in frame)
    classes, part_classes = _classes(collection)
    return Profile(
        n=collection.total, kind=collection.kind, label=collection.label, fields=fields, twins=(*twins_of(collection.frame, _comparable(collection, fields)), *_channels(collection)),
        shapes={s.name: _shape(collection.tally(s.name)) for s in frame if s.dtype.is_numeric()}, classes=classes, part_classes=part_classes, items=collection.items,
        derived=frozenset(collection.derived), roles=tuple(r for r in (collection.split, collection.group, collection.time) if r),
    )  # fmt: skip


def _channels(collection: Collection) -> tuple[Twins, ...]:
    """Channels of series that have all in common that is told of them, in every item: they are one."""
    told: dict[str, dict[str, bytes]] = {}
    for field, (what, of) in collection.derived.items():
        if what in ("mean", "deviation", "first", "last"):
            told.setdefault(of, {})[what] = collection.frame[field].hash(seed=1).to_numpy().tobytes()
    moving = [of for of in told if collection.frame[f"{of} deviation"].max()]
    return tuple(Twins(one=a, other=b, how="equal") for k, a in enumerate(moving) for b in moving[k + 1 :] if told[a] == told[b])


def _described(collection: Collection, name: str) -> Field:
    from nohero.data.fields import describe

    series = collection.frame[name]
    tally = collection.tally(name) if series.dtype.is_numeric() else None
    counted = None if tally or series.dtype.is_nested() else collection.counted(name)
    return describe(series, target=name == collection.label, tally=tally, counted=counted)


def _shape(tally: Tally) -> str:
    """Twelve bars."""
    import numpy as np

    if not tally.n:
        return ""
    low, high = tally.quantiles((0.01, 0.99))
    if not np.isfinite(high / 2 - low / 2) or high / 2 - low / 2 > np.finfo(np.float64).max / 2:  # farther apart than 64 bits tell
        return BLOCKS[-1]
    if low + 1 == low and (high - low) / BARS <= np.spacing(abs(low)):  # numbers so large that no bars lie between them
        return BLOCKS[-1]
    edges = np.linspace(low, high if high > low else low + 1, BARS + 1)[1:-1]
    below = np.concatenate([[0], tally.below])[np.searchsorted(tally.values, edges)]
    counts = np.diff(np.concatenate([[0], below, [tally.n]]))
    return "".join(BLOCKS[int(np.ceil((len(BLOCKS) - 1) * c / counts.max()))] for c in counts)


def _classes(collection: Collection) -> tuple[Any, Any]:
    """(classes with counts, the classes of each part); nothing for a label of values."""
    import polars as pl

    if not collection.label or not has_classes(collection):
        return (), ()
    known = collection.whole.columns[collection.label].classes() if collection.whole is not None else None
    counted = sorted(known if known is not None else ((str(v), int(c)) for v, c in _counted(collection) if v is not None), key=lambda p: (-p[1], p[0]))
    parts = tuple((p, tuple(sorted(collection.frame.filter(pl.col(collection.split) == p)[collection.label].cast(pl.String).drop_nulls().unique().to_list()))) for p in collection.parts)
    return tuple(counted), parts


def _counted(collection: Collection) -> Any:
    """(label, how many); numbers as they are written."""
    import polars as pl

    return collection.counted(collection.label).with_columns(pl.col("value").cast(pl.String)).iter_rows()


def has_classes(collection: Collection) -> bool:
    """Whether the label is one of few values rather than a quantity: a number of things that were counted is one."""
    labels = collection.frame[collection.label]
    distinct = labels.drop_nulls().n_unique() if labels.dtype.is_numeric() or labels.dtype.is_nested() else collection.counted(collection.label)["value"].count()
    if labels.dtype.is_numeric():
        return 1 < distinct <= 20 and bool((labels.drop_nulls().cast(float) % 1 == 0).all()) and not is_counted(collection.tally(collection.label))
    return bool(1 < distinct <= max(2, 0.2 * labels.len()))


def is_counted(tally: Tally) -> bool:
    """Whether whole numbers from 0 or 1 on count something: they come more and more often up to the commonest, then thin out in order, by chance at most out of step, to next to none.

    Classes that are numbered by how often they come thin out in order too, from the first on, and evenly or ever slower (a long tail); counts whose commonest is the least, ever faster.
    """
    import numpy as np

    if len(tally.values) < COUNTED or tally.values[0] not in (0, 1) or tally.values[-1] > MOST_COUNTED:
        return False
    counts = np.zeros(int(tally.values[-1]) + 1)
    counts[tally.values.astype(int)] = tally.counts
    counts = counts[int(tally.values[0]) :]
    top = int(counts.argmax())
    steps = np.concatenate([np.diff(counts[: top + 1]), -np.diff(counts[top:])])  # towards the commonest
    least = np.concatenate([counts[1 : top + 1], counts[top:-1]])
    in_order = bool((steps >= -2 * np.sqrt(least) - 3).all())
    faster = top > 0 or counts[2] * counts[0] < FASTER * counts[1] ** 2
    return in_order and counts[-1] <= THIN * counts[top] and faster


def _comparable(collection: Collection, fields: tuple[Field, ...]) -> list[str]:
    """Fields of values that several rows may share."""
    return [f.name for f in fields if f.kind not in ("constant", "empty", "text", "identifier") and f.name not in {collection.split, collection.group, *collection.derived}]
