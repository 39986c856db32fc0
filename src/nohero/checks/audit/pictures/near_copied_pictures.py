"""What it asks: are there pictures that are nearly the same?

Why it matters: a picture moved by a pixel, resized, mirrored or stored anew is no new example; a set that was enlarged by such
copies before it was split promises more than it holds.

How it is measured: the magnitudes of low frequencies, which do not move with the picture, give each picture's neighbours; a pair
is compared by the correlation of blurred copies over small shifts, mirrored and turned as well, and counts when it is ten times
closer than the neighbours of both are, and than is usual in the set. On a plain ground the colour and texture of the things count: one outline
on white is no copy of another, and of pictures padded to one form what lies inside. Where one edge is all that two pictures have in common, as a horizon or the rim of a lens, they are none.

When it is right to fail: it warns for one pair inside a part. Pairs that are the same but for a region, as two signs in one frame or two
flags with another star are, and drawings that agree mirrored or turned, as b and d do, are left open where there are no others. Pairs in two parts, and pairs with two labels, are other checks'.

What it cannot see: crops, rotations by a few degrees, moves by more than two pixels of 32; frames of a film, which differ like other pictures;
pictures with a side below 20 pixels, in which different things look alike.

Mend: look at the pairs; keep one of each, or keep them together when splitting.

Source: the recipe, the data ("duplicates").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.repictured import rearrayed, repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_copies import Copy, PictureCopies
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection


def judge(found: PictureCopies) -> Finding:
    """One pair is enough to name it."""
    if not found.sought:
        return skipped(f"near copies are not sought among {len(found.items):,} pictures with a side of {found.side}: too many, or too small to be told apart")
    copies = [c for c in found.copies if not c.exact and not c.across]
    if not copies:
        return passed(f"no two of {found.sought:,} pictures are nearly the same" + (" inside one part" if found.parts else ""))
    copies = sorted(copies, key=lambda c: (c.open, c.region))
    sure = [c for c in copies if not c.open]
    return (warned if sure else unsure)(
        _told(found, copies, sure),
        expected="pictures that differ",
        observed=Observed(value=float(len(copies)), unit="pairs", n=found.sought),
        component="data",
        where=tuple(f"{found.named(c)}: {c.how}" for c in copies),
        items=tuple(dict.fromkeys(found.items[c.second] for c in copies)),
        level=Level.HEURISTIC,
        effect="the set holds less than it counts, and a split at random puts such pairs on both sides",
        remedies=("look at the pairs: keep one of each, or give both one group and split by group", "if they were made on purpose, make them while training instead, from the training part alone"),
        figure=found.sheet("Nearly the same", copies),
    )


def _told(found: PictureCopies, copies: list[Copy], sure: list[Copy]) -> str:
    """How many, and how."""
    turned, signs, regions = sum(c.moved for c in sure), sum(c.sign for c in copies), sum(c.region for c in copies)
    kinds = ((signs, "drawings that agree mirrored or turned, and may be two signs"), (regions, "the same but for a region, and may show two things"))
    aside = [f"{count:,}{{}} are {what}" for count, what in kinds if count]
    if not sure:
        return "; ".join(a.format(f" pairs among {found.sought:,} pictures" if not k else "") for k, a in enumerate(aside)) + ", which a look at them tells"
    return f"{len(sure):,} pairs among {found.sought:,} pictures are nearly the same" + (f", {turned:,} of them mirrored or turned" if turned else "") + "".join("; " + a.format(" more") for a in aside)


def moved_darker_smaller(collection: Collection) -> Collection:
    """Four files lie there again: moved by a pixel, darker, as JPEG of 60 %, resized."""

    def change(root: Path) -> None:
        from PIL import Image, ImageChops

        changes: tuple[Any, ...] = (lambda i: ImageChops.offset(i, 1, 0), lambda i: i.point(lambda v: v * 0.8), lambda i: i.resize((28, 28)), lambda i: i)
        for path, altered in zip(spread(root, "train"), changes, strict=False):
            with Image.open(path) as image:
                altered(image).save(path.with_name(f"again {path.stem}.jpg"), quality=60)

    return repictured(collection, change)


def mirrored(collection: Collection) -> Collection:
    """Three pictures of an array are mirrored others."""

    def change(pictures: Any) -> Any:
        labels = collection.labels.to_list()
        same = [i for i, label in enumerate(labels) if label == "0"]
        pictures[same[:3]] = pictures[same[10:13], :, ::-1]
        return pictures

    return rearrayed(collection, change)


def _products(root: Path) -> None:
    """Every picture becomes a box on white, each of its own colour and texture, and two of each outline."""
    import numpy as np
    from PIL import Image

    for k, path in enumerate(sorted(p for p in root.rglob("*") if p.suffix in (".png", ".jpg"))):
        draw = np.random.default_rng(k)
        with Image.open(path) as image:
            width, height = image.size
        picture = 245 + draw.normal(0, 1.5, (height, width, 3))
        outline = np.random.default_rng(1000 + k // 2)  # two share one
        rows, columns = (int(outline.integers(n // 3, 2 * n // 3)) for n in (height, width))
        top, left = (int(outline.integers(3, n - 3)) for n in (height - rows, width - columns))
        texture = np.asarray(Image.fromarray(draw.integers(0, 60, (6, 6), dtype=np.uint8)).resize((columns, rows), Image.Resampling.BICUBIC))
        picture[top : top + rows, left : left + columns] = draw.uniform(60, 160, 3) + texture[..., None]
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(path)


def products_on_white(collection: Collection) -> Collection:
    """Things on white, of many colours and textures, and two of each outline."""
    return repictured(collection, _products)


def products_again(collection: Collection) -> Collection:
    """The same, and two of them lie there again, darker, and as JPEG of 60 %."""

    def change(root: Path) -> None:
        from PIL import Image

        _products(root)
        for path, factor in zip(spread(root, "train"), (0.85, 1.0), strict=False):
            with Image.open(path) as image:
                image.point(lambda v, f=factor: v * f).save(path.with_name(f"again {path.stem}.jpg"), quality=60)

    return repictured(collection, change)


def one_object_on_many_grounds(collection: Collection) -> Collection:
    """The same shape at the same place on other grounds."""

    def change(root: Path) -> None:
        from PIL import Image, ImageDraw

        for path in spread(root, "train")[:30:3]:
            with Image.open(path) as image:
                drawn = image.copy()
            ImageDraw.Draw(drawn).ellipse((12, 12, 26, 26), fill=(120, 200, 90))
            drawn.save(path)

    return repictured(collection, change)


CHECK = Check(
    code="DAT661", name="near-copied-pictures", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=moved_darker_smaller), Case(toy="small-arrays", plant=mirrored), Case(toy="shapes", plant=products_again)),
    lookalikes=(Case(toy="shapes", plant=one_object_on_many_grounds), Case(toy="shapes", plant=products_on_white)),
)  # fmt: skip
