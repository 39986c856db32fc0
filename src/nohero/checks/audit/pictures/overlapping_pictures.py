"""What it asks: do pictures of two parts overlap, as crops of one scene do?

Why it matters: where a large picture was cut into tiles that overlap, or one scene was cropped many times, and the crops were divided at random, what
is evaluated has been trained on already, only a little moved. The score is too good, as it is with copies.

How it is measured: the phase of the spectra of each picture outside the first part against those of the first tells by how much one is moved against
the other; where both lie on each other, at least a quarter of the picture, the fine structure of one must be explained by that of the other.

When it is right to fail: it warns from three such pairs, and leaves one or two open. Stripes and gradients, which fit at many moves, do not count.

What it cannot see: crops of another scale or turned by any angle; moves of more than two thirds of a side; pictures below 32 pixels; all but some of the
evaluated pictures of large sets.

Mend: divide the scenes first and cut them then, or name the scene as the group and split by it.

Source: Kapoor and Narayanan 2023, leakage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_overlaps import PictureOverlaps
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

SEVERAL = 3  # pairs: of things of one outline on a plain ground one may be found


def judge(found: PictureOverlaps) -> Finding:
    """How many of those looked at overlap one of the first part."""
    looked = f"{found.looked_at:,}" + (f" of {found.of:,}" if found.looked_at < found.of else "") + f" pictures outside `{found.first}`"
    pairs = sorted(found.overlaps, key=lambda o: -o.share)
    if not pairs:
        return passed(f"none of {looked} shows a part of what one of `{found.first}` shows, moved")
    names = [f"{found.items[o.evaluated]} = {found.items[o.training]}: moved, {o.share:.0%} in common" for o in pairs]
    return (warned if len(pairs) >= SEVERAL else unsure)(
        f"{len(pairs):,} of {looked} overlap one of `{found.first}`, as crops of one scene do: {found.items[pairs[0].evaluated]} has {pairs[0].share:.0%} in common with {found.items[pairs[0].training]}"
        + ("" if len(pairs) >= SEVERAL else "; whether they are of one scene, a look tells"),
        expected="parts of different scenes",
        observed=Observed(value=float(len(pairs)), unit="pictures that overlap one of the first part", n=found.looked_at),
        component="data",
        where=tuple(names),
        items=tuple(found.items[o.evaluated] for o in pairs),
        level=Level.HEURISTIC,
        effect="the score on the evaluated part is too good: a good part of these pictures was seen in training",
        remedies=("divide the scenes first, and cut them into crops then", "or name the scene as the group, and split by it"),
        figure=found.sheet("Of one scene, in two parts", pairs),
    )


def _crops(root: Path, places: tuple[tuple[int, int], ...], parts: tuple[str, ...]) -> None:
    """Pictures of noise of many widths, of which crops take the places of pictures in these parts."""
    import numpy as np
    from PIL import Image
    from scipy.ndimage import gaussian_filter

    files = [spread(root, part)[:6] for part in parts]
    for k, targets in enumerate(zip(*files, strict=True)):
        draw = np.random.default_rng(k)
        scene = sum(gaussian_filter(draw.normal(0, 1, (72, 72, 3)), (width, width, 0)) * width for width in (1, 2, 4))
        scene = np.clip(128 + 60 * scene / scene.std(), 0, 255).astype(np.uint8)
        for path, (down, right) in zip(targets, places, strict=True):
            Image.fromarray(scene[down : down + 36, right : right + 36]).save(path)


def crops_of_one_scene(collection: Collection) -> Collection:
    """Six scenes were cropped twice, a third of a side apart; one crop of each lies in training, the other in test."""
    return repictured(collection, lambda root: _crops(root, ((4, 5), (14, 12)), ("train", "test")))


def crops_side_by_side(collection: Collection) -> Collection:
    """The crops of a scene lie beside each other, and share nothing."""
    return repictured(collection, lambda root: _crops(root, ((0, 0), (36, 36)), ("train", "test")))


CHECK = Check(
    code="DAT683", name="overlapping-pictures", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="shapes", plant=crops_of_one_scene),), lookalikes=(Case(toy="shapes", plant=crops_side_by_side),),
)  # fmt: skip
