"""How well each field alone tells the label, out of fold; and all the others without it and without the fields that say the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.column_power import codes_of, one_to_one, rank_match, says_the_same, tree_score
from nohero.run.figure import Bar, Bars, Rule

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 1.0  # seconds
ROWS = 5000
LEAST = 60
DRAWN = 15
CLOCK = 0.99  # |Spearman| with the place in time, from which on a number tells the time and may tell no more
AROUND = 3  # rows before and after


@dataclass(frozen=True, kw_only=True)
class Tell:
    """One field alone: accuracy (classes) or R2 (values) of a small tree, out of fold."""

    field: str
    score: float
    score_without: float  # of a tree on all other fields; nan where it was not measured
    distinct: int
    one_to_one: bool
    rank_match: float  # |Spearman| with the label, where both are numbers
    twins: tuple[str, ...] = ()  # fields that say the same as this one, left out of all others
    number: bool = True  # or words


@dataclass(frozen=True, kw_only=True)
class LabelTells:
    """Every field, strongest first."""

    tells: tuple[Tell, ...]
    constant: float
    metric: str
    n: int
    label: str
    time: str = ""  # the field of times, where there is one
    by_time: float = float("nan")  # R2 of the mean of the two neighbours in time, of a label that is a number
    rises: float = 0.0  # |Spearman| of the label with its place in time
    steps: dict[str, float] = field(default_factory=dict)  # of each number: the share of the label's changes that its own tell, or of what the label's neighbours leave open
    clocks: dict[str, float] = field(default_factory=dict)  # of each number: |Spearman| with its place in time

    def figures(self) -> tuple[Bars, ...]:
        """The strongest fields."""
        bars = tuple(Bar(label=t.field, value=max(t.score, 0.0)) for t in self.tells[:DRAWN])
        return (Bars(title=f"What each field tells of `{self.label}` alone", value_label=f"{self.metric}, out of fold", bars=bars, rules=(Rule(label="best constant", value=self.constant),)),)


def measure(collection: Collection, profile: Profile) -> LabelTells:
    """Trees on the items of the training part, or of all where there are no parts."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if not collection.label or collection.kind != "row":
        raise Unmeasurable("no field is named as the label" if not collection.label else "the items are no rows of several fields")
    known = collection.frame[collection.label].is_not_null().to_numpy() & collection.part(collection.parts[0] if collection.parts else "")
    labels = collection.frame[collection.label]
    known &= np.isfinite(labels.cast(float).to_numpy()) if labels.dtype.is_float() else True
    rows = np.flatnonzero(known)
    rng = np.random.default_rng(collection.seed)
    rows = np.sort(rng.choice(rows, ROWS, replace=False)) if len(rows) > ROWS else rows
    if len(rows) < LEAST:
        raise Unmeasurable(f"{len(rows)} items with a label; {LEAST} are needed")
    frame = collection.frame[rows]
    classes = bool(profile.classes)
    y = np.unique(codes_of(frame[collection.label]), return_inverse=True)[1] if classes else frame[collection.label].cast(float).to_numpy() if frame[collection.label].dtype.is_numeric() else None
    if y is None:
        raise Unmeasurable("the label is neither of few classes nor a number")
    features = [f for f in collection.features if profile.field(f).kind not in ("constant", "empty")]
    coded = {name: codes_of(frame[name]) for name in features}
    found = sorted(((tree_score(column[:, None], y, classes=classes), name) for name, column in coded.items() if name not in collection.derived), reverse=True)
    in_time = _in_time(collection, classes=classes)
    names = [name for _, name in found]
    looked_at = {*names[:2], *[n for n in names if in_time.get("clocks", {}).get(n, 0.0) < CLOCK][:2]}
    tells = []
    for value, name in found:
        twins = tuple(n for n, c in coded.items() if n != name and says_the_same(coded[name], c)) if name in looked_at else ()
        others = [c for n, c in coded.items() if n != name and n not in twins]
        without = tree_score(np.stack(others, 1), y, classes=classes) if name in looked_at and others else float("nan")
        distinct = len(np.unique(coded[name]))
        ordered = not classes and frame[name].dtype.is_numeric()
        tells.append(Tell(field=name, score=value, score_without=without, distinct=distinct, one_to_one=one_to_one(coded[name], y), rank_match=rank_match(coded[name], y) if ordered else 0.0, twins=twins, number=frame[name].dtype.is_numeric() or frame[name].dtype.is_temporal()))
    constant = float(np.unique(y, return_counts=True)[1].max() / len(y)) if classes else 0.0
    return LabelTells(tells=tuple(tells), constant=constant, metric="accuracy" if classes else "R2", n=len(rows), label=collection.label, **in_time)


def _in_time(collection: Collection, *, classes: bool) -> dict[str, Any]:
    """How well the label of a row is told by those before and after it in time: of two that rise together, neither tells the other."""
    import numpy as np

    from nohero.evidence.audit.ripening import YEAR
    from nohero.sources.moments import MOMENTS, moments, time_field

    years = (s.name for s in collection.frame if s.dtype.is_numeric() and YEAR.search(s.name) and s.name != collection.label and s.drop_nulls().is_sorted() and s.n_unique() > MOMENTS)
    name = time_field(collection) or next(years, "")
    if not name or classes or name not in collection.frame.columns:
        return {"time": name}
    times, labels = moments(collection, name).cast(float).to_numpy(), collection.labels.cast(float).to_numpy()
    rows = np.flatnonzero(np.isfinite(times) & np.isfinite(labels))
    rows = rows[np.argsort(times[rows], kind="stable")]
    values, places = labels[rows], np.arange(len(rows))
    if len(values) < LEAST or not np.ptp(values):
        return {"time": name}
    missed = values[1:-1] - (values[:-2] + values[2:]) / 2
    numbers = {s.name: s.cast(float).fill_null(np.nan).to_numpy()[rows] for s in collection.frame if s.dtype.is_numeric() and s.name not in (collection.label, name)}
    steps = {n: max(_together(np.diff(v), np.diff(values)), _beyond(v, values)) for n, v in numbers.items()}
    clocks = {n: rank_match(places, v) for n, v in numbers.items() if np.isfinite(v).all()} | {name: 1.0}
    return {"time": name, "by_time": 1 - float((missed**2).mean() / values.var()), "rises": rank_match(places, values), "steps": steps, "clocks": clocks}


def _together(a: Any, b: Any) -> float:
    """Squared correlation where both are numbers."""
    import numpy as np

    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    return float(np.corrcoef(a, b)[0, 1] ** 2) if len(a) >= LEAST and a.std() > 0 and b.std() > 0 else 0.0


def _beyond(one: Any, label: Any) -> float:
    """Share of what the label's neighbours in time leave open that the number tells, linearly: all of it where the number is a mean around the label."""
    import numpy as np

    n = len(label) - 2 * AROUND
    if n < LEAST:
        return 0.0
    windows = np.lib.stride_tricks.sliding_window_view(label, 2 * AROUND + 1)
    here, known = one[AROUND : AROUND + n], np.isfinite(one[AROUND : AROUND + n])
    if known.sum() < LEAST:
        return 0.0
    right = windows[known, AROUND]
    around = np.concatenate([np.ones((len(right), 1)), np.delete(windows[known], AROUND, axis=1)], 1)
    left = [((right - x @ np.linalg.lstsq(x, right, rcond=None)[0]) ** 2).sum() for x in (_even(around), _even(np.column_stack([around, here[known]])))]
    return float(1 - left[1] / left[0]) if left[0] > 1e-18 * (right**2).sum() else 0.0


def _even(columns: Any) -> Any:
    """Columns of like size, which keeps least squares exact."""
    import numpy as np

    size = np.abs(columns).max(0)
    return columns / np.where(size > 0, size, 1.0)
