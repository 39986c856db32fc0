"""How the labels go with the inputs: small probes left one out, with the labels as given, out of step, in stretches, and one feature alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.evidence.setup.probing import Rows
    from nohero.setup.items import Part
    from nohero.setup.setup import Setup

PRICE = 0.5  # seconds
STEPS = 0
LEAST = 60  # items
STEPS_OUT = (-3, -2, -1, 1, 2, 3)  # places by which labels may be out of step
STRETCHES = 10
SURE = 0.4  # share of the items said to be of a class, those farthest from any boundary
SEVERAL = 7  # contrary items, before trees are asked
TREES = 100
CHANCE = 0.4  # by trees, of the label as given: more is no plain mistake
PURE = 0.6  # share of the neighbours that must agree


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One stretch of the data set: share right, what the items' classes lead to expect, and the best other pairing."""

    first: int
    last: int
    n: int
    right: float
    expected: float
    chance: float
    drift: float  # how far its inputs' means lie from the rest's, in standard errors, root mean square
    step: int  # places by which labels fit better; 0: none
    right_stepped: float


@dataclass(frozen=True, kw_only=True)
class LabelProbe:
    """Numbers of the probes; skill is 0 for a constant and 1 for all right."""

    n: int
    classes: tuple[float, ...]
    given: float  # skill with the labels as given
    stepped: tuple[tuple[int, float], ...]  # (places, skill with the labels moved on by so many)
    reversed_skill: float
    serial: float  # R2 of each item's inputs from the item before
    stretches: tuple[Stretch, ...]
    sure: int  # items far from any boundary, whose neighbours agree
    contrary: int  # of these, labelled otherwise
    lossy: bool  # rows of many whole numbers, of which the probe sees how often each comes, the first and the last
    error: float  # share of all items that the best probe, of which they are left out, gets wrong; of classes
    contrary_inner: int  # of the surer half of them
    contrary_pairs: tuple[tuple[float, float, int, int], ...]  # (label that the neighbours have, label given, items, sure items of the first)
    contrary_items: tuple[int, ...]


def measure(setup: Setup) -> LabelProbe:
    """Ridge and nearest neighbours on the training part, in the data set's order."""
    import numpy as np

    from nohero.evidence.setup import probing
    from nohero.setup.items import parts_of
    from nohero.setup.refusal import Unmeasurable

    part = parts_of(setup)["train"]
    reader = probing.Reader(part)
    rows = probing.rows_of(part, reader)
    if rows is None or len(rows.y) < LEAST or not rows.x.shape[1]:
        raise Unmeasurable("the training items have no one label each that a small probe could learn")
    x, y, k = rows.x, rows.y, len(rows.classes)
    near = probing.neighbours(x, apart=0)
    orders = {0: y, **{s: np.roll(y, s) for s in STEPS_OUT}, 99: y[::-1]}
    said = {s: _said(x, near, labels, k) for s, labels in orders.items()}
    skills = {s: max(probing.skill(v, orders[s], k) for v in said[s]) for s in orders}
    best = max(said[0], key=lambda v: probing.skill(v, y, k))
    sure, inner, contrary = _contrary(said[0], y, k) if k else (np.zeros(0, dtype=int),) * 3
    contrary = contrary[~_confirmed(x, y)[contrary]]
    if len(contrary) >= SEVERAL:
        contrary = contrary[~_foretold(x, y)[contrary]]
    return LabelProbe(
        n=len(y), classes=rows.classes, given=skills[0], stepped=tuple((s, skills[s]) for s in STEPS_OUT), reversed_skill=skills[99],
        serial=serial(part), stretches=_stretches(rows, best, k), sure=len(sure), contrary=len(contrary), lossy=any(kind == "ids" for _, kind, _ in reader.plans), error=float((best.argmax(1) != y).mean()) if k else 0.0,
        contrary_inner=int(np.isin(contrary, inner).sum()), contrary_pairs=_pairs(said[0][0], y, contrary, sure, rows.classes),
        contrary_items=tuple(int(rows.place[i]) for i in contrary[:5]),
    )  # fmt: skip


def _said(x: Any, near: Any, y: Any, k: int) -> tuple[Any, Any]:
    """What ridge and what the neighbours say of each item."""
    from nohero.evidence.setup import probing

    columns = probing.wanted(y, k)
    return probing.ridge_left_out(x, columns), columns[near].mean(1)


def serial(part: Part) -> float:
    """How well an item's inputs follow from those of the item before: overlapping windows, series, sorted sets."""
    from nohero.evidence.setup import probing

    x = probing.Reader(part)({n: a[: probing.MOST] for n, a in part.inputs.items()})
    if len(x) < LEAST:
        return 0.0
    half = len(x) // 2
    said = probing.fitted(x[: half - 1], x[1:half], x[half:-1])
    left = ((said - x[half + 1 :]) ** 2).sum() / max(float(((x[half + 1 :] - x[:half].mean(0)) ** 2).sum()), 1e-12)
    return float(1 - left)


def _stretches(rows: Rows, said: Any, k: int) -> tuple[Stretch, ...]:
    """Share right in each stretch (values: share whose error is below the typical)."""
    import numpy as np

    y = rows.y
    n = len(y)
    limit = float(np.median(np.abs(y - y.mean()))) if not k else 0.0
    right = np.asarray(said.argmax(1) == y if k else np.abs(said[:, 0] - y) < 0.7 * limit)
    found = []
    count = min(STRETCHES, n // 20)
    for block in np.array_split(np.arange(n), count) if count >= 3 else []:
        rest = np.ones(n, dtype=bool)
        rest[block] = False
        expected = _expected(right, y, block, rest, k)
        if expected is None:
            continue
        chance = float(np.bincount(y[rest], minlength=max(k, 1)).max() / rest.sum()) if k else float((np.abs(y) < 0.7 * limit).mean())
        spread = rows.x.std(0) / np.sqrt(len(block)) + 1e-9
        drift = float(np.sqrt((((rows.x[block].mean(0) - rows.x[rest].mean(0)) / spread) ** 2).mean()))
        step, stepped = _best_step(said, y, block, limit, k)
        found.append(Stretch(first=int(rows.place[block[0]]), last=int(rows.place[block[-1]]), n=len(block), right=float(right[block].mean()), expected=expected, chance=chance, drift=drift, step=step, right_stepped=stepped))
    return tuple(found)


def _expected(right: Any, y: Any, block: Any, rest: Any, k: int) -> float | None:
    """The share right that the stretch's classes lead to expect from the other stretches."""
    import numpy as np

    if not k:
        return float(right[rest].mean())
    rates = []
    for c in np.unique(y[block]):
        others = rest & (y == c)
        if others.sum() < 5:
            return None
        rates.append(right[others].mean() * (y[block] == c).sum())
    return float(sum(rates) / len(block))


def _best_step(said: Any, y: Any, block: Any, limit: float, k: int) -> tuple[int, float]:
    """The step by which the stretch's labels fit what is said best."""
    import numpy as np

    best, share = 0, 0.0
    for step in STEPS_OUT:
        at = np.clip(block + step, 0, len(y) - 1)
        fits = (said[block].argmax(1) == y[at]) if k else np.abs(said[block, 0] - y[at]) < 0.7 * limit
        if fits.mean() > share:
            best, share = step, float(fits.mean())
    return best, share


def _contrary(said: tuple[Any, Any], y: Any, k: int) -> tuple[Any, ...]:
    """(items far from any boundary whose neighbours agree; the surer half of them, class by class; those labelled otherwise)."""
    import numpy as np

    ridge, around = said
    ordered = np.sort(ridge, axis=1)
    margin = ordered[:, -1] - ordered[:, -2]
    guess = ridge.argmax(1)
    sure, inner, contrary = [], [], []
    for c in range(k):
        of = np.flatnonzero(guess == c)
        of = of[np.argsort(-margin[of])][: int(np.ceil(SURE * len(of)))]
        of = of[(around[of].max(1) >= PURE) & (around[of].argmax(1) == c)]
        sure.append(of)
        inner.append(of[: len(of) // 2])
        contrary.append(of[y[of] != c])
    return tuple(np.concatenate(v) for v in (sure, inner, contrary))


def _foretold(x: Any, y: Any) -> Any:
    """Items to whose label as given trees that never saw them give no small chance: a law that linear probes and neighbours miss is no slip."""
    import numpy as np
    from sklearn.ensemble import RandomForestClassifier

    if np.bincount(y)[np.unique(y)].min() < 2:
        return np.zeros(len(y), dtype=bool)
    forest = RandomForestClassifier(TREES, oob_score=True, random_state=0).fit(x, y)
    said = np.nan_to_num(forest.oob_decision_function_)
    return said[np.arange(len(y)), np.searchsorted(forest.classes_, y)] > CHANCE


def _confirmed(x: Any, y: Any) -> Any:
    """Items of which there are copies, all with the same label: said twice, it is no slip."""
    import numpy as np

    _, kind, times = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    kind = kind.reshape(-1)
    low, high = np.full(len(times), np.inf), np.full(len(times), -np.inf)
    np.minimum.at(low, kind, y)
    np.maximum.at(high, kind, y)
    return (times[kind] > 1) & (low[kind] == high[kind])


def _pairs(said: Any, y: Any, contrary: Any, sure: Any, classes: tuple[float, ...]) -> tuple[tuple[float, float, int, int], ...]:
    from collections import Counter

    meant = said.argmax(1)
    of = Counter(int(c) for c in meant[sure])
    counted = Counter((int(meant[i]), int(y[i])) for i in contrary)
    return tuple((classes[a], classes[b], n, of[a]) for (a, b), n in counted.most_common(5))
