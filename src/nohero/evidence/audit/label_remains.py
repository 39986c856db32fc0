"""What the label leaves in a field that is no copy of it: blanks where it has one value, or its own mean over a few rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.column_power import codes_of, tree_score
from nohero.run.figure import Table

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
LEAST = 20  # rows of a class, and of blanks
TELLS = 0.9  # balanced accuracy of a class by the blanks of one field
ROWS = 5000  # on which other fields are asked
NEAR = 0.01  # of the label's spread: two means that may be one
EXACT, EQUAL = 0.002, 0.95  # of the label's spread: a value and the mean of the label where it stands; share of the rows in which they agree
DISTINCT = 6  # values that a mean over cells has at least
LARGEST = 200  # rows of a cell that is told by its fraction
WRITTEN = 1e-4  # that a fraction may be off as it is written


@dataclass(frozen=True, kw_only=True)
class Blank:
    """A field whose blanks tell a class."""

    field: str
    label: str  # the class
    there: float  # share of its rows in which the field is blank
    elsewhere: float
    by_others: float  # balanced accuracy of telling the class by all other fields


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A field whose every value is the label's mean over the rows that have it."""

    field: str
    values: int
    rows: float  # of a cell, in the middle


@dataclass(frozen=True, kw_only=True)
class LabelRemains:
    """Both kinds."""

    n: int
    label: str
    blanks: tuple[Blank, ...]
    means: tuple[Mean, ...]

    def figures(self) -> tuple[Table, ...]:
        """The blanks by class."""
        rows = tuple((b.field, b.label, f"{b.there:.0%}", f"{b.elsewhere:.0%}", f"{b.by_others:.0%}") for b in self.blanks)
        return (Table(title="Fields that are blank where the label has one value", columns=("field", "label", "blank there", "blank elsewhere", "told by all other fields"), rows=rows),) if rows else ()


def measure(collection: Collection, profile: Profile) -> LabelRemains:
    """On the items of the training part, or on all where there are no parts."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if not collection.label or collection.kind != "row":
        raise Unmeasurable("no field is named as the label" if not collection.label else "the items are no rows of several fields")
    known = collection.frame[collection.label].is_not_null().to_numpy() & collection.part(collection.parts[0] if collection.parts else "")
    frame = collection.frame.filter(known)
    if frame.height < 2 * LEAST:
        raise Unmeasurable(f"{frame.height} items with a label; {2 * LEAST} are needed")
    features = [f for f in collection.plain.features if profile.field(f).kind not in ("constant", "empty")]
    labels = frame[collection.label]
    blanks = _blanks(frame, labels, features, collection.seed) if profile.classes else ()
    numbers = _numbers(labels, classes=bool(profile.classes))
    means = () if numbers is None or collection.whole is not None else tuple(m for f in features if (m := _mean(frame[f], numbers)) is not None)
    return LabelRemains(n=int(np.sum(known)), label=collection.label, blanks=blanks, means=means)


def _blanks(frame: Any, labels: Any, features: list[str], seed: int) -> tuple[Blank, ...]:
    import numpy as np

    names, y = np.unique(labels.cast(str).to_numpy().astype(str), return_inverse=True)
    sizes = np.bincount(y)
    if len(names) < 2:
        return ()
    found = []
    for field in features:
        blank = frame[field].is_null().to_numpy()
        if not LEAST <= blank.sum() <= len(y) - LEAST:
            continue
        counts = np.bincount(y[blank], minlength=len(names))
        there, elsewhere = counts / sizes, (blank.sum() - counts) / (len(y) - sizes)
        told = np.where((sizes >= LEAST) & (len(y) - sizes >= LEAST), (1 + there - elsewhere) / 2, 0.5)
        k = int(np.abs(told - 0.5).argmax())
        if max(told[k], 1 - told[k]) >= TELLS:
            found.append((field, k, float(there[k]), float(elsewhere[k])))
    same = {f: frame[f].is_null() for f, *_ in found}
    return tuple(
        Blank(field=f, label=str(names[k]), there=a, elsewhere=b, by_others=_by_others(frame, y == k, [n for n in features if n not in same], seed)) for f, k, a, b in found
    )  # fmt: skip


def _by_others(frame: Any, wanted: Any, others: list[str], seed: int) -> float:
    """Balanced accuracy by a tree on the other fields, on as many rows of the class as of the rest."""
    import numpy as np

    if not others:
        return 0.5
    generator = np.random.default_rng(seed)
    few = min(int(wanted.sum()), int((~wanted).sum()), ROWS // 2)
    rows = np.sort(np.concatenate([generator.choice(np.flatnonzero(side), few, replace=False) for side in (wanted, ~wanted)]))
    part = frame[rows]
    return tree_score(np.stack([codes_of(part[n]) for n in others], 1), wanted[rows].astype(int), classes=True)


def _numbers(labels: Any, *, classes: bool) -> Any:
    """The label as numbers, [N]: one of two classes as 1; None of several."""
    import numpy as np

    if classes:
        names, y = np.unique(labels.cast(str).to_numpy().astype(str), return_inverse=True)
        return y.astype(float) if len(names) == 2 else None
    return labels.cast(float).to_numpy() if labels.dtype.is_numeric() else None


def _mean(series: Any, y: Any) -> Mean | None:
    """A mean over cells has the mean of the label over all; only then its values are looked at."""
    import numpy as np

    spread = float(np.std(y))
    if not series.dtype.is_float() or series.null_count() or not np.isfinite(y).all() or spread <= 0:
        return None
    values = series.to_numpy()
    for towards in (y, 1 - y) if set(np.unique(y[:1000]).tolist()) <= {0.0, 1.0} else (y,):
        if not np.isfinite(values).all() or abs(float(values.mean() - towards.mean())) > NEAR * spread:
            continue
        distinct, place, counts = np.unique(values, return_inverse=True, return_counts=True)
        if not DISTINCT <= len(distinct) <= len(y) / 2:
            continue
        means = np.bincount(place, weights=towards) / counts
        if float((np.abs(means - distinct) <= EXACT * spread)[place].mean()) >= EQUAL:
            return Mean(field=series.name, values=len(distinct), rows=_cell(distinct, counts, binary=len(np.unique(y)) == 2))
    return None


def _cell(values: Any, counts: Any, *, binary: bool) -> float:
    """Rows of a cell in the middle: those of a value, or for a share the least number of rows that can give it."""
    import numpy as np

    if not binary:
        return float(np.median(np.repeat(counts, counts)))
    inside = (values > 0) & (values < 1)
    sizes = np.arange(1, LARGEST + 1)
    off = np.abs(values[inside, None] * sizes - np.round(values[inside, None] * sizes)) <= WRITTEN * sizes
    least = np.where(off.any(axis=1), sizes[off.argmax(axis=1)], LARGEST)
    return float(np.median(np.repeat(least, counts[inside]))) if len(least) else float(LARGEST)
