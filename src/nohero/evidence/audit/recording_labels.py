"""What length, level and form of a sound tell of its label, each alone, out of fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.sound_items import FIELDS, measures_of
from nohero.evidence.audit.text_items import classes_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
FORM = ("sample_rate", "channels", "bits")  # how a sound was stored: no part of what it sounds like
BINS = 12  # of a field, of equally many sounds
FOLDS, REPEATS = 2, 5
LEAST = 40  # sounds with a label
LEAST_OF_CLASS = 4


@dataclass(frozen=True, kw_only=True)
class Told:
    """One field by itself."""

    field: str
    form: bool
    accuracy: float  # balanced over classes, out of fold
    by_class: tuple[tuple[str, float], ...]  # class, median of the field


@dataclass(frozen=True, kw_only=True)
class RecordingLabels:
    """Each field's balanced accuracy beside chance."""

    looked: int
    classes: int
    chance: float  # 1 / classes
    noise: float  # the standard error of a balanced accuracy here, at chance
    fields: tuple[Told, ...]  # the most telling first


def measure(collection: Collection) -> RecordingLabels:
    """For each field: the class that is likeliest in each of its bins on one half judges the other half; classes count alike."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    values, classes = measures_of(collection), classes_of(collection)
    if classes is None:
        why = "there is no label of classes; --target names it"
        raise Unmeasurable(why)
    sizes = np.bincount(classes.codes[classes.codes >= 0], minlength=len(classes.names))
    kept = [k for k in range(len(classes.names)) if sizes[k] >= LEAST_OF_CLASS]
    rows = np.flatnonzero(np.isin(classes.codes, kept))
    if len(rows) < LEAST or len(kept) < 2:
        why = f"{len(rows)} sounds of {len(kept)} classes tell too little"
        raise Unmeasurable(why)
    codes = np.searchsorted(kept, classes.codes[rows])
    generator = np.random.default_rng(collection.seed)
    fields = [_told(name, values[name][rows], codes, [classes.names[k] for k in kept], generator) for name in FIELDS if len(np.unique(values[name][rows])) > 1]
    least = float(np.bincount(codes).min())
    chance = 1 / len(kept)
    noise = float(np.sqrt(chance * (1 - chance) / least / len(kept)))
    return RecordingLabels(looked=len(rows), classes=len(kept), chance=chance, noise=noise, fields=tuple(sorted(fields, key=lambda f: -f.accuracy)))


def _told(name: str, values: Any, codes: Any, names: list[str], generator: Any) -> Told:
    import numpy as np

    distinct = np.unique(values)
    edges = (distinct[1:] + distinct[:-1]) / 2 if len(distinct) <= BINS else np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, values, side="right")
    hits = np.mean([_balanced(bins, codes, len(names), _folds(codes, generator)) for _ in range(REPEATS)])
    return Told(field=name, form=name in FORM, accuracy=float(hits), by_class=tuple((n, float(np.median(values[codes == k]))) for k, n in enumerate(names)))


def _folds(codes: Any, generator: Any) -> Any:
    """Halves that have half of each class."""
    import numpy as np

    order = np.lexsort((generator.random(len(codes)), codes))
    folds = np.empty(len(codes), dtype=np.int64)
    folds[order] = np.arange(len(codes)) % FOLDS
    return folds


def _balanced(bins: Any, codes: Any, classes: int, folds: Any) -> float:
    import numpy as np

    right = np.zeros(len(codes), dtype=bool)
    for fold in range(FOLDS):
        fit, judged = folds != fold, folds == fold
        table = np.zeros((bins.max() + 1, classes))
        np.add.at(table, (bins[fit], codes[fit]), 1)
        table /= np.maximum(np.bincount(codes[fit], minlength=classes), 1)
        right[judged] = table.argmax(axis=1)[bins[judged]] == codes[judged]
    return float(np.mean([right[codes == k].mean() for k in range(classes)]))
