"""What training teaches, tried on an evaluated part: as it is, and after changes that would undo a different preparation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nohero.setup.items import Part

LEAST = 30  # items of the evaluated part
KNOWN = 0.35  # skill in training below which nothing can be carried over
GROSS = 3.0  # ratio of the labels' spreads, or their means' distance in spreads: measured on regions and years of real tables, it stays below 2
ODD = 0.3  # distance between two distributions of labels (Kolmogorov-Smirnov): two parts of 30 and more items of one kind rarely have more
FACTORS = (255.0, 1 / 255.0)


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """A probe that was fitted to training: skill there (left out), in the evaluated part, and after a cure."""

    part: str
    n: int
    train: float
    there: float
    cure: str  # the change to the part that brings the skill back, in words; "" where none does
    of: str  # what it changes: labels, unit (of labels that are values), inputs, or order (within the inputs); "" where there is none
    cured: float
    mapping: tuple[tuple[float, float], ...]  # (label there, label meant), where the cure is another label map
    own: float  # skill of a probe within the part


@dataclass(frozen=True)
class _Cure:
    of: str
    words: str
    skill: float
    mapping: tuple[tuple[float, float], ...] = ()


def transfer(train: Part, part: Part) -> Transfer | None:
    """Skill of a probe of training in training, in the part, and after each cure."""
    import numpy as np

    from nohero.evidence.setup import probing
    reader = probing.Reader(train)
    rows = probing.rows_of(train, reader)
    if rows is None or part.n < LEAST or not rows.x.shape[1]:
        return None
    rows = probing.once_each(rows)
    if len(rows.y) < 60:
        return None
    labels = _labels(train, part, rows.classes)
    if labels is None or any(n not in part.inputs for n, _, _ in reader.plans):
        return None
    keep, y = labels
    k = len(rows.classes)
    columns = probing.wanted(rows.y, k)
    near = probing.neighbours(rows.x)
    by_ridge = probing.skill(probing.ridge_left_out(rows.x, columns), rows.y, k)
    by_near = probing.skill(columns[near].mean(1), rows.y, k)
    say: Callable[[Any], Any] = (lambda z: probing.fitted(rows.x, columns, z)) if by_ridge >= by_near else (lambda z: columns[probing.neighbours(rows.x, z)].mean(1))
    inputs = {n: v[keep] for n, v in part.inputs.items()}
    z = reader(inputs) if _fits(reader, inputs, train) else None
    if z is None:
        return None
    said = say(z)
    there = probing.skill(said, y, k)
    own = probing.skill(probing.ridge_left_out(z, probing.wanted(y, k)), y, k) if len(y) > 3 * z.shape[1] else float("nan")
    best = max(by_ridge, by_near)
    result = Transfer(part=part.name, n=len(y), train=best, there=there, cure="", of="", cured=there, mapping=(), own=own)
    if best < KNOWN or there > 0.5 * best:
        return result
    cures = [*_label_cures(said, y, rows.classes)] if k else [*_value_cures(said, y, train)]
    cures += [_Cure(of, words, probing.skill(say(reader(changed)), y, k)) for of, words, changed in _input_cures(train, inputs) if _fits(reader, changed, train)]
    cures += [_Cure("labels", f"the labels moved by {s:+d} items", probing.skill(said, np.roll(y, s), k)) for s in (-2, -1, 1, 2)]
    cure = max(cures, key=lambda c: c.skill)
    if cure.skill >= max(0.6 * best, there + 0.25):
        return replace(result, cure=cure.words, of=cure.of, cured=cure.skill, mapping=cure.mapping)
    return result


def _fits(reader: Any, inputs: dict[str, Any], train: Part) -> bool:
    return all(inputs[n].shape[1:] == train.inputs[n].shape[1:] for n, _, _ in reader.plans)


def _labels(train: Part, part: Part, classes: tuple[float, ...]) -> tuple[Any, Any] | None:
    """(positions kept, labels in training's numbers)."""
    import numpy as np

    a, b = train.y, part.y
    if b is None or a.shape[1:] != b.shape[1:]:
        return None
    flat = b.reshape(len(b), -1)
    if not classes:
        base = a.reshape(len(a), -1)[:, 0].astype(np.float64)
        if not np.isfinite(flat).all():
            return None
        return np.arange(len(b)), (flat[:, 0].astype(np.float64) - base.mean()) / max(float(base.std()), 1e-30)
    values = flat.argmax(1) if flat.shape[1] > 1 else flat[:, 0]
    place = {v: i for i, v in enumerate(classes)}
    codes = np.asarray([place.get(float(v), -1) for v in values])
    keep = np.flatnonzero(codes >= 0)
    return (keep, codes[keep]) if len(keep) >= LEAST and len(np.unique(codes[keep])) > 1 else None


def _label_cures(said: Any, y: Any, classes: tuple[float, ...]) -> Iterator[_Cure]:
    """The one-to-one map of labels under which what is said is right most often."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    from nohero.evidence.setup import probing

    k = len(classes)
    guess = said.argmax(1)
    cross = np.zeros((k, k), dtype=int)
    np.add.at(cross, (y, guess), 1)
    rows, meant = linear_sum_assignment(-cross)
    mapping = tuple((classes[i], classes[j]) for i, j in zip(rows, meant, strict=True) if i != j)
    yield _Cure("labels", "another label map", probing.skill(said, meant[y], k), mapping)


def _value_cures(said: Any, y: Any, train: Part) -> Iterator[_Cure]:
    """Values in another order, of the other sign, or of another unit: so far off as no drift and no choice of items makes them. `y` is in training's units."""
    import numpy as np

    from nohero.evidence.setup import probing

    yield _Cure("labels", "the labels' order reversed", probing.skill(said, y[::-1], 0))
    base = train.y.reshape(train.n, -1)[:, 0].astype(np.float64)
    mean, spread = float(base.mean()), max(float(base.std()), 1e-30)
    yield _Cure("unit", "the labels' sign changed", probing.skill(said, -y - 2 * mean / spread, 0))
    raw = y * spread + mean
    for name, change in (("logarithm", np.log), ("log1p", np.log1p), ("exponential", np.exp), ("expm1", np.expm1)):
        with np.errstate(all="ignore"):
            changed = (change(raw) - mean) / spread
        if np.isfinite(changed).all() and _far(y, base) > ODD > _far(changed, base):
            yield _Cure("unit", f"the {name} of the labels", probing.skill(said, changed, 0))
    there = max(float(y.std()), 1e-30)
    if not 1 / GROSS < there < GROSS or abs(float(y.mean())) > GROSS * max(1.0, there):
        if abs(float(raw.mean()) / there - mean) < spread:
            how = f"the labels times {1 / there:.2g}"
        elif 1 / GROSS < there < GROSS:
            how = f"the labels moved by {mean - float(raw.mean()):+.3g}"
        else:
            how = "the labels brought to training's mean and spread"
        yield _Cure("unit", how, probing.skill(said, (y - y.mean()) / there, 0))


def _far(y: Any, base: Any) -> float:
    """The largest distance between the distribution of `y`, in training's units, and training's own."""
    import numpy as np
    from scipy.stats import ks_2samp

    return float(ks_2samp(y, (base - base.mean()) / max(float(base.std()), 1e-30)).statistic) if np.isfinite(y).all() else 1.0


def _input_cures(train: Part, inputs: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each plausible way back to training's preparation, done to every float input."""
    import numpy as np

    floats = {n: v for n, v in inputs.items() if v.dtype.kind == "f" and v.ndim > 1}
    for factor in FACTORS:
        yield "inputs", f"the inputs times {factor:.4g}", {**inputs, **{n: v * factor for n, v in floats.items()}}
    rescaled = {}
    for n, v in floats.items():
        t = train.inputs[n]
        axes = 0 if v.ndim == 2 else tuple(a for a in range(v.ndim) if a != (1 if v.ndim == 4 else v.ndim - 1))
        mean, spread = np.nanmean(v, axis=axes, keepdims=True), np.nanstd(v, axis=axes, keepdims=True)
        rescaled[n] = (v - mean) / np.maximum(spread, 1e-12) * np.nanstd(t, axis=axes, keepdims=True) + np.nanmean(t, axis=axes, keepdims=True)
    yield "inputs", "the inputs brought to training's mean and spread", {**inputs, **rescaled}
    for n, v in floats.items():
        if v.ndim == 4:
            yield "inputs", "the pictures flipped left to right", {**inputs, n: v[..., ::-1]}
            yield "inputs", "the pictures flipped upside down", {**inputs, n: v[:, :, ::-1]}
            if v.shape[2] == v.shape[3]:
                yield "inputs", "the pictures transposed", {**inputs, n: v.transpose(0, 1, 3, 2)}
            if 2 <= v.shape[1] <= 4:
                for order in permutations(range(v.shape[1])):
                    if order != tuple(range(v.shape[1])):
                        yield "order", f"the channels in the order {order}", {**inputs, n: v[:, list(order)]}
        elif v.ndim == 3:
            yield "order", "the sequences reversed", {**inputs, n: v[:, ::-1]}
        elif v.ndim == 2 and v.shape[1] >= 2:
            yield "order", "the columns reversed", {**inputs, n: v[:, ::-1]}
            yield from (("order", f"the columns moved by {s:+d}", {**inputs, n: np.roll(v, s, axis=1)}) for s in (-1, 1))
