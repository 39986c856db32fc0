"""What it asks: do all pictures show dark on light, or all light on dark?

Why it matters: to a network a white letter on black is another thing than a black one on white; a scan that was inverted is never
recognised, and teaches the reverse of the others.

How it is measured: the ground of each picture is told by its edge, where that is of one grey level. Where nine in ten pictures have a light or a dark
ground, those of the rarer kind are inverted in thought, and are then like the others in brightness and contrast.

When it is right to fail: it warns where at most one picture in ten is so, all are grey, and they are of several classes. In colours, or where they
are of one class, the ground may belong to the thing: unsure.

What it cannot see: inverted photographs without a plain ground; a set in which both kinds are frequent.

Mend: invert these pictures (255 - x), or use both kinds of every picture when training.

Source: the recipe, the data ("outliers").
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from nohero.checks.audit.repictured import redrawn, repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_poles import PicturePoles
from nohero.evidence.audit.picture_sheets import drawn
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

LEAST = 50  # pictures, for a share to mean anything
GROUNDED, FEW = 0.9, 0.1  # of the pictures have a plain ground, and are of the rarer kind
TAIL = 0.01  # of the others' brightness and contrast, left out at either end
LIKE = 0.8  # of the rarer kind that are like the others once inverted
ONE_CLASS = 0.8  # of them in one class: the ground may belong to it


def _bulk(values: list[float]) -> tuple[float, float]:
    """Where nearly all of them lie."""
    ordered = sorted(values)
    return ordered[int(TAIL * (len(ordered) - 1))], ordered[int((1 - TAIL) * (len(ordered) - 1))]


def judge(found: PicturePoles) -> Finding:
    """The rarer kind, where it is the others inverted."""
    n = len(found.pole)
    if n < LEAST:
        return skipped(f"{n} pictures are too few to say which is inverted")
    kinds = Counter(found.pole[found.pole != 0].tolist()).most_common()
    if sum(c for _, c in kinds) < GROUNDED * n:
        return skipped("fewer than nine in ten pictures have a plain light or dark ground")
    usual, ground = kinds[0][0], "light" if kinds[0][0] == 1 else "dark"
    rows = (found.pole == -usual).nonzero()[0]
    if not len(rows):
        return passed(f"none among {n:,} pictures, {kinds[0][1]:,} of which have a {ground} ground, has the other")
    others = found.pole == usual
    (dim, bright), (flat, strong) = (_bulk(v[others].tolist()) for v in (found.brightness, found.contrast))
    turned = 255 - found.brightness[rows]
    like = (turned >= dim) & (turned <= bright) & (found.contrast[rows] >= flat) & (found.contrast[rows] <= strong)
    if len(rows) > FEW * n or like.mean() < LIKE:
        return passed(f"{len(rows):,} of {n:,} pictures have the other ground, " + ("too many to be odd" if len(rows) > FEW * n else "and are not the reverse of the others"))
    one = bool(found.labels) and len(rows) > 1 and Counter(found.labels[i] for i in rows).most_common(1)[0][1] >= ONE_CLASS * len(rows)
    sure = found.grey and not one
    names = tuple(found.collection.items[i] for i in rows)
    return (warned if sure else unsure)(
        f"{len(rows):,} of {n:,} pictures are {'light on dark' if usual == 1 else 'dark on light'}, where the others are the reverse" + ("" if sure else "; the ground may belong to what they show"),
        expected="dark on light, or light on dark, in all pictures",
        observed=Observed(value=float(len(rows)), unit="inverted pictures", n=n),
        component="data",
        where=names[:5],
        items=names,
        level=Level.HEURISTIC,
        effect="they are other things to a network, and teach it the reverse",
        remedies=("invert them (255 - x), if a look at them shows that they are the wrong way round", "or invert pictures at random while training, if both kinds will come"),
        figure=drawn(found.collection, "The other way round", rows.tolist()),
    )


def _ink(root: Path, *, inverted: int) -> None:
    """Grey shapes on paper; the first of each class in turn as negatives."""
    import numpy as np
    from PIL import ImageOps

    def paper(image: Any) -> Any:
        from PIL import Image

        values = np.asarray(image.convert("L"), dtype=float)
        rows, columns = np.indices(values.shape)
        inner = (np.abs(rows - values.shape[0] / 2) < values.shape[0] * 0.35) & (np.abs(columns - values.shape[1] / 2) < values.shape[1] * 0.35)
        return Image.fromarray(np.where(inner, values / 2, 245).astype(np.uint8))

    for part in ("train", "test"):
        redrawn(root, paper, folder=part, count=1000)
    redrawn(root, ImageOps.invert, count=inverted)


def negatives(collection: Collection) -> Collection:
    """Nine drawings are white on black."""
    return repictured(collection, lambda root: _ink(root, inverted=9))


def half_of_them(collection: Collection) -> Collection:
    """Half of the drawings are: both kinds belong to the set."""
    return repictured(collection, lambda root: _ink(root, inverted=120))


CHECK = Check(
    code="DAT659", name="inverted-pictures", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=negatives),), lookalikes=(Case(toy="shapes", plant=half_of_them),),
)  # fmt: skip
