"""Whether boxes lie on something: contrast of inside against around in their own picture, in all other pictures, and in other poses.

All pictures together are judged by contrast, single ones by a detector; where too many boxes lie astray for a detector to learn from the
others, contrast tells which pictures have their boxes in another pose.

Legend: P pictures, B boxes, K channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.box_detector import thrown
from nohero.evidence.audit.box_places import edges
from nohero.evidence.audit.box_strays import Strays, strays
from nohero.evidence.dealing import dealt, standard

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

PRICE = 4.0  # seconds
MOST = 400  # pictures, evenly spread
FEWEST = 12  # pictures with boxes
AROUND = 0.25  # of the box's sides, on each side
KNOWN = 5.0  # standard deviations of chance, from which a detector knows what boxes are like
THROWS, HELD = 40, 0.9  # places a picture, and the share of them above which its boxes may well lie on something
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
    poses: tuple[BoxPose, ...]
    single: Strays
    posed: tuple[tuple[str, tuple[str, ...]], ...]  # pose, pictures whose boxes stand out in it more than at all other places, and as given do not; most first


def measure(collection: Collection) -> BoxFit:
    """The table of every picture with every picture's boxes, and each picture by itself."""
    import numpy as np

    thumbs, boxes, items, aspects = _given(collection)
    sums = _summed(thumbs)
    raw = _table(sums, boxes)
    fits = standard(raw)
    n = len(boxes)
    generator = np.random.default_rng(collection.seed)
    chance = standard(_table(sums, [thrown(b, generator) for b in boxes]))
    given = np.diag(raw)
    single = strays(thumbs, boxes, items, lambda corners, i: {name: np.clip(change(corners, aspects[i]), 0, 1) for name, change in _poses().items()}, generator)
    return BoxFit(
        n=n, contrast=float(given.mean()), elsewhere=float((raw.sum() - given.sum()) / (n * (n - 1))), own=float(np.diag(fits).mean()), dealt=dealt(fits)[0], by_chance=dealt(chance)[0],
        poses=tuple(_pose(name, change, sums, boxes, given, aspects) for name, change in _poses().items()),
        single=single, posed=_posed(sums, boxes, items, aspects, generator) if single.apart < KNOWN else (),
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


def _pose(name: str, change: Callable[[Any, float], Any], sums: Any, boxes: list[Any], given: Any, aspects: list[float]) -> BoxPose:  # noqa: PLR0917
    import numpy as np

    moved = np.array([_contrast(sums[:, i : i + 1], np.clip(change(corners[:100], aspects[i]), 0, 1))[0] for i, corners in enumerate(boxes)])
    gain = moved - given
    error = max(float(gain.std(ddof=1)) / len(gain) ** 0.5, 1e-9)
    return BoxPose(pose=name, contrast=float(moved.mean()), errors=float(gain.mean()) / error)


def _posed(sums: Any, boxes: list[Any], items: list[str], aspects: list[float], generator: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Picture by picture: where boxes of these sizes, thrown anywhere, stand out as much as the given ones and less than the given ones in a pose."""
    import numpy as np

    found: dict[str, list[str]] = {}
    for i, corners in enumerate(boxes):
        here, some = sums[:, i : i + 1], corners[:100]
        chance = np.array([_contrast(here, thrown(np.clip(some, 0, 1), generator))[0] for _ in range(THROWS)])
        if (chance < _contrast(here, some)[0]).mean() >= HELD:
            continue
        best, pose = max((float(_contrast(here, np.clip(change(some, aspects[i]), 0, 1))[0]), name) for name, change in _poses().items())
        if best > chance.max():
            found.setdefault(pose, []).append(items[i])
    return tuple(sorted(((pose, tuple(names)) for pose, names in found.items()), key=lambda x: (-len(x[1]), x[0])))


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
