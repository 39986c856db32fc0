"""Whether dense masks lie on their pictures: a probe from pixels to mask, against the mask flipped, turned and shifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.mask_probe import (
    CLASSES,
    ITEMS,
    dealt_pairs,
    features_of,
    inner,
    poses_of,
    probed,
    ramps_of,
    scores_of,
    values_between,
)

if TYPE_CHECKING:
    from nohero.setup.items import Part
    from nohero.setup.setup import Setup

PRICE = 0.4  # seconds
STEPS = 0
FEW = 3  # values that masks and pictures may well share
BETTER = 0.15  # correlation by which another pose must fit better to count


@dataclass(frozen=True, kw_only=True)
class PoseFit:
    """One pose of the masks against the pictures, under the probe that was fitted to this pose."""

    pose: str
    fit: float  # mean correlation over the pictures, probe fitted to other pictures
    better: float  # share of pictures that it fits better than the pose as given, with the probe of the given pose
    worse: float


@dataclass(frozen=True, kw_only=True)
class MaskFit:
    """The poses, and values that stand only between two others."""

    n: int
    given: float  # fit of the masks as given
    poses: tuple[PoseFit, ...]
    values: tuple[float, ...]  # of the masks
    between: tuple[float, ...]  # values that stand only on the edges between a lower and a higher one
    between_share: float
    whole: bool  # the masks are whole numbers
    ramps: int  # lines one pixel wide whose value lies between those on its two sides
    thin: int  # all lines one pixel wide between two other values
    own_pairs: float  # correlation of a picture's brightness with its own mask
    best_pairs: float  # the same when the masks are dealt out to the pictures as fits best, one each
    items: tuple[int, ...]  # those that another pose fits better


def measure(setup: Setup) -> MaskFit:
    """Only for pictures whose target has their height and width."""
    import numpy as np

    from nohero.setup.items import parts_of
    from nohero.setup.refusal import Unmeasurable

    part = parts_of(setup)["train"]
    picture, mask = _pair(part)
    if picture is None:
        raise Unmeasurable("no target of the height and width of the pictures")
    values = np.unique(mask)
    if mask.ndim != 3 or len(values) < 2 or len(picture) < 12 or min(mask.shape[1:]) < 6:
        raise Unmeasurable("too few masks, or masks of one value")
    if len(values) > FEW and len(np.intersect1d(values, shown := np.unique(picture))) > len(np.union1d(values, shown)) / 2:
        raise Unmeasurable("the dense targets have the pictures' own values: they are pictures, and no masks")
    between, share = values_between(mask, values)
    if len(values) > CLASSES and not between:
        raise Unmeasurable("the dense targets take too many values for masks")
    chosen = np.linspace(0, len(picture) - 1, min(ITEMS, len(picture))).astype(int)
    features = features_of(picture[chosen])
    wanted = inner(mask[chosen], values)
    given, own = probed(features, wanted)
    poses, items = [], np.zeros(len(chosen), dtype=bool)
    for name, pose in poses_of(wanted.shape[1:]):
        moved = pose(wanted)
        fit, _ = probed(features, moved)
        scores, was = scores_of(own, moved), scores_of(own, wanted)
        gains = scores - was
        items |= (gains > BETTER) & (scores > 0.3)
        poses.append(PoseFit(pose=name, fit=fit, better=float(((gains > BETTER) & (scores > 0.3)).mean()), worse=float((gains < -BETTER).mean())))
    ramps, thin = ramps_of(mask[chosen])
    own_pairs, best_pairs = dealt_pairs(features, wanted)
    return MaskFit(
        ramps=ramps, thin=thin, own_pairs=own_pairs, best_pairs=best_pairs, n=len(chosen), given=given, poses=tuple(poses), values=tuple(float(v) for v in values[:CLASSES]), between=between, between_share=share,
        whole=mask.dtype.kind in "iu" or bool((mask == np.round(mask)).all()), items=tuple(int(part.index[chosen[i]]) for i in np.flatnonzero(items)[:5]),
    )  # fmt: skip


def _pair(part: Part) -> tuple[Any, Any]:
    """(pictures with channels first, masks without), or (None, None)."""
    import numpy as np

    mask = part.y if part.y is not None else next((t for t in part.targets.values() if t.ndim >= 3), None)
    if mask is None:
        return None, None
    if mask.ndim == 4 and mask.shape[1] == 1:
        mask = mask[:, 0]
    elif mask.ndim == 4 and mask.shape[-1] == 1:
        mask = mask[..., 0]
    elif mask.ndim == 4 and set(np.unique(mask[:50])) <= {0.0, 1.0} and mask.shape[1] > 1:
        mask = mask.argmax(1) if (mask[:50].sum(1) == 1).all() else mask[:, 0]
    for x in part.inputs.values():
        if x.ndim == 4 and mask.ndim == 3 and len(x) == len(mask) and x.dtype.kind in "fu":
            if x.shape[2:] == mask.shape[1:]:
                return (None, None) if x.shape[1] == 1 and np.array_equal(x[:, 0], mask) else (x, mask)
            if x.shape[1:3] == mask.shape[1:]:
                return x.transpose(0, 3, 1, 2), mask
    return None, None
