"""Single pictures whose boxes are like places anywhere to a detector that knows the boxes of the others, and where those boxes belong instead.

Legend: P pictures, B boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.box_detector import Detector
from nohero.evidence.dealing import swaps

if TYPE_CHECKING:
    from collections.abc import Callable

BELOW = 3.0  # standard deviations below what pictures with so many boxes usually have, and
ABOVE = 3.0  # standard deviations above chance, within which boxes lie anywhere; of 364 sound pictures of blood cells none do, of 36 with boxes of others all
LOOSE = 1.5  # standard deviations below the usual, from which another picture or pose is sought
MOST_LOOSE = 80  # pictures, the worst
FITS = 0.6  # of the way from chance to the usual, that boxes must reach, and gain, in another picture or pose


@dataclass(frozen=True, kw_only=True)
class Strays:
    """Scores count from chance, 0, to what is usual in the set, 1."""

    apart: float  # standard deviations of chance by which the boxes of a usual picture are better than boxes thrown into it
    lost: tuple[tuple[str, float], ...]  # picture, the score of its boxes there; the worst first
    swapped: tuple[tuple[str, float, str, float], ...]  # picture, the score of its boxes there, the picture that they fit, the score there
    by_luck: int  # as many in the next best deal, without the pairs of the best
    turned: tuple[tuple[str, str, float], ...]  # picture, the pose in which its boxes fit best, the score gained; the greatest gain first


def strays(thumbs: Any, boxes: list[Any], items: list[str], poses: Callable[[Any, int], dict[str, Any]], generator: Any) -> Strays:
    """`poses` gives the corners [B, 4] of the boxes of a picture in every other pose."""
    import numpy as np

    detector = Detector(thumbs, boxes, generator)
    own, chance = np.array([scores.mean() for scores in detector.own]), detector.chance.mean(1)
    above = (own - chance) / _spread_by_chance(detector)
    usual, spread = _usual(detector, own, above)
    below, way = (usual - own) / spread, max(usual - float(np.median(chance)), 1e-9)
    score = (own - chance) / way
    loose = np.argsort(-below, kind="stable")[: min(MOST_LOOSE, int((below >= LOOSE).sum()))]
    table = np.array([[detector.scores(i, detector.boxes[j]).mean() - chance[i] for j in loose] for i in loose]).reshape(len(loose), len(loose)) / way
    swapped, by_luck = swaps(table, np.arange(len(loose)), FITS)
    posed = [(i, *_posed(detector, i, poses(boxes[i], i))) for i in loose]
    turned = [(items[i], name, float(there - own[i]) / way) for i, name, there in posed if min(there - own[i], there - chance[i]) >= FITS * way]
    lost = [i for i in np.argsort(-below, kind="stable") if below[i] >= BELOW and above[i] < ABOVE]
    return Strays(
        apart=float(np.median(above)), lost=tuple((items[i], float(score[i])) for i in lost),
        swapped=tuple((items[loose[j]], float(table[j, j]), items[loose[i]], float(table[i, j])) for i, j in swapped), by_luck=by_luck, turned=tuple(sorted(turned, key=lambda found: -found[2])),
    )  # fmt: skip


def _spread_by_chance(detector: Detector) -> Any:
    """[P]: standard deviation of the mean score of so many boxes at random places."""
    import numpy as np

    counts = np.array([len(scores) for scores in detector.own])
    return np.sqrt((detector.chance.var(1, ddof=1) * counts).mean() / counts)


def _usual(detector: Detector, own: Any, above: Any) -> tuple[float, Any]:
    """(mean score of a picture, its standard deviation [P] for so many boxes), of the pictures whose boxes are better than chance."""
    import numpy as np

    sound = above >= ABOVE if (above >= ABOVE).mean() > 0.5 else np.ones(len(own), dtype=bool)
    usual = float(np.median(own[sound]))
    spread = 1.4826 * float(np.median(np.abs(own[sound] - usual)))
    counts = np.array([len(scores) for scores in detector.own])
    several = [scores for scores, good in zip(detector.own, sound, strict=True) if good and len(scores) > 1]
    within = float(np.mean([scores.var(ddof=1) for scores in several])) if several else 0.0
    between = max(spread**2 - within * float((1 / counts[sound]).mean()), 0.0 if within else spread**2)
    return usual, np.maximum(np.sqrt(between + within / counts), 1e-9)


def _posed(detector: Detector, i: int, poses: dict[str, Any]) -> tuple[str, float]:
    """(the best pose, the mean score in it)."""
    return max(((name, float(detector.scores(i, corners).mean())) for name, corners in poses.items()), key=lambda found: found[1])
