"""Whether rows of another part lie between train's rows in time, and how much alike rows are that follow one another there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.evidence.audit.codes import numbered

if TYPE_CHECKING:
    import polars as pl

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
LEAST = 50  # rows of train, and of the other parts
FIELDS = 30  # numeric ones looked at
ROOM = 20_000  # held-out rows compared; a sample of more
STREAM = 564  # so that the order of rows of one time is not that by which a split of the same seed was drawn
DRAWN = 4  # train rows drawn for each held-out row: chance is known four times as well as the neighbours
CLASSES = 50  # of a label of words


@dataclass(frozen=True, kw_only=True)
class Alike:
    """One field: how much nearer a held-out row is to the train row next to it in time than to any train row."""

    field: str
    likeness: float  # 1 for the same value, 0 for as far as a train row drawn at random, so the correlation of the two
    error: float  # standard, at no likeness
    n: int


@dataclass(frozen=True, kw_only=True)
class TimeParts:
    """How the parts lie in time."""

    field: str
    named: bool
    parts: tuple[str, ...]  # other than train
    held: int  # their rows with a time
    between: int  # of them with a row of train directly before or after
    label: str
    alike: tuple[Alike, ...]  # the label first, then the most alike


def measure(collection: Collection) -> TimeParts:
    """Rows in the order of time, within each group where one is named."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.moments import MOMENTS, moments, time_field

    if collection.kind != "row" or collection.whole is not None:
        raise Unmeasurable("the items are no rows of a table that is held whole")
    if not collection.split or "train" not in collection.parts or len(collection.parts) < 2:
        raise Unmeasurable("the source is not divided into train and other parts")
    name = time_field(collection)
    if not name:
        raise Unmeasurable("no field of times is named, and the rows stand in the order of none")
    times = moments(collection, name)
    if times.drop_nulls().n_unique() < MOMENTS:
        raise Unmeasurable(f"`{name}` has too few different times")
    rng = np.random.default_rng([collection.seed, STREAM])
    order, same = _in_time(collection, name, times, rng)
    train = collection.part("train")[order]
    if min(train.sum(), (~train).sum()) < LEAST:
        raise Unmeasurable(f"fewer than {LEAST} rows with a time in train, or in the other parts")
    before, after = same & np.r_[False, train[:-1]], np.r_[same[1:], False] & np.r_[train[1:], False]
    held, between = int((~train).sum()), int((~train & (before | after)).sum())
    pairs = _pairs(order, train, before, after, rng)
    alike = _alike(collection, name, pairs, order[train], rng) if len(pairs[0]) >= LEAST else ()
    others = tuple(p for p in collection.parts if p != "train")
    return TimeParts(field=name, named=bool(collection.time), parts=others, held=held, between=between, label=collection.label, alike=alike)


def _in_time(collection: Collection, name: str, times: pl.Series, rng: Any) -> tuple[Any, Any]:
    """(rows by group and time, those of one time shuffled; whether each is of the group of the one before)."""
    from nohero.setup.refusal import Unmeasurable

    frame, known = collection.frame, times.is_not_null() & collection.frame[collection.split].is_not_null()
    rows = np.flatnonzero(known.to_numpy())
    if len(rows) < LEAST:
        raise Unmeasurable(f"{len(rows)} rows have a time and a part; {LEAST} are needed")
    values = times.to_numpy()
    order = rows[np.argsort(values[rows], kind="stable")]
    if (np.diff(values[order]) == 0).any():
        order = rows[np.lexsort((rng.random(len(rows)), values[rows]))]
    if collection.group in ("", name):
        return order, np.r_[False, np.ones(len(order) - 1, dtype=bool)]
    codes = numbered(frame[collection.group])
    order = order[np.argsort(codes[order], kind="stable")]
    return order, np.r_[False, np.diff(codes[order]) == 0]


def _pairs(order: Any, train: Any, before: Any, after: Any, rng: Any) -> tuple[Any, Any]:
    """(held-out rows, the train row directly before or after each), int64 each."""
    at = np.flatnonzero(~train & (before | after))
    if len(at) > ROOM:
        at = np.sort(rng.choice(at, ROOM, replace=False))
    return order[at], order[np.where(before[at], at - 1, np.minimum(at + 1, len(order) - 1))]


def _alike(collection: Collection, name: str, pairs: tuple[Any, Any], train: Any, rng: Any) -> tuple[Alike, ...]:
    aside = {name, collection.split, collection.group, collection.label}
    numbers = [n for n, t in collection.frame.schema.items() if t.is_numeric() and n not in aside]
    chosen = [collection.label] if collection.label else []
    other = train[rng.integers(0, len(train), (DRAWN, len(pairs[0])))]
    found = [a for n in (*chosen, *numbers[:FIELDS]) if (a := _likeness(collection.frame[n], n, pairs, other)) is not None]
    rest = sorted((a for a in found if a.field != collection.label), key=lambda a: -a.likeness)
    return (*(a for a in found if a.field == collection.label), *rest)


def _likeness(series: pl.Series, name: str, pairs: tuple[Any, Any], other: Any) -> Alike | None:
    """By ranks of numbers, so that a few large ones do not decide; by sameness of words."""
    some = series.gather(np.concatenate([*pairs, *other]))
    if series.dtype.is_numeric():
        values = some.rank().to_numpy().astype(np.float64)
    elif some.n_unique() <= CLASSES:
        values = some.cast(str).rank("dense").cast(float).to_numpy()
    else:
        return None
    mine, near, *far = np.split(values, 2 + len(other))
    full = np.isfinite(mine) & np.isfinite(near)
    if full.sum() < LEAST:
        return None
    numeric = series.dtype.is_numeric()
    apart, chance = _differ(mine[full], near[full], numeric=numeric), float(np.mean([_differ(mine, one, numeric=numeric) for one in far]))
    return None if chance == 0 else Alike(field=name, likeness=float(1 - apart / chance), error=float(1 / np.sqrt(full.sum())), n=int(full.sum()))


def _differ(one: Any, other: Any, *, numeric: bool) -> float:
    full = np.isfinite(one) & np.isfinite(other)
    return float(((one - other)[full] ** 2).mean() if numeric else (one != other)[full].mean()) if full.any() else 0.0
