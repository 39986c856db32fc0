"""How the evaluated parts differ from training: statistics, channels, codes, classes, and whether what training teaches holds there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.split_cures import Transfer

if TYPE_CHECKING:
    from nohero.setup.items import Part
    from nohero.setup.setup import Setup

PRICE = 0.6  # seconds
STEPS = 0
LEAST = 20  # items of each part
ZERO = 2e-5  # a mean of a feature of spread 1 that is zero by construction (float32 rounds below 1e-6)
OFF = 1e-3  # a mean that is not
FEATURES = 2000


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Statistics of an input that are exact by construction, over which parts together."""

    name: str
    over: str  # "train + val", "train + val + test", ...
    what: str  # "mean 0" or "range 0 to 1"
    features: int  # for which it holds over the parts together
    of: int
    standard: bool  # spreads of 1 and no turning: each feature was standardised by itself
    alone: float  # median distance from that in the training part alone


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One float input of an evaluated part against training."""

    part: str
    name: str
    features: int
    ratio: float  # median over features of spread there by spread in training
    even: float  # spread of the log of that ratio over the features
    shift: float  # median over features of |mean there - mean in training|, in training spreads
    shifted: float  # share of features that are off by more than two spreads
    own: bool  # both parts have mean 0 and spread 1 exactly, each by its own numbers
    order: tuple[int, ...]  # channels or columns of training that fit this part's best; () where as they stand
    order_gain: float  # how many times smaller the distance is in that order


@dataclass(frozen=True, kw_only=True)
class Codes:
    """One whole-number input of an evaluated part against training."""

    part: str
    name: str
    unseen: float  # share of values that training never has
    unseen_own: float  # the same between two halves of training
    distance: float  # total variation between the histograms
    distance_own: float
    offset: int  # that, added to this part's codes, brings the histograms together; 0: none
    distance_offset: float


@dataclass(frozen=True, kw_only=True)
class ClassSets:
    """Classes of an evaluated part."""

    part: str
    n: int
    missing: tuple[tuple[float, int], ...]  # (class of training, items to be expected here)
    unknown: tuple[tuple[float, int], ...]  # (class that training lacks, items)
    common: int
    room: bool  # the model has an answer for each class of the part


@dataclass(frozen=True, kw_only=True)
class SplitComparison:
    """Everything that differs."""

    prepared: tuple[Prepared, ...]
    scales: tuple[Scale, ...]
    codes: tuple[Codes, ...]
    transfers: tuple[Transfer, ...]
    classes: tuple[ClassSets, ...]
    serial: bool  # the training items follow one another, so that drift may be real
    evaluated: bool = False  # by the author's own evaluation, which may know another unit of the labels
    rescaled: bool = False  # the step brings its batches to another scale, so that training's items are not what the model learns from


def measure(setup: Setup) -> SplitComparison:
    """Validation and test, each against training."""
    from nohero.evidence.setup import split_cures, step_inputs
    from nohero.evidence.setup.label_probe import serial
    from nohero.setup.items import parts_of
    from nohero.setup.refusal import Unmeasurable

    parts = parts_of(setup)
    train = parts["train"]
    others = [p for n, p in parts.items() if n != "train" and p.n >= LEAST]
    if not others or train.n < LEAST:
        raise Unmeasurable("there is no second part to compare with, or too few items")
    pairs = [(p, name) for p in others for name, x in train.inputs.items() if name in p.inputs and p.inputs[name].shape[1:] == x.shape[1:]]
    transfers = [t for p in others if (t := split_cures.transfer(train, p)) is not None]
    return SplitComparison(
        prepared=tuple(f for name in train.inputs for f in _prepared(parts, name)),
        scales=tuple(s for p, name in pairs if (s := _scale(train, p, name)) is not None),
        codes=tuple(k for p, name in pairs if (k := _codes(train, p, name)) is not None),
        transfers=tuple(transfers),
        classes=tuple(c for p in others if (c := _class_sets(setup, train, p)) is not None),
        serial=serial(train) > 0.2, evaluated=setup.evaluate is not None, rescaled=step_inputs.rescaled(setup),
    )


def _table(x: Any) -> Any:
    """(values, features): columns of a table, channels of pictures and series; only floats."""
    import numpy as np

    if x.dtype.kind != "f" or x.ndim < 2 or not np.isfinite(x).all():
        return None
    if x.ndim == 2:
        return x.astype(np.float64) if x.shape[1] <= FEATURES else None
    if x.ndim == 3:
        return x.reshape(-1, x.shape[2]).astype(np.float64) if x.shape[2] <= 64 else None
    if x.ndim == 4:
        last = x.shape[3] <= 4 < x.shape[1]
        return (x if last else x.transpose(0, 2, 3, 1)).reshape(-1, x.shape[3 if last else 1]).astype(np.float64)
    return None


def _prepared(parts: dict[str, Part], name: str) -> list[Prepared]:
    """Means of zero and ranges of one, exact over several parts together and not in training alone."""
    import numpy as np

    train = parts["train"]
    base = _table(train.inputs[name])
    if base is None or not train.complete or (train.inputs[name].ndim == 4 and len(base) < 100):
        return []
    spread = base.std(0)
    number = np.asarray([len(np.unique(base[:4000, j])) > min(0.25 * len(base), 50) for j in range(base.shape[1])]) & (spread > 1e-9)
    if not number.any() or len(base) < LEAST:
        return []
    found = []
    for others in (("val",), ("val", "test"), ("test",)):
        if any(o not in parts or not parts[o].complete or name not in parts[o].inputs or parts[o].n < 5 or parts[o].inputs[name].shape[1:] != train.inputs[name].shape[1:] for o in others):
            continue
        tables = [base, *(_table(parts[o].inputs[name]) for o in others)]
        if any(t is None for t in tables):
            continue
        whole = np.concatenate(tables)[:, number]
        over = " + ".join(("train", *others))
        mean, alone = np.abs(whole.mean(0)) / whole.std(0), np.abs(base[:, number].mean(0)) / spread[number]
        if np.mean((mean < ZERO) & (alone > 5 * ZERO)) >= 0.8 and np.median(alone) > OFF and _made(whole):
            found.append(Prepared(name=name, over=over, what="mean 0", features=int((mean < ZERO).sum()), of=int(number.sum()), standard=_spread_of_one(whole), alone=float(np.median(alone))))
        low, high = whole.min(0), whole.max(0)
        edge = (np.abs(low - low.round()) < 1e-6) & (np.abs(high - 1) < 1e-6) & np.isin(low.round(), (-1, 0))
        inside = (base[:, number].min(0) > low + 1e-6) | (base[:, number].max(0) < high - 1e-6)
        if edge.all() and number.sum() >= 2 and inside.any():
            short = np.maximum(base[:, number].min(0) - low, high - base[:, number].max(0))[inside]
            found.append(Prepared(name=name, over=over, what="range 0 to 1", features=int(edge.sum()), of=int(number.sum()), standard=False, alone=float(np.median(short))))
    return found


def _made(whole: Any) -> bool:
    """Whether spreads are 1, or the features uncorrelated: published tables that are merely centred are left alone."""
    import numpy as np

    if _spread_of_one(whole) or whole.shape[1] < 2:
        return _spread_of_one(whole)
    tied = np.corrcoef(whole.T) - np.eye(whole.shape[1])
    return bool(np.abs(tied).max() < 1e-3)


def _spread_of_one(whole: Any) -> bool:
    import numpy as np

    n = len(whole)
    return min(float(np.median(np.abs(whole.std(0) * f - 1))) for f in (1.0, (n / (n - 1)) ** 0.5)) < 1e-3


def _scale(train: Part, part: Part, name: str) -> Scale | None:
    import numpy as np

    a, b = _table(train.inputs[name]), _table(part.inputs[name])
    if a is None or b is None or len(a) < LEAST or len(b) < LEAST:
        return None
    sa, sb = a.std(0), b.std(0)
    used = (sa > 1e-7 * max(float(sa.max()), 1e-30)) & (sb > 0)
    used &= np.asarray([len(np.unique(a[:2000, j])) > 5 for j in range(a.shape[1])])
    if not used.any():
        return None
    ratio = np.log(sb[used] / sa[used])
    ia, ib = (np.subtract(*np.quantile(t[:50_000, used], (0.8, 0.2), axis=0)) for t in (a, b))
    robust = np.log(np.where((ia > 0) & (ib > 0), ib, 1) / np.where((ia > 0) & (ib > 0), ia, 1))
    both = (ia > 0) & (ib > 0)
    ratio = np.where(both & (np.abs(robust) < np.abs(ratio)), robust, ratio)  # a long tail moves the spread alone
    shift = np.abs(b[:, used].mean(0) - a[:, used].mean(0)) / sa[used]
    own = bool(all((np.abs(t[:, used].mean(0)) / t[:, used].std(0) < ZERO).all() and (np.abs(t[:, used].std(0) - 1) < 0.02).all() for t in (a, b)))
    order, gain = _order(a, b, channels=train.inputs[name].ndim > 2)
    return Scale(part=part.name, name=name, features=int(used.sum()), ratio=float(np.exp(np.median(ratio))), even=float(ratio.std()), shift=float(np.median(shift)), shifted=float((shift > 2).mean()), own=own, order=order, order_gain=gain)


def _order(a: Any, b: Any, *, channels: bool) -> tuple[tuple[int, ...], float]:
    """The order of training's columns that fits the other part's quantiles best, and by what factor it is nearer."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    width = a.shape[1]
    if not 2 <= width <= 200 or (channels and width > 16):
        return (), 1.0
    steps = np.linspace(0.05, 0.95, 10)
    qa, qb = np.quantile(a[:20_000], steps, axis=0).T, np.quantile(b[:20_000], steps, axis=0).T
    cost = np.abs(qb[:, None] - qa[None]).mean(2)  # (there, training)
    given = float(np.trace(cost))
    rows, best = linear_sum_assignment(cost)
    total = float(cost[rows, best].sum())
    if (best == np.arange(width)).all() or given <= 0:
        return (), 1.0
    return tuple(int(j) for j in best), given / max(total, 1e-12 * given)


def _codes(train: Part, part: Part, name: str) -> Codes | None:
    import numpy as np

    a, b = train.inputs[name].reshape(-1), part.inputs[name].reshape(-1)
    if a.dtype.kind not in "iu" or len(np.unique(a)) < 5 or len(a) < 200 or len(b) < 100 or (train.inputs[name].ndim == 1 and len(np.unique(a)) > 0.5 * len(a)):
        return None
    items = np.random.default_rng(0).permutation(train.n)
    one, two = (train.inputs[name][half].reshape(-1) for half in (items[: train.n // 2], items[train.n // 2 :]))
    offsets = [k for k in range(-3, 4) if k]
    moved = {k: _distance(a, b + k) for k in offsets}
    best = min(moved, key=lambda k: moved[k])
    given = _distance(a, b)
    return Codes(
        part=part.name, name=name, unseen=float((~np.isin(b, a)).mean()), unseen_own=float((~np.isin(two, one)).mean()),
        distance=given, distance_own=_distance(one, two[: max(len(b), 1)] if len(b) < len(two) else two), offset=best if moved[best] < given else 0, distance_offset=moved[best],
    )  # fmt: skip


def _distance(a: Any, b: Any) -> float:
    """Total variation between two histograms of codes."""
    import numpy as np

    values, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    p, q = (np.bincount(c, minlength=len(values)) / max(len(c), 1) for c in (codes[: len(a)], codes[len(a) :]))
    return float(np.abs(p - q).sum() / 2)


def _class_sets(setup: Setup, train: Part, part: Part) -> ClassSets | None:
    import numpy as np

    from nohero.evidence.setup import probing

    if probing.labels_of(train) is None or not probing.labels_of(train)[1] or part.y is None:  # type: ignore[index]
        return None
    a, b = train.y, part.y
    if a.shape[1:] != b.shape[1:]:
        return None
    if a.reshape(len(a), -1).shape[1] > 1:
        a, b = a.reshape(len(a), -1).argmax(1), b.reshape(len(b), -1).argmax(1)
    va, ca = np.unique(a, return_counts=True)
    vb, cb = np.unique(b, return_counts=True)
    missing = [(float(v), int(c / len(a) * part.n)) for v, c in zip(va, ca, strict=True) if v not in vb]
    unknown = [(float(v), int(c)) for v, c in zip(vb, cb, strict=True) if v not in va]
    return ClassSets(part=part.name, n=part.n, missing=tuple(missing), unknown=tuple(unknown), common=len(np.intersect1d(va, vb)), room=_room(setup, va, vb))


def _room(setup: Setup, seen: Any, evaluated: Any) -> bool:
    """Whether the answers have a place for every class of the part, beside training's."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    try:
        with setup.apart(), torch.no_grad():
            setup.mode(training=False)
            shape = setup.output(setup.specimen()).shape
    except Unmeasurable:
        return False
    return len(shape) == 2 and max(float(seen.max()), float(evaluated.max())) < shape[1] <= 4 * max(float(seen.max()), float(evaluated.max()), 1.0) + 4
