"""Whether boxes lie on something: contrast of inside against around in their own picture, in all other pictures, and in other poses.

Single pictures are judged by contrast and by a probe together, which miss other ones: of 36 pictures of blood cells with the boxes of others
22 are found by contrast alone and 33 by both. Boxes that stand out in their own picture more than boxes of their sizes do elsewhere in it are
right, whatever else they fit; so are boxes whose sides lie on edges more than elsewhere, where the sides of most boxes of the set do.

Legend: P pictures, B boxes, K channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.box_places import edges
from nohero.evidence.audit.box_probe import better_posed, fits_of, learnt, numbered
from nohero.evidence.audit.mask_rims import Rims
from nohero.evidence.dealing import below, best_others, dealt, standard, swaps

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

PRICE = 4.0  # seconds
MOST = 400  # pictures, evenly spread
FEWEST = 12  # pictures with boxes
AROUND = 0.25  # of the box's sides, on each side
WEAK = 0.98  # share of the other pictures that boxes must fit less well than their own, or their picture is told
GAINED = 0.1  # correlation that another pose must bring for a picture to be told
SWAPPED = 0.6  # of the usual fit, that boxes must reach, and gain, on another weak picture
THROWS, ABOVE = 60, 0.9  # random places, and the share of them that boxes on a thing stand out more than
HELD = 0.95  # share of other places, above which boxes have no other picture to be sought
RIMS = 60  # pictures, evenly spread, that tell whether sides of boxes lie on edges in this set: of cut-outs they do, of round cells they do not
SHIFTS = (1 / 16, 1 / 8)  # of the picture's sides


@dataclass(frozen=True, kw_only=True)
class BoxPose:
    """The boxes of all pictures, laid another way."""

    pose: str
    contrast: float
    errors: float  # standard errors by which it beats the boxes as given, picture by picture


@dataclass(frozen=True, kw_only=True)
class BoxFit:
    """Contrasts in standard deviations of the picture; fits in standard deviations over all pairs of picture and boxes."""

    n: int  # pictures with boxes that were looked at
    contrast: float  # of the boxes as given, summed over the channels
    elsewhere: float  # of the same boxes on the other pictures
    own: float  # mean fit of a picture with its own boxes
    dealt: float  # mean fit when boxes are dealt to pictures as fits best
    by_chance: float  # the same for boxes of the same sizes at random places
    kept: float  # share of pictures that get their own boxes in the best deal
    typical: float  # median share of other pictures on which the boxes fit less well than on their own
    poses: tuple[BoxPose, ...]
    usual: float  # fit by contrast and by a probe together
    turned: tuple[tuple[str, str, float], ...]  # picture, the pose in which a probe finds its boxes better, correlation gained
    lost: tuple[tuple[str, float, float, str, float], ...]  # picture, share of others that fit its boxes less well, its fit, best other picture, its fit
    swapped: tuple[tuple[str, float, str, float], ...]  # of weak pictures whose boxes are dealt out among them alone: picture, its fit, the picture that its boxes fit, their fit there
    by_luck: int  # as many in the next best deal, without the pairs of the best


def measure(collection: Collection) -> BoxFit:
    """The table of every picture with every picture's boxes."""
    import numpy as np

    thumbs, boxes, items, aspects = _given(collection)
    sums = _summed(thumbs)
    raw = _table(sums, boxes)
    fits = standard(raw)
    n = len(boxes)
    generator = np.random.default_rng(collection.seed)
    chance = standard(_table(sums, [_thrown(b, generator) for b in boxes]))
    given = np.diag(raw)
    poses = tuple(_pose(name, change, sums, boxes, given, aspects) for name, change in _poses().items())
    said, drawn = learnt(thumbs, boxes)
    both = standard(fits + fits_of(said, drawn))
    ranks, others = below(both), best_others(both)
    weak = [j for j in np.argsort(ranks, kind="stable") if ranks[j] < WEAK]
    beyond = {int(j): _beyond(sums[:, j : j + 1], boxes[j], generator) for j in weak}
    edged = _edged(thumbs, boxes, weak)
    astray = [j for j in weak if beyond[j] < ABOVE and j not in edged]
    loose = np.sort(np.array([j for j in weak if beyond[j] < HELD and j not in edged], dtype=int))
    lost = [(items[j], float(ranks[j]), float(both[j, j]), items[int(others[j])], float(both[others[j], j])) for j in astray]
    best, kept = dealt(fits)
    usual = max(float(np.diag(both).mean()), 0.9 * dealt(both)[0])
    swapped, by_luck = swaps(both, loose, SWAPPED * usual)
    return BoxFit(
        n=n, contrast=float(given.mean()), elsewhere=float((raw.sum() - given.sum()) / (n * (n - 1))), own=float(np.diag(fits).mean()), dealt=best,
        by_chance=dealt(chance)[0], kept=kept, typical=float(np.median(ranks)), poses=poses, usual=usual, lost=tuple(lost),
        swapped=tuple((items[j], float(both[j, j]), items[i], float(both[i, j])) for i, j in swapped), by_luck=by_luck,
        turned=tuple(
            (items[i], pose, gain)
            for i, pose, gain in better_posed(said, drawn, boxes, aspects, _poses())
            if gain >= GAINED and _contrast(sums[:, i : i + 1], np.clip(_poses()[pose](boxes[i], aspects[i]), 0, 1))[0] > given[i]
        ),
    )  # fmt: skip


def _given(collection: Collection) -> tuple[Any, list[Any], list[str], list[float]]:
    """(small copies [P, S, S, C], each picture's corners as shares of its sides, names, width by height)."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    left, top, width, height, wide, high, item = edges(collection)
    sound = (width > 0) & (height > 0) & (left < wide) & (top < high) & (left + width > 0) & (top + height > 0)
    corners = np.stack([left / wide, top / high, (left + width) / wide, (top + height) / high], axis=1)
    looked = collection.marking.looked if collection.marking is not None else np.zeros(0, dtype=int)
    known = [(place, int(i)) for place, i in enumerate(looked) if (sound & (item == i)).any()]
    if len(known) < FEWEST:
        raise Unmeasurable(f"fewer than {FEWEST} pictures with boxes")
    known = [known[i] for i in np.linspace(0, len(known) - 1, min(MOST, len(known))).astype(int)]
    return collection.marking.thumbs[[place for place, _ in known]], [corners[sound & (item == i)] for _, i in known], [collection.items[i] for _, i in known], [float(wide[item == i][0] / high[item == i][0]) for _, i in known]


def _summed(thumbs: Any) -> Any:
    """Summed-area tables of the smoothed channels and of the steepness, standardised picture by picture."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    side = thumbs.shape[1]
    found = np.zeros((side + 1, side + 1, len(thumbs), 4), dtype=np.float32)
    for start in range(0, len(thumbs), 50):
        x = gaussian_filter(thumbs[start : start + 50].astype(np.float32), (0, 1, 1, 0))
        gy, gx = np.gradient(x.mean(3), axis=(1, 2))
        maps = np.concatenate([x, np.sqrt(gy**2 + gx**2)[..., None]], axis=3)
        spread = maps.std((1, 2), keepdims=True)
        maps = np.where(spread > 1e-3, (maps - maps.mean((1, 2), keepdims=True)) / np.maximum(spread, 1e-3), 0.0)
        found[1:, 1:, start : start + 50] = maps.cumsum(1, dtype=np.float64).cumsum(2).transpose(1, 2, 0, 3)
    return found.reshape((side + 1) ** 2, len(thumbs), 4)


def _contrast(sums: Any, corners: Any) -> Any:
    """[P]: inside against around, absolute, summed over channels, mean over the boxes."""
    import numpy as np

    side = round(len(sums) ** 0.5) - 1
    size = corners[:, 2:] - corners[:, :2]
    inner = np.clip(np.round(corners * side), 0, side).astype(int)
    outer = np.clip(np.round(np.concatenate([corners[:, :2] - AROUND * size, corners[:, 2:] + AROUND * size], axis=1) * side), 0, side).astype(int)
    area, whole = ((c[:, 2] - c[:, 0]) * (c[:, 3] - c[:, 1]) for c in (inner, outer))
    ok = (area > 0) & (whole > area)
    if not ok.any():
        return np.zeros(sums.shape[1])
    inside, outside = _within(sums, inner[ok], side + 1), _within(sums, outer[ok], side + 1)
    small, large = area[ok, None, None].astype(np.float32), whole[ok, None, None].astype(np.float32)
    return np.abs(inside / small - (outside - inside) / (large - small)).sum(2).mean(0)


def _within(sums: Any, c: Any, row: int) -> Any:
    """[B, P, K]: sums over each box."""
    return sums[c[:, 3] * row + c[:, 2]] - sums[c[:, 1] * row + c[:, 2]] - sums[c[:, 3] * row + c[:, 0]] + sums[c[:, 1] * row + c[:, 0]]


def _table(sums: Any, boxes: list[Any]) -> Any:
    """[P, P]: picture i under the boxes of picture j."""
    import numpy as np

    return np.stack([_contrast(sums, corners[:100]) for corners in boxes], axis=1)


def _thrown(corners: Any, generator: Any) -> Any:
    """Boxes of the same sizes anywhere."""
    import numpy as np

    size = corners[:, 2:] - corners[:, :2]
    low = generator.random(size.shape) * (1 - size)
    return np.concatenate([low, low + size], axis=1)


def _beyond(sums: Any, corners: Any, generator: Any) -> float:
    """Share of random places at which boxes of these sizes stand out less in the same picture: a faint thing stands out little, and more than that."""
    import numpy as np

    given = _contrast(sums, corners[:100])[0]
    thrown = [_contrast(sums, _thrown(corners[:100], generator))[0] for _ in range(THROWS)]
    return float(np.mean(np.asarray(thrown) < given))


def _edged(thumbs: Any, boxes: list[Any], rows: list[Any]) -> set[int]:
    """Those rows whose boxes' sides lie on edges; none, where the sides of most do not."""
    import numpy as np

    def shares(some: Any) -> Any:
        return Rims(thumbs[some], np.stack([numbered(boxes[int(i)], thumbs.shape[1]) for i in some])).owns()[0]

    few = np.linspace(0, len(boxes) - 1, min(RIMS, len(boxes))).astype(int)
    if not rows or np.median(shares(few)) < HELD:
        return set()
    return {int(j) for j, share in zip(rows, shares(np.array(rows)), strict=True) if share >= HELD}


def _pose(name: str, change: Callable[[Any, float], Any], sums: Any, boxes: list[Any], given: Any, aspects: list[float]) -> BoxPose:  # noqa: PLR0917
    import numpy as np

    moved = np.array([_contrast(sums[:, i : i + 1], np.clip(change(corners[:100], aspects[i]), 0, 1))[0] for i, corners in enumerate(boxes)])
    gain = moved - given
    error = max(float(gain.std(ddof=1)) / len(gain) ** 0.5, 1e-9)
    return BoxPose(pose=name, contrast=float(moved.mean()), errors=float(gain.mean()) / error)


def _poses() -> dict[str, Callable[[Any, float], Any]]:
    import numpy as np

    found: dict[str, Callable[[Any, float], Any]] = {
        "flipped left to right": lambda c, _: np.stack([1 - c[:, 2], c[:, 1], 1 - c[:, 0], c[:, 3]], axis=1),
        "flipped upside down": lambda c, _: np.stack([c[:, 0], 1 - c[:, 3], c[:, 2], 1 - c[:, 1]], axis=1),
        "turned by half": lambda c, _: 1 - c[:, [2, 3, 0, 1]],
        "with x and y exchanged": lambda c, aspect: c[:, [1, 0, 3, 2]] * np.array([1 / aspect, aspect, 1 / aspect, aspect]),
        "transposed": lambda c, _: c[:, [1, 0, 3, 2]],
        "turned by a quarter": lambda c, _: np.stack([1 - c[:, 3], c[:, 0], 1 - c[:, 1], c[:, 2]], axis=1),
        "turned by three quarters": lambda c, _: np.stack([c[:, 1], 1 - c[:, 2], c[:, 3], 1 - c[:, 0]], axis=1),
        "with the middle read as the corner": lambda c, _: c + (c[:, 2:] - c[:, :2])[:, [0, 1, 0, 1]] / 2,
        "with the corner read as the middle": lambda c, _: np.concatenate([c[:, :2] - (c[:, 2:] - c[:, :2]) / 2, c[:, 2:] - (c[:, 2:] - c[:, :2]) / 2], axis=1),
        "doubled": lambda c, _: 2 * c,
        "halved": lambda c, _: c / 2,
    }
    for dy, dx in ((down * by, right * by) for by in SHIFTS for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right):
        found[f"shifted by {dx:+.0%} of the width and {dy:+.0%} of the height"] = lambda c, _, dx=dx, dy=dy: c + np.array([dx, dy, dx, dy])  # type: ignore[misc]
    return found
