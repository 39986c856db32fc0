"""Fields of words in which the label stands as a word: a remark that says how the case ended, a code that has the class in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
ROWS = 20_000  # that are looked at
LEAST = 60  # rows with a label
CLASSES = 50  # the commonest, whose names are looked for
LETTERS = 3  # that the name of a class has, at least: `no` and `m` are words of their own
MANY = 2.0  # times as many different cells as classes: else the field is the label in other words, which is said elsewhere
OFTEN = 0.5  # of a class' rows in which its name stands, for it to count as told


@dataclass(frozen=True, kw_only=True)
class Worded:
    """Of `n` rows that have the field, the share whose own label stands there, and of those in which any label stands the share whose own does."""

    field: str
    own: float
    right: float
    n: int
    classes: int  # that are told in half of their rows or more
    shown: tuple[tuple[str, str], ...]  # label, cell


@dataclass(frozen=True, kw_only=True)
class LabelWords:
    """The fields, fullest first."""

    found: tuple[Worded, ...]
    fields: int  # of words
    label: str


def measure(collection: Collection, profile: Profile) -> LabelWords:
    """Whole words, capitals or not."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or not collection.label or not profile.classes:
        raise Unmeasurable("no label of classes" if collection.label else "no field is named as the label")
    frame = collection.frame.filter(collection.frame[collection.label].is_not_null().to_numpy() & collection.part(collection.parts[0] if collection.parts else "")).head(ROWS)
    labels = frame[collection.label].cast(pl.String)
    names = [c for c in labels.value_counts(sort=True, name="times of it").to_series(0).head(CLASSES).to_list() if len(re.sub(r"[\W\d_]", "", c)) >= LETTERS]
    if frame.height < LEAST or len(names) < 1:
        raise Unmeasurable(f"no {LEAST} rows whose label is a word")
    fields = [f for f in collection.features if frame[f].dtype == pl.String and f not in collection.derived]
    found = [w for f in fields if frame[f].n_unique() >= MANY * labels.n_unique() and (w := _worded(frame[f], labels, names)) is not None]
    return LabelWords(found=tuple(sorted(found, key=lambda w: -w.own)), fields=len(fields), label=collection.label)


def _worded(series: Any, labels: Any, names: list[str]) -> Worded | None:
    import numpy as np

    known = series.is_not_null() & (series.str.strip_chars() != "")
    cells, own = series.filter(known).str.to_lowercase(), labels.filter(known)
    if len(cells) < LEAST:
        return None
    stands = {name: (cells.str.contains(rf"(?:^|[^\pL\d]){re.escape(name.strip().lower())}(?:$|[^\pL\d])") & (cells != name.lower())).to_numpy() for name in names}
    mine = np.zeros(len(cells), dtype=bool)
    told = 0
    for name, there in stands.items():
        its = (own == name).to_numpy()
        mine |= its & there
        told += bool(its.any() and there[its].mean() >= OFTEN)
    anywhere = np.logical_or.reduce(list(stands.values()))
    if not mine.any():
        return None
    rows = np.flatnonzero(mine)[:5].tolist()
    shown = tuple((str(own[i]), str(series.filter(known)[i])) for i in rows)
    return Worded(field=series.name, own=float(mine.mean()), right=float(mine.sum() / anywhere.sum()), n=len(cells), classes=told, shown=shown)
