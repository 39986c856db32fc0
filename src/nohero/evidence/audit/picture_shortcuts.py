"""How well the label can be told from what ought not to tell it: file and picture size, mode, format, compression, name, brightness, border, corners.

Legend: N pictures, K classes, B bins.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.evidence.audit.picture_facts import PictureFacts
from nohero.evidence.audit.picture_inks import inks
from nohero.evidence.audit.picture_sheets import drawn
from nohero.run.figure import Bar, Bars
from nohero.sources.collection import Collection
from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.run.figure import Images

PRICE = 1.0  # seconds
CLASSES, MEMBERS, LEAST = 12, 15, 60  # classes that are tried, pictures that each has at least, pictures in all
MOST = 20_000  # pictures that are used
BINS, FOLDS, DRAWS = 12, 5, 5
STEADY, NOISE, EDGE = 0.95, 10.0, 20.0  # share of a class's pictures, and grey levels
SPOT = 3  # pixels of the small copies
VARIED, VARIES = 0.9, 40.0  # share of the pixels, and grey levels by which more than the rest of them vary in a class: where all is nearly still it is the class that looks so, as sand does
COMPRESSION = "strength of JPEG compression"
EXTREMES = "darkest and brightest value"
OUTSIDE, INSIDE = "outside", "inside"  # of the pixels


@dataclass(frozen=True, kw_only=True)
class Cue:
    """How one cue tells the class that it tells best."""

    name: str
    kind: str  # outside the pixels, or inside
    auc: float  # out of fold, of the class told best against the rest
    chance: float  # the best of the same with permuted labels
    told: str  # that class


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A spot that is the same in nearly all pictures of one class, stands out from what surrounds it, and is not in the others."""

    label: str
    where: str
    pixels: int  # of the small copies
    rows: tuple[int, ...]  # pictures of the class
    share: float = 1.0  # of the class's pictures that bear it
    others: float = 0.0  # of the other classes'
    colour: tuple[int, ...] = ()  # of a stamp whose figures vary, and that has its colour and place alone


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureShortcuts:
    """Best first."""

    cues: tuple[Cue, ...]
    n: int
    classes: int
    marks: tuple[Mark, ...] = ()
    collection: Any = None

    def sheet(self, title: str, rows: Sequence[int]) -> Images:
        """These pictures, small."""
        return drawn(self.collection, title, rows)

    def figures(self) -> tuple[Bars, ...]:
        """The cues as bars."""
        bars = tuple(Bar(label=cue.name, value=cue.auc, note=f"`{cue.told}`; permuted labels {cue.chance:.2f}") for cue in self.cues)
        return (Bars(title="The label from what ought not to tell it", value_label="area under the curve, out of fold", bars=bars, start=0.5),)


def measure(collection: Collection, facts: PictureFacts) -> PictureShortcuts:
    """Naive Bayes on binned values, five folds; the same with permuted labels."""
    from nohero.setup.refusal import Unmeasurable

    if not collection.label:
        raise Unmeasurable("there is no label")
    labels = np.array([str(v) for v in collection.labels.to_list()])
    names = [name for name, n in Counter(labels.tolist()).most_common(CLASSES) if n >= MEMBERS]
    rows = np.flatnonzero(np.isin(labels, names))
    if len(names) < 2 or len(rows) < LEAST:
        raise Unmeasurable(f"fewer than two classes have {MEMBERS} pictures or more")
    generator = np.random.default_rng(collection.seed)
    rows = np.sort(generator.choice(rows, min(MOST, len(rows)), replace=False))
    codes = np.unique(labels[rows], return_inverse=True)
    classes, target = codes[0], codes[1]
    folds = generator.permutation(np.arange(len(rows)) % FOLDS)
    shuffled = [generator.permutation(target) for _ in range(DRAWS)]
    cues = []
    for name, kind, columns in _cues(collection, facts, rows, names):
        bins = [b for b in (_binned(c) for c in columns) if b.max(initial=0) > 0]
        if bins:
            aucs = _aucs(bins, target, folds, len(classes))
            chance = max(float(_aucs(bins, other, folds, len(classes)).max()) for other in shuffled)
            cues.append(Cue(name=name, kind=kind, auc=float(aucs.max()), chance=chance, told=str(classes[aucs.argmax()])))
    marks = _marks(thumbnails(collection).pixels, rows, target, classes) or _inks(collection, rows, target, classes)
    return PictureShortcuts(cues=tuple(sorted(cues, key=lambda c: -c.auc)), n=len(rows), classes=len(classes), marks=marks, collection=collection)


def _cues(collection: Collection, facts: PictureFacts, rows: Any, names: Sequence[str]) -> list[tuple[str, str, list[Any]]]:
    """Name, whether it lies outside the pixels, and the columns."""
    made: list[tuple[str, str, list[Any]]] = []
    if facts.width:
        width, height = np.array(facts.width)[rows], np.array(facts.height)[rows]
        made += [("picture size", OUTSIDE, [width, height, width / np.maximum(height, 1)])]
    if facts.mode:
        made.append(("mode", OUTSIDE, [np.array(facts.mode)[rows]]))
    if facts.format:
        made += [("format", OUTSIDE, [np.array([f"{a} {b}" for a, b in zip(facts.suffix, facts.format, strict=True)])[rows]])]
    if any(facts.coarse):
        made.append((COMPRESSION, OUTSIDE, [np.array(facts.coarse)[rows].round(1)]))
    if collection.files and (facts.format or "bytes" in collection.frame.columns):
        made.append(("file name", OUTSIDE, [np.array([_pattern(collection.files[i], names) for i in rows])]))
        if "bytes" in collection.frame.columns:
            made.append(("file size", INSIDE, [collection.frame["bytes"].to_numpy()[rows]]))
    look = [facts.brightness, facts.contrast, *([facts.saturation] if facts.saturation else [])]
    made.append(("brightness, contrast and colour", INSIDE, [np.array(v)[rows] for v in look]))
    made.append((EXTREMES, INSIDE, [np.array(v)[rows] for v in (facts.low, facts.high)]))
    pixels = thumbnails(collection).pixels[rows]
    return [*made, ("border", INSIDE, _border(pixels)), ("corners", INSIDE, _corners(pixels))]


def _pattern(path: str, names: Sequence[str]) -> str:
    """A file's name without digits and without the names of classes."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold()
    for name in names:
        stem = stem.replace(name.casefold(), "")
    return re.sub(r"[\d\W_]+", "#", stem)


def _border(pixels: Any) -> list[Any]:
    """Mean and spread of the outermost pixels of each side."""
    sides = (pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1])
    return [v for side in sides for v in (side.mean(axis=(1, 2)), side.astype(np.float32).std(axis=(1, 2)))]


def _corners(pixels: Any) -> list[Any]:
    """Mean of each channel, and the spread, in each corner."""
    edge = max(1, min(pixels.shape[1:3]) // 6)
    places = (slice(0, edge), slice(-edge, None))
    patches = [pixels[:, a, b] for a in places for b in places]
    return [v for patch in patches for v in (*patch.mean(axis=(1, 2)).T, patch.astype(np.float32).std(axis=(1, 2, 3)))]


def _marks(pixels_NHWC: Any, rows: Any, target: Any, classes: Any) -> tuple[Mark, ...]:
    """Spots that hardly vary inside a class though the class's mean has an edge there, and that the other classes lack."""
    from scipy.ndimage import uniform_filter

    grey = pixels_NHWC[rows].astype(np.float32).mean(axis=3) if pixels_NHWC.shape[3] > 1 else pixels_NHWC[rows][..., 0].astype(np.float32)
    middles = [np.median(grey[target == k], axis=0) for k in range(len(classes))]
    found = []
    for k, label in enumerate(classes):
        inside = grey[target == k]
        range_ = np.quantile(np.abs(inside - middles[k]), STEADY, axis=0)
        if np.quantile(range_, VARIED) < VARIES:
            continue
        still = range_ < NOISE
        edge = np.abs(middles[k] - uniform_filter(middles[k], 5, mode="nearest")) > EDGE
        other = np.min([np.abs(middles[k] - middles[j]) for j in range(len(classes)) if j != k], axis=0) > EDGE
        spot = still & edge & other
        if spot.sum() >= SPOT:
            y, x = (float(v.mean()) for v in np.nonzero(spot))
            found.append(Mark(label=str(label), where=_place(y / spot.shape[0], x / spot.shape[1]), pixels=int(spot.sum()), rows=tuple(rows[target == k].tolist())))
    return tuple(found)


def _inks(collection: Collection, rows: Any, target: Any, classes: Any) -> tuple[Mark, ...]:
    """Stamps whose figures vary, in the part that is learnt from: a stamp that is missing elsewhere is all the more a trap."""
    first = np.flatnonzero(collection.part(collection.parts[0])[rows]) if collection.parts else np.arange(len(rows))
    if len(first) < LEAST:
        first = np.arange(len(rows))
    return tuple(
        Mark(label=str(classes[ink.code]), where=_place(*ink.place), pixels=SPOT, rows=tuple(rows[first[list(ink.rows)]].tolist()), share=ink.share, others=ink.others, colour=ink.colour)
        for ink in inks(thumbnails(collection).pixels[rows[first]], target[first])
    )


def _place(y: float, x: float) -> str:
    down, right = ("top", "middle", "bottom")[min(2, int(3 * y))], ("left", "middle", "right")[min(2, int(3 * x))]
    return "middle" if down == right else f"{down} {right}"


def _binned(values: Any) -> Any:
    """Codes of at most BINS bins: values as they are where there are few, else by equal numbers."""
    unique, codes = np.unique(values, return_inverse=True)
    if values.dtype.kind not in "fiu" or len(unique) <= BINS:
        common = np.argsort(-np.bincount(codes), kind="stable")[: BINS - 1]
        place = np.full(len(unique), BINS - 1)
        place[common] = np.arange(len(common))
        return place[codes]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, values, side="right")


def _aucs(bins: list[Any], target: Any, folds: Any, classes: int) -> Any:
    """[K]: of each class against the rest, by log odds from the other folds."""
    odds = np.zeros((len(target), classes))
    prior = np.stack([np.bincount(target[folds != f], minlength=classes) for f in range(FOLDS)])  # [folds, K]
    for codes in bins:
        size = int(codes.max()) + 1
        cells = np.bincount((folds * size + codes) * classes + target, minlength=FOLDS * size * classes).reshape(FOLDS, size, classes)
        others = cells.sum(axis=0, keepdims=True) - cells
        inside = (others + 0.5) / (prior[:, None, :] + 0.5 * size)
        rest = (others.sum(axis=2, keepdims=True) - others + 0.5) / (prior.sum(axis=1)[:, None, None] - prior[:, None, :] + 0.5 * size)
        odds += (np.log(inside) - np.log(rest))[folds, codes]
    return np.array([_auc(odds[:, k], target == k) for k in range(classes)])


def _auc(scores: Any, positive: Any) -> float:
    """Area under the curve, ties counted half."""
    _, codes, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[codes]
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / max(1, n * (len(positive) - n)))
