"""Whether pictures of one part look otherwise than those of the first part: darker, flatter, paler, of other hues, part by part and class by class.

Legend: N pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.picture_facts import PictureFacts
from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
LEAST = 10  # pictures of a class in each of two parts
MOST = 20_000  # pictures that are compared


@dataclass(frozen=True, kw_only=True)
class PictureGap:
    """One feature of one part against the first part."""

    part: str
    first: str
    feature: str
    auc: float  # of the part's pictures having more of it, class by class, in the mean
    errors: float  # standard errors from 0.5
    here: float  # in the middle
    there: float  # in the middle of the first part
    n: int  # pictures of the part
    label: str = ""  # the one class that is so, where the others are not


@dataclass(frozen=True, kw_only=True)
class PictureParts:
    """Greatest first."""

    gaps: tuple[PictureGap, ...]
    single: tuple[PictureGap, ...]  # of single classes; those of their feature's other classes are in `others`
    others: tuple[float, ...]  # for each of single: the greatest |auc - 0.5| in the middle of the other classes


def measure(collection: Collection, facts: PictureFacts) -> PictureParts:
    """Ranks alone, so that a few odd pictures do not count."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    if not collection.split or len(collection.parts) < 2:
        raise Unmeasurable("the pictures are not divided into parts")
    parts = np.array([str(v) for v in collection.frame[collection.split].to_list()])
    labels = np.array([str(v) for v in collection.labels.to_list()]) if collection.label else np.zeros(len(parts), dtype="<U1")
    rows = np.linspace(0, len(parts) - 1, min(MOST, len(parts))).astype(int)
    rows = rows[np.array([facts.high[i] > facts.low[i] for i in rows])]
    parts, labels = parts[rows], labels[rows]
    gaps, single, others = [], [], []
    first = str(collection.parts[0])
    for part in map(str, collection.parts[1:]):
        for feature, values in _features(collection, facts, rows).items():
            told = _by_class(values, labels, parts == part, parts == first)
            if not told:
                continue
            weights = np.array([t[3] for t in told], dtype=float)
            aucs = np.array([t[1] for t in told])
            errors = float(((aucs - 0.5) * weights).sum() / np.sqrt((weights**2 * np.array([t[2] for t in told]) ** 2).sum()))
            here, there = (float(np.median(values[np.isin(labels, [t[0] for t in told]) & (parts == p)])) for p in (part, first))
            gaps.append(PictureGap(part=part, first=first, feature=feature, auc=float((aucs * weights).sum() / weights.sum()), errors=errors, here=here, there=there, n=int((parts == part).sum())))
            for k, (label, auc, error, _) in enumerate(told if len(told) > 2 else ()):
                middle = [float(np.median(values[(labels == label) & (parts == p)])) for p in (part, first)]
                single.append(PictureGap(part=part, first=first, feature=feature, auc=auc, errors=(auc - 0.5) / error, here=middle[0], there=middle[1], n=int(((labels == label) & (parts == part)).sum()), label=label))
                others.append(float(np.median(np.abs(np.delete(aucs, k) - 0.5))))
    if not gaps:
        raise Unmeasurable(f"no class has {LEAST} pictures in two parts")
    order = sorted(range(len(single)), key=lambda i: -abs(single[i].auc - 0.5))
    return PictureParts(gaps=tuple(sorted(gaps, key=lambda g: -abs(g.auc - 0.5))), single=tuple(single[i] for i in order), others=tuple(others[i] for i in order))


def _features(collection: Collection, facts: PictureFacts, rows: Any) -> dict[str, Any]:
    """[N] each."""
    import numpy as np

    found = {"brightness": np.array(facts.brightness)[rows], "contrast": np.array(facts.contrast)[rows], "sharpness": np.array(facts.sharpness)[rows]}
    if any(facts.coarse):
        found["strength of JPEG compression"] = np.array(facts.coarse)[rows].round(1)
    pixels = thumbnails(collection).pixels
    if facts.saturation and pixels.shape[3] == 3:
        means = np.concatenate([pixels[rows[start : start + 4096]].mean(axis=(1, 2)) for start in range(0, len(rows), 4096)])
        found |= {"saturation": np.array(facts.saturation)[rows], "red against blue": (means[:, 0] - means[:, 2]) / np.maximum(means.sum(axis=1), 1.0)}
    return found


def _by_class(values: Any, labels: Any, here: Any, there: Any) -> list[tuple[str, float, float, float]]:
    """(class, share of pairs in which the part has more, its standard error at chance, weight), of classes with enough pictures in both."""
    import numpy as np
    from scipy.stats import rankdata

    found = []
    names, codes = np.unique(labels, return_inverse=True)
    enough = np.minimum(np.bincount(codes[here], minlength=len(names)), np.bincount(codes[there], minlength=len(names))) >= LEAST
    for code in np.flatnonzero(enough):
        label, inside = names[code], codes == code
        a, b = values[here & inside], values[there & inside]
        auc = (rankdata(np.concatenate([a, b]))[: len(a)].sum() - len(a) * (len(a) + 1) / 2) / (len(a) * len(b))
        found.append((str(label), float(auc), float(np.sqrt((len(a) + len(b) + 1) / (12 * len(a) * len(b)))), len(a) * len(b) / (len(a) + len(b))))
    return found
