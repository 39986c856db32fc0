"""What it asks: do frames of one film lie in several parts, each beside the frames that stand before and after it?

Why it matters: a frame hardly differs from the next. Where the frames of a film, or the slices of one block, are divided at random, each that is
evaluated has a neighbour that was trained on; the score tells how well neighbours are known again, not how well a new film would be.

How it is measured: pictures are ordered by the last number in their names. Where those that follow each other agree in fine structure, place by
place, far more than those half a series apart, the numbers are an order of time or of depth, and neighbours in two parts are counted.

When it is right to fail: it warns where half of the evaluated pictures or more have a neighbour in the first part. A series that was cut once or
twice, so that a part is one stretch of it, is left alone.

What it cannot see: films whose names bear no numbers; films of which no structure stays in its place from frame to frame.

Mend: give each part whole films; or, of a single film, stretches of it, with a gap between them.

Source: Kapoor and Narayanan 2023, leakage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_series import PictureSeries
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

ABOVE = 0.9  # of all pairs in which neighbours agree more than pictures far apart: a film 0.98, slices of tissue 1.0; of sets of other pictures, photographs, tiles, faces, signs, 0.70 at most
AGREE = 0.3  # correlation of neighbours in the middle: slices of tissue 0.54; of sets of other pictures 0.14 at most, but for those with one ground in all
BESIDE = 0.5  # of the evaluated pictures


def judge(found: PictureSeries) -> Finding:
    """First whether it is a series at all."""
    near, far = (sorted(values)[len(values) // 2] for values in (found.near, found.far))
    if found.above < ABOVE or near < AGREE:
        return passed(f"pictures that follow each other by number are not alike as frames of a film are ({near:.2f} in the middle, against {far:.2f} for those half a series apart)")
    beside = len(found.beside)
    if beside < BESIDE * found.evaluated or not beside:
        return passed(f"the pictures follow each other as frames do, and {beside:,} of {found.evaluated:,} outside `{found.first}` stand beside one of it")
    pairs = [f"{found.items[i]} beside {found.items[j]}" for i, j in found.beside]
    return warned(
        f"pictures that follow each other by number are alike as frames of one film are ({near:.2f} against {far:.2f} for those half a series apart), and {beside:,} of {found.evaluated:,} outside `{found.first}` stand beside one of it: {pairs[0]}",
        expected="neighbours in one part",
        observed=Observed(value=float(beside), unit="pictures beside one of the first part", n=found.evaluated),
        component="data",
        where=tuple(pairs),
        items=tuple(found.items[i] for i, _ in found.beside),
        level=Level.HEURISTIC,
        effect="the score tells how well neighbouring frames are known again",
        remedies=("give each part whole films, or stretches of one with a gap between them", "name the film as the group, and split by it"),
        figure=found.sheet("Neighbours in two parts"),
    )


def _film(root: Path, part: str) -> None:
    """A film of forty frames of a drifting pattern; `part` says by number which lie in test: `third` every third, `end` the last ten."""
    import shutil

    import numpy as np
    from PIL import Image
    from scipy.ndimage import gaussian_filter

    for folder in ("train", "test"):
        shutil.rmtree(root / folder)
        (root / folder / "cells").mkdir(parents=True)
    draw = np.random.default_rng(0)
    scene = 0.0
    for k in range(40):
        scene = 0.8 * scene + 0.6 * gaussian_filter(draw.normal(0, 1, (48, 48)), 2)
        frame = 128 + 40 * scene / np.std(scene) + draw.normal(0, 4, (48, 48))
        test = k % 3 == 2 if part == "third" else k >= 30
        Image.fromarray(frame.clip(0, 255).astype(np.uint8)).save(root / ("test" if test else "train") / "cells" / f"frame{k:03d}.png")


def every_third_frame(collection: Collection) -> Collection:
    """Every third frame of a film is evaluated."""
    return repictured(collection, lambda root: _film(root, "third"))


def the_end_of_a_film(collection: Collection) -> Collection:
    """The last quarter of it is."""
    return repictured(collection, lambda root: _film(root, "end"))


CHECK = Check(
    code="DAT684", name="frames-across-parts", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="shapes", plant=every_third_frame),), lookalikes=(Case(toy="shapes", plant=the_end_of_a_film),),
)  # fmt: skip
