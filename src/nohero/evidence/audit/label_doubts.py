"""Labels that the items themselves speak against: what a small model gives them out of fold, least first, and how many are likely to be wrong.

They are ranked by the probability of the given label. Less that of the likeliest other it finds fewer of several classes' wrong labels: with
3 % flipped an AUROC of .983 instead of .989 on Fashion-MNIST, .908 instead of .928 on white wine, .858 instead of .905 on CIFAR-10.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.class_doubts import Exchanged, exchanged
from nohero.evidence.audit.label_shift import Shift, shift_of
from nohero.run.figure import Table

if TYPE_CHECKING:
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 2.0  # seconds
LEAST = 100  # items
MOST = 200_000  # items; more are judged on a sample
CLASSES = 200
SURE, FEWEST = 0.1, 200  # share of the items, those of which the model is surest, and how many they should be at least: they tell of the labels, not of the model
MOSTLY = 0.3  # of the items at most
LISTED = 2000
MOMENTS = 5  # rows of a group, from which on it is a series
SHOWN = 12
MAKERS = {"picture": "picture_features", "text": "text_features", "sound": "sound_features"}


@dataclass(frozen=True, kw_only=True)
class LabelDoubts:
    """Candidates, never verdicts: about half of what such rankings flag is really wrong (Northcutt et al. 2021)."""

    n: int
    right: float  # share of the items whose label the model says when they are left out
    constant: float
    sure: int  # items of which the model is surest
    contrary: int  # of these, labelled otherwise
    noise: float  # their share: where it stays the same among twice as many, it is the share of wrong labels, as a model's own errors grow
    low: float  # its 95 % interval
    high: float
    wider: float  # the share among twice as many items
    order: tuple[int, ...]  # items, most doubtful first
    given: tuple[float, ...]  # probabilities of their labels
    shown: tuple[tuple[str, str, str, float], ...]  # item, given label, likeliest other, probability of the given one
    items: tuple[str, ...]  # names of the items in `order`
    exchanged: tuple[Exchanged, ...] = ()  # of several classes, items of one that bear the name of another
    shift: Shift | None = None  # a stretch whose labels are its neighbours'

    def figures(self) -> tuple[Table, ...]:
        """The most doubtful."""
        return (Table(title="Labels that the items speak against, most doubtful first", columns=("item", "given", "more likely", "probability of the given"), rows=self.shown),)


def measure(collection: Collection, profile: Profile) -> LabelDoubts:
    """Trees for tables; ridge on cheap features for pictures, texts and sounds."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable
    from nohero.tasks.interval import wilson

    if _of_series(collection):
        raise Unmeasurable(f"the label belongs to whole series of `{collection.group}`, and no moment of one tells it")
    rows, names, y, said = judged(collection, profile)
    given = said[np.arange(len(y)), y]
    other = np.where(np.eye(len(names), dtype=bool)[y], -1.0, said)
    order, likeliest = np.argsort(given, kind="stable")[:LISTED], other.argmax(1)
    surest = np.argsort(-np.abs(np.diff(np.partition(said, -2, axis=1)[:, -2:], axis=1))[:, 0], kind="stable")
    sure, wrong = int(max(SURE * len(y), min(FEWEST, MOSTLY * len(y)))), said.argmax(1) != y
    contrary = int(wrong[surest[:sure]].sum())
    low, high = wilson(contrary, sure)
    names_of = np.asarray(collection.items, dtype=object)[rows]
    items = names_of[order]
    shown = tuple((str(items[k]), str(names[y[i]]), str(names[likeliest[i]]), round(float(given[i]), 3)) for k, i in enumerate(order[:SHOWN]))
    return LabelDoubts(
        n=len(y), right=float((said.argmax(1) == y).mean()), constant=float(np.bincount(y).max() / len(y)), sure=sure, contrary=contrary,
        noise=contrary / sure, low=low, high=high, wider=float(wrong[surest[: 2 * sure]].mean()), order=tuple(rows[order].tolist()), given=tuple(given[order].tolist()), shown=shown, items=tuple(items.tolist()),
        exchanged=exchanged(said, y, names) if len(names) > 2 else (), shift=shift_of(said.argmax(1), y, names_of) if collection.whole is None and len(rows) == collection.labels.count() else None,  # in a sample nobody has neighbours
    )  # fmt: skip


def _of_series(collection: Collection) -> bool:
    """Whether each group is a series in time, of one label."""
    if collection.kind != "row" or not (collection.group and collection.time and collection.label):
        return False
    kinds = collection.frame.select(collection.group, collection.label).unique()
    groups = kinds[collection.group].n_unique()
    return bool(kinds.height == groups and len(collection) >= MOMENTS * groups)


def judged(collection: Collection, profile: Profile) -> tuple[Any, Any, Any, Any]:
    """(items [M], classes [K], their places int [M], probabilities float32 [M, K] out of fold), made once a collection."""
    return collection.shared("judged labels", lambda: _judged(collection, profile))  # type: ignore[no-any-return]


def _judged(collection: Collection, profile: Profile) -> tuple[Any, Any, Any, Any]:
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if not collection.label or not profile.classes:
        raise Unmeasurable("no label of classes")
    labels = collection.frame[collection.label].cast(str)
    rows = np.flatnonzero(labels.is_not_null().to_numpy())
    if len(rows) > MOST:
        rows = np.sort(np.random.default_rng(collection.seed).choice(rows, MOST, replace=False))
    names, y = np.unique(labels[rows].to_numpy().astype(str), return_inverse=True)
    if len(rows) < LEAST or not 2 <= len(names) <= CLASSES:
        raise Unmeasurable(f"{len(rows)} items of {len(names)} classes; {LEAST} items of 2 to {CLASSES} classes are needed")
    return rows, names, y, _said(collection, profile, rows, y, len(names)).astype(np.float32)


def _said(collection: Collection, profile: Profile, rows: Any, y: Any, classes: int) -> Any:
    from nohero.evidence.audit import left_out, table_features
    from nohero.setup.refusal import Unmeasurable

    by_fields = None
    if collection.kind == "row" and (collection.texts is None or collection.beside):
        x, categorical, names = table_features.features(collection, profile, rows)
        if not names and not collection.beside:
            raise Unmeasurable("no field to judge the labels by")
        by_fields = left_out.tree_probabilities(x, y, classes, seed=collection.seed, categorical=categorical) if names else None
        if not collection.beside:
            return by_fields
    maker = MAKERS.get("text" if collection.kind == "row" else collection.kind)
    if maker is None:
        raise Unmeasurable(f"no cheap features for {collection.kind}s")
    x = importlib.import_module(f"nohero.evidence.audit.{maker}").features(collection)[rows]
    said = left_out.probabilities(left_out.ridge_scores(x, y, classes, seed=collection.seed), y)
    return said if by_fields is None else max(said, by_fields, key=lambda p: float((p.argmax(1) == y).mean()))  # of a text and fields beside it the better judge
