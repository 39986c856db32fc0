"""Whether mask files lie on their pictures: a probe from pixels to mask, against masks flipped, turned, shifted, and dealt to other pictures.

Of single pictures the rims of masks decide: one that lies on edges of its own picture more than it does nearly anywhere else in it is right,
whatever else it fits.

Legend: N pictures, S side of the small copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.mask_rims import PLACED, Rims
from nohero.evidence.dealing import below, best_others, dealt, standard, swaps
from nohero.evidence.mask_probe import features_of, poses_of, probed, scores_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 3.0  # seconds
MOST = 400  # pictures, evenly spread
FEWEST = 12
GAINED = 1.5  # standard deviations by which another pose must lay a rim better: of 1,500 sound masks none, of flipped and shifted ones most
FAINT = 0.4  # of the usual gain of the set: borders of one kind, as of membranes, lie on each other's edges somewhat, and on their own far better
ASTRAY = 0.9  # share of all places, below which a rim lies nowhere
BEST = 0.999  # share of all places, from which a rim lies best where it is (nine places around it count as itself)
SOME = 40  # pictures that tell the usual gain of a pose
WEAK = 0.95  # share of the other pictures that a mask must fit less well than its own, or its picture is told
SWAPPED = 0.6  # of the usual fit, that a mask must reach, and gain, on another weak picture
MAIN, CODES = 0.005, 40  # share of the pixels of a value that is no stray one, where there are more values than that many
HALF = 0.5  # of the usual correlation
SHIFTS = (8, 16, 32)  # parts of the side
PIXELS = 400_000  # of all small copies together, before their sides are halved


@dataclass(frozen=True, kw_only=True)
class MaskTurn:
    """The masks in another pose."""

    pose: str
    fit: float  # mean correlation, with a probe fitted to this pose on other pictures
    better: tuple[str, ...]  # pictures whose rims it lays on edges far better than the pose as given
    gain: float  # standard deviations by which rims lie better in it than at the mean place, in the middle of some


@dataclass(frozen=True, kw_only=True)
class MaskPose:
    """Correlations of what a probe says with the masks, on pictures that it was not fitted to."""

    n: int
    given: float
    poses: tuple[MaskTurn, ...]
    placed: float  # share of all places in its picture at which the rim of a mask lies less well, in the middle of all
    gain: float  # the same in standard deviations, of the same pictures as in poses
    loose: tuple[str, ...]  # pictures whose masks' rims do not lie on edges more than nearly anywhere else in them
    astray: tuple[str, ...]  # pictures whose masks' rims lie no better than elsewhere in them
    own: float  # mean fit of the picture's steepness to the borders of its own mask, in standard deviations over all pairs
    dealt: float  # the same when masks are dealt to pictures as fits best
    by_chance: float  # the same when every mask is shifted round by chance
    kept: float  # share of pictures that get their own mask in the best deal
    typical: float  # median share of other pictures whose steepness fits the mask's borders less well
    usual: float  # correlation of a mask with what the probe says, in the middle of all
    spread: float  # standard deviation of these, by their median distance
    adrift: tuple[tuple[str, float], ...]  # pictures whose correlation is less than half of it, least first
    lost: tuple[tuple[str, float, float, str, float], ...]  # picture, share of others that fit its mask less well, its fit, best other picture, its fit
    swapped: tuple[tuple[str, float, str, float], ...]  # of weak pictures whose masks are dealt out among them alone: picture, its fit, the picture that its mask fits, the fit there
    by_luck: int  # as many in the next best deal, without the pairs of the best


def measure(collection: Collection) -> MaskPose:
    """On the small copies."""
    import numpy as np

    whole, wholes, names = _given(collection)
    rims = Rims(whole, wholes)
    there, gains = rims.owns()
    pictures, masks = _halved(whole, wholes)
    features = features_of(pictures.transpose(0, 3, 1, 2))
    given, own = probed(features, masks)
    was = scores_of(own, masks)
    some = np.linspace(0, len(names) - 1, min(SOME, len(names))).astype(int)
    poses = tuple(_turn(pose, probed(features, pose.change(masks))[0], rims, (there, gains, names), some) for pose in _poses(masks.shape[1], wholes.shape[1]))
    held = (there >= PLACED) & (gains >= FAINT * np.median(gains))
    loose = np.flatnonzero(~held)
    steep, borders = _steepness(pictures), _borders(masks)
    fits = standard(_standard(steep) @ _standard(borders).T)
    ranks, others = below(fits), best_others(fits)
    weak = [j for j in np.argsort(ranks, kind="stable") if ranks[j] < WEAK]
    best, kept = dealt(fits)
    pairs, by_luck = swaps(fits, np.flatnonzero((ranks < WEAK) & ~held), SWAPPED * max(float(np.diag(fits).mean()), 0.9 * best))
    usual = float(np.median(was))
    return MaskPose(
        n=len(names), given=given, poses=poses, placed=float(np.median(there)), gain=float(np.median(gains[some])), loose=tuple(names[i] for i in loose), astray=tuple(names[i] for i in loose if there[i] < ASTRAY), own=float(np.diag(fits).mean()), dealt=best, kept=kept, typical=float(np.median(ranks)),
        by_chance=dealt(standard(_standard(steep) @ _standard(_shifted(borders, collection.seed)).T))[0],
        usual=usual, spread=1.4826 * float(np.median(np.abs(was - usual))), adrift=tuple((names[i], float(was[i])) for i in np.argsort(was, kind="stable") if was[i] < HALF * usual),
        lost=tuple((names[j], float(ranks[j]), float(fits[j, j]), names[int(others[j])], float(fits[others[j], j])) for j in weak),
        swapped=tuple((names[j], float(fits[j, j]), names[i], float(fits[i, j])) for i, j in pairs), by_luck=by_luck,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Pose:
    name: str
    change: Any  # of masks [N, S, S]
    move: tuple[int, int] | None  # of the masks of full side, where it is a shift


def _poses(side: int, full: int) -> list[_Pose]:
    """Flips and turns, and shifts by an eighth, a sixteenth and a thirty-second of the side, in eight directions."""
    import numpy as np

    turns = [_Pose(name=name, change=change, move=None) for name, change in poses_of((side, side)) if not name.startswith("shifted")]
    steps = [(dy * by, dx * by) for by in sorted({max(1, side // k) for k in SHIFTS}) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    times = full // side
    return turns + [
        _Pose(name=f"shifted by {dx / side:+.0%} of the width and {dy / side:+.0%} of the height", change=lambda m, dy=dy, dx=dx: np.roll(m, (dy, dx), (1, 2)), move=(dy * times, dx * times))
        for dy, dx in steps
    ]


def _turn(pose: _Pose, fit: float, rims: Rims, own: tuple[Any, Any, list[str]], some: Any) -> MaskTurn:
    """Rims that lie at their best place already are not asked."""
    import numpy as np

    there, gains, names = own
    rows = np.union1d(np.flatnonzero(there < BEST), some)
    shares, now = rims.posed(rows, pose.change, pose.move)
    better = rows[(shares > PLACED) & (now > gains[rows] + GAINED) & (there[rows] < BEST)]
    return MaskTurn(pose=pose.name, fit=fit, better=tuple(names[i] for i in better), gain=float(np.median(now[np.isin(rows, some)])))


def _steepness(pictures: Any) -> Any:
    import numpy as np
    from scipy.ndimage import gaussian_filter

    gy, gx = np.gradient(gaussian_filter(pictures.mean(3), (0, 0.7, 0.7)), axis=(1, 2))
    return np.sqrt(gy**2 + gx**2)


def _borders(masks: Any) -> Any:
    import numpy as np

    gy, gx = np.gradient(masks, axis=(1, 2))
    return np.sqrt(gy**2 + gx**2)


def _shifted(maps: Any, seed: int) -> Any:
    """Each map rolled round by an amount of its own: its form stays, its place goes."""
    import numpy as np

    generator = np.random.default_rng(seed)
    return np.stack([np.roll(m, tuple(int(v) for v in generator.integers(0, s, 2)), (0, 1)) for m, s in zip(maps, [maps.shape[1]] * len(maps), strict=True)])


def _given(collection: Collection) -> tuple[Any, Any, list[str]]:
    """(pictures [N, S, S, 3], float masks [N, S, S] of everything but the commonest value, names)."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    marking = collection.marking
    if marking is None or not any(m is not None for m in marking.masks):
        raise Unmeasurable("the collection has no masks")
    if marking.drawn:  # a region that an annotation left out is no sign of a mask out of place
        raise Unmeasurable("masks that are drawn from annotations lie where their boxes do, and those are asked")
    known = [(place, int(i)) for place, i in enumerate(marking.looked) if (m := marking.masks[int(i)]) is not None and m.num_values > 1]
    if len(known) < FEWEST:
        raise Unmeasurable(f"fewer than {FEWEST} pictures with masks of more than one value")
    known = [known[i] for i in np.linspace(0, len(known) - 1, min(MOST, len(known))).astype(int)]
    codes = np.stack([marking.masks[i].small for _, i in known])
    codes = _settled(codes)
    values, counts = np.unique(codes, return_counts=True)
    if len(values) > 2 and counts.max() < 0.2 * counts.sum():
        raise Unmeasurable("the masks have no ground value")
    masks = (codes != values[counts.argmax()]).astype(np.float32)
    pictures = marking.thumbs[[place for place, _ in known]].astype(np.float32)
    return pictures, masks, [collection.items[i] for _, i in known]


def _halved(pictures: Any, masks: Any) -> tuple[Any, Any]:
    """Small enough for the probe and for the table of all with all."""
    import numpy as np

    while len(pictures) * pictures.shape[1] ** 2 > PIXELS and pictures.shape[1] > 32:
        pictures, masks = (np.mean([a[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=0, dtype=np.float32) for a in (pictures, masks))
    return pictures, masks


def _settled(codes: Any) -> Any:
    """Values that blending or JPEG made, put to the nearest of the common ones."""
    import numpy as np

    values, counts = np.unique(codes, return_counts=True)
    main = values[counts >= MAIN * counts.sum()]
    if len(values) <= CODES or not 1 < len(main) <= CODES:
        return codes
    nearest = main[np.abs(values[:, None] - main[None, :]).argmin(1)]
    return nearest[np.searchsorted(values, codes)]


def _standard(maps: Any) -> Any:
    import numpy as np

    flat = maps.reshape(len(maps), -1).astype(np.float64)
    flat = flat - flat.mean(1, keepdims=True)
    return flat / np.maximum(np.sqrt((flat**2).sum(1, keepdims=True)), 1e-9)
