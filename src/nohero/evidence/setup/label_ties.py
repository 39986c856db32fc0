"""Whether the labels of each part go with its inputs at all: small probes left one out, against the same with the labels dealt anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.items import Part
    from nohero.setup.setup import Setup

PRICE = 0.4  # seconds
STEPS = 0
LEAST = 60  # items of a part
WIDEST = 60  # columns of a target
DEALS = 60  # times that the labels are dealt anew
PULL = 0.3  # of the standardised inputs' variance: a ridge for items that are few beside their numbers
FAINT = 4.0  # deviations above dealt labels; below, trees are asked too
TREES = 60


@dataclass(frozen=True, kw_only=True)
class Tie:
    """One part: what a probe that never saw an item says of its label."""

    part: str
    n: int
    skill: float  # R2 of the best probe (two ridges, neighbours): 0 the mean or the shares of the classes, 1 all right
    above: float  # by how many standard deviations that is more than with dealt labels
    trees: float = float("nan")  # R2 of trees; nan where they were not asked
    brought: float = float("nan")  # R2, in training, of a probe that was fitted to this part


@dataclass(frozen=True, kw_only=True)
class LabelTies:
    """Training first, then the evaluated parts that could be probed."""

    train: Tie
    others: tuple[Tie, ...]
    serial: float  # the largest R2, over the parts, of an item's inputs from those of the item before


def measure(setup: Setup) -> LabelTies:
    """Every part by itself, and what each says of training."""
    from nohero.evidence.setup import probing
    from nohero.evidence.setup.label_probe import serial
    from nohero.setup.items import parts_of
    from nohero.setup.refusal import Unmeasurable

    parts = parts_of(setup)
    reader = probing.Reader(parts["train"])
    read = {name: rows for name, part in parts.items() if (rows := _rows(part, parts["train"], reader)) is not None}
    if "train" not in read:
        raise Unmeasurable("the training items have no label that a small probe could learn, or are too few")
    base = read["train"]
    ties = {name: _tie(name, x, columns) for name, (x, columns) in read.items()}
    others = [
        replace(tie, brought=_r2(probing.fitted(*read[name], base[0], pull=PULL), base[1]))
        for name, tie in ties.items()
        if name != "train"
    ]
    return LabelTies(train=_asked_of_trees(ties["train"], *base), others=tuple(others), serial=max(serial(parts[name]) for name in read))


def _rows(part: Part, train: Part, reader: Any) -> tuple[Any, Any] | None:
    """(inputs as rows, labels as columns), copies left out; None where there is nothing to probe."""
    import numpy as np

    from nohero.evidence.setup import probing

    unlike = any(name not in part.inputs or part.inputs[name].shape[1:] != train.inputs[name].shape[1:] for name, _, _ in reader.plans)
    if part.y is None or train.y is None or part.y.shape[1:] != train.y.shape[1:] or unlike or not reader.plans or part.n < LEAST:
        return None
    take = np.random.default_rng(0).permutation(part.n)[: probing.MOST]
    columns = _columns(part, train, take)
    if columns is None:
        return None
    x = reader({name: part.inputs[name][take] for name, _, _ in reader.plans})
    _, first = np.unique(np.concatenate([x, columns], 1), axis=0, return_index=True)
    return (x[first], columns[first]) if len(first) >= LEAST and x.shape[1] else None


def _columns(part: Part, train: Part, take: Any) -> Any:
    """One column a class of training, or the values' ranks."""
    import numpy as np
    from scipy.stats import rankdata

    from nohero.evidence.setup import probing

    known = probing.labels_of(train)
    if known is not None and known[1]:
        y = part.y.reshape(part.n, -1)[take]
        values = y.argmax(1) if y.shape[1] > 1 else y[:, 0]
        return (values[:, None] == np.asarray(known[1])).astype(float)
    base, y = (p.y.reshape(p.n, -1) for p in (train, part))
    if base.dtype.kind != "f" or base.shape[1] > WIDEST or not (np.isfinite(base).all() and np.isfinite(y).all()):
        return None
    used = base.std(0, dtype=np.float64) > 0
    ranks = rankdata(y[take], axis=0)[:, used] / len(take)  # marks such as -9999 and long tails would drown the rest
    return (ranks - ranks.mean(0)) / np.maximum(ranks.std(0), 1e-12) if used.any() else None


def _r2(said: Any, columns: Any) -> float:
    """Of all columns together."""
    total = float(((columns - columns.mean(0)) ** 2).sum())
    return float(1 - ((said - columns) ** 2).sum() / total) if total > 0 else 0.0


def _tie(name: str, x: Any, columns: Any) -> Tie:
    """Each probe with the labels as they are and dealt anew; the best by how far it is beyond chance."""
    import numpy as np

    from nohero.evidence.setup import probing

    rng = np.random.default_rng(1)
    deals = [columns, *(columns[rng.permutation(len(columns))] for _ in range(DEALS))]
    together = np.concatenate(deals, 1)
    best = (-np.inf, 0.0)
    probes = (probing.ridge_left_out(x, together), probing.ridge_left_out(x, together, pull=PULL), together[probing.neighbours(x)].mean(1))
    for said in probes:
        found = [_r2(part, dealt) for part, dealt in zip(np.split(said, len(deals), axis=1), deals, strict=True)]
        above = (found[0] - np.mean(found[1:])) / max(float(np.std(found[1:])), 1e-6)
        best = max(best, (float(above), found[0]))
    return Tie(part=name, n=len(x), skill=best[1], above=best[0])


def _asked_of_trees(tie: Tie, x: Any, columns: Any) -> Tie:
    """Where the plain probes find next to nothing: laws of several features together are what trees see."""
    import numpy as np
    from sklearn.ensemble import ExtraTreesRegressor

    if tie.above > FAINT:
        return tie
    trees = ExtraTreesRegressor(TREES, min_samples_leaf=3, random_state=0)
    half = np.arange(len(x)) % 2 == 0
    said = np.zeros_like(columns)
    for part in (half, ~half):
        wanted = columns[part] if columns.shape[1] > 1 else columns[part].ravel()
        said[~part] = trees.fit(x[part], wanted).predict(x[~part]).reshape(-1, columns.shape[1])
    return replace(tie, trees=_r2(said, columns))
