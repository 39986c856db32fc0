"""How far annotations agree: the share of equal answers, kappa, alpha, and one annotation as a prediction of the other, with intervals.

Annotations are sequences of answers, an item a place; None is no answer. What only one annotator answered is left out of pairs.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.tasks.interval import RESAMPLES, wilson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

WEIGHTS = ("none", "linear", "quadratic")  # how much a near miss counts against agreement
LEVELS = ("nominal", "ordinal", "interval")  # what a difference of two answers means


@dataclass(frozen=True, kw_only=True)
class Share:
    """Equal answers of two annotations, or right ones of a single annotation."""

    hits: int
    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two annotations compared."""

    share: Share
    kappa: float  # nan where both gave one answer throughout
    kappa_low: float
    kappa_high: float
    by_class: tuple[tuple[str, Share], ...]  # of each answer of the first, how often the second gave it too
    confusions: tuple[tuple[str, str, int], ...]  # (first's answer, second's answer, items), most frequent first
    unpaired: int  # items that only one of them, or none, answered


def compare(first: Sequence[Any], second: Sequence[Any], *, seed: int = 0) -> Pair:
    """Agreement of two annotations; `second` as a prediction of `first` has the accuracy of `share`."""
    pairs = _pairs(first, second)
    low, high = kappa_interval(first, second, seed=seed)
    counts = Counter(pairs)
    asked = Counter(a for a, _ in pairs)
    wrong = sorted(((str(a), str(b), n) for (a, b), n in counts.items() if a != b), key=lambda c: (-c[2], c[0], c[1]))
    return Pair(
        share=_share(sum(n for (a, b), n in counts.items() if a == b), len(pairs)),
        kappa=kappa(first, second), kappa_low=low, kappa_high=high,
        by_class=tuple((str(a), _share(counts[a, a], n)) for a, n in sorted(asked.items(), key=lambda c: str(c[0]))),
        confusions=tuple(wrong),
        unpaired=len(first) - len(pairs),
    )  # fmt: skip


def agreement(first: Sequence[Any], second: Sequence[Any]) -> Share:
    """The share of items with equal answers, with Wilson's interval; the accuracy of either as a prediction of the other."""
    pairs = _pairs(first, second)
    return _share(sum(a == b for a, b in pairs), len(pairs))


def kappa(first: Sequence[Any], second: Sequence[Any], *, weights: str = "none", order: Sequence[Any] | None = None) -> float:
    """Cohen's kappa (Cohen 1960), or weighted kappa (Cohen 1968) over answers in their `order`; nan where chance alone would agree throughout."""
    counts = _table(first, second, order)
    return _kappa(counts, _misses(len(counts), weights))


def kappa_interval(first: Sequence[Any], second: Sequence[Any], *, weights: str = "none", order: Sequence[Any] | None = None, seed: int = 0) -> tuple[float, float]:
    """95 % interval of kappa: the bootstrap over items, never narrower than Wilson's interval of the plain agreement allows.

    The second guards against few items without a disagreement, whose every resample agrees throughout.
    """
    counts = _table(first, second, order)
    n, misses = int(counts.sum()), _misses(len(counts), weights)
    value = _kappa(counts, misses)
    if not math.isfinite(value):
        return math.nan, math.nan
    cells = np.flatnonzero(counts.ravel())
    draws = np.random.default_rng(seed).multinomial(n, counts.ravel()[cells] / n, RESAMPLES)
    found = []
    for draw in draws:
        drawn = np.zeros(counts.size)
        drawn[cells] = draw
        found.append(_kappa(drawn.reshape(counts.shape), misses))
    low, high = np.quantile([f for f in found if math.isfinite(f)] or [value], [0.025, 0.975])
    chance = _chance(counts, misses)
    few, many = (1 - (1 - share) / chance for share in wilson(np.trace(counts), n))  # were every further difference one step
    low, high = min(low, few), max(high, many) if weights == "none" else high
    return max(-1.0, float(low)), min(1.0, float(high))


def alpha(annotations: Sequence[Sequence[Any]], *, level: str = "nominal", order: Sequence[Any] | None = None) -> float:
    """Krippendorff's alpha of two or more annotations [annotators, items] with answers left out as None (Krippendorff 2011).

    `order` ranks the answers of the ordinal level; without it they rank as they sort. The interval level needs numbers.
    """
    if level not in LEVELS:
        raise ValueError(f"level `{level}` is none of {', '.join(LEVELS)}")
    units = [answers for answers in _units(annotations) if len(answers) > 1]  # a lone answer can be compared with nothing
    values = _ordered({a for answers in units for a in answers}, order)
    place = {value: i for i, value in enumerate(values)}
    together = np.zeros((len(values), len(values)))
    for answers in units:
        counts = np.bincount([place[a] for a in answers], minlength=len(values)).astype(np.float64)
        together += (np.outer(counts, counts) - np.diag(counts)) / (len(answers) - 1)
    totals = together.sum(0)
    n = totals.sum()
    if n < 2:
        return math.nan
    apart = _differences(values, totals, level)
    expected = (np.outer(totals, totals) * apart).sum() / (n - 1)
    return 1.0 - float((together * apart).sum() / expected) if expected > 0 else math.nan


def single_judgement(votes: Floats, truth: npt.NDArray[np.intp], *, seed: int = 0) -> tuple[float, float, float]:
    """How often one judgement is right, of vote counts [items, classes]: mean over items, with the bootstrap over items."""
    return _over_items(votes[np.arange(len(votes)), truth] / votes.sum(1), seed)


def two_judgements(votes: Floats, *, seed: int = 0) -> tuple[float, float, float]:
    """How often two people agree on an item, of vote counts [items, classes]; items with a single vote are left out."""
    total = votes.sum(1)
    kept = total > 1
    return _over_items(((votes * (votes - 1)).sum(1)[kept] / (total * (total - 1))[kept]), seed)


def _over_items(values: Floats, seed: int) -> tuple[float, float, float]:
    from nohero.tasks.interval import bootstrap, mean

    return mean(values), *bootstrap(lambda index: float(values[index].mean()), len(values), seed)


def _pairs(first: Sequence[Any], second: Sequence[Any]) -> list[tuple[Any, Any]]:
    return [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]


def _share(hits: float, of: int) -> Share:
    low, high = wilson(hits, of)
    return Share(hits=int(hits), of=of, value=hits / of if of else math.nan, low=low, high=high)


def _ordered(values: set[Any], order: Sequence[Any] | None) -> list[Any]:
    if order is None:
        return sorted(values, key=lambda v: (isinstance(v, str), v))
    place: Mapping[Any, int] = {value: i for i, value in enumerate(order)}
    if unknown := sorted(str(v) for v in values if v not in place):
        raise ValueError(f"answers that stand in no order: {', '.join(unknown[:5])}")
    return sorted(values, key=lambda v: place[v])


def _table(first: Sequence[Any], second: Sequence[Any], order: Sequence[Any] | None) -> Floats:
    """Counts [answers of the first, answers of the second]; a given order keeps answers that nobody gave."""
    pairs = _pairs(first, second)
    given = _ordered({v for pair in pairs for v in pair}, order)
    values = given if order is None else list(order)
    place = {value: i for i, value in enumerate(values)}
    counts = np.zeros((len(values), len(values)))
    for (a, b), n in Counter(pairs).items():
        counts[place[a], place[b]] = n
    return counts


def _misses(size: int, weights: str) -> Floats:
    """How much each pair of answers counts against agreement [size, size]."""
    if weights not in WEIGHTS:
        raise ValueError(f"weights `{weights}` are none of {', '.join(WEIGHTS)}")
    steps = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    return {"none": (steps > 0).astype(np.float64), "linear": steps, "quadratic": steps**2}[weights]


def _chance(counts: Floats, misses: Floats) -> float:
    """The miss that two annotators with these habits would show by chance."""
    n = counts.sum()
    return float((np.outer(counts.sum(1), counts.sum(0)) / (n * n) * misses).sum()) if n else 0.0


def _kappa(counts: Floats, misses: Floats) -> float:
    chance = _chance(counts, misses)
    return 1.0 - float((counts * misses).sum() / counts.sum()) / chance if chance > 0 else math.nan


def _units(annotations: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [[a for a in answers if a is not None] for answers in zip(*annotations, strict=True)]


def _differences(values: list[Any], totals: Floats, level: str) -> Floats:
    """Squared difference of each two answers [values, values]."""
    if level == "interval":
        numbers = np.array([float(v) for v in values])
        return np.asarray(np.subtract.outer(numbers, numbers) ** 2)
    if level == "ordinal":  # the answers that lie between, with half of the two themselves
        upto = np.cumsum(totals) - totals / 2
        return np.asarray(np.subtract.outer(upto, upto) ** 2)
    return 1.0 - np.eye(len(values))
