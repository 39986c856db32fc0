"""What it asks: do all pictures hold the same kind of numbers?

Why it matters: a CMYK or 16-bit file read as if it were like the others comes out with wrong colours or nearly black, and what is
transparent hides pixels that the reader shows.

How it is measured: the stored mode of each file, and the share of its pixels that are transparent.

When it is right to fail: it warns where at most one file in twenty is CMYK, of 16 bits or of floating point, or transparent, and the
others are not. Grey among colour is listed and passed. As few that store another number of channels, or a palette, are left open: a
loader that converts reads them rightly; and so are up to a quarter of 8 bits among files of 16, or the reverse.

What it cannot see: colour channels that were exchanged, or another colour profile.

Mend: convert these files once to the mode of the others, and look at them.

Source: the recipe, the data ("outliers").
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import redrawn, repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_facts import PictureFacts
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

FEW = 0.05  # share of all: more belong to the set
MIXED = 0.25  # share of all, up to which files of another depth are told: the values of few among deep ones were cut or scaled
CLEAR = 0.001  # share of transparent pixels that can be seen
CHANNELS = {"RGB": "three channels", "YCbCr": "three channels", "L": "one channel", "1": "one channel", "LA": "two channels", "RGBA": "four channels", "P": "a palette"}
INK, DEEP = ("CMYK",), ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")  # as Pillow calls them


def _kind(mode: str, clear: float) -> str:
    """What a loader made for plain pictures would stumble over."""
    if mode in INK:
        return "CMYK"
    if mode in DEEP:
        return "more than 8 bits"
    return "transparent" if clear > CLEAR else "plain"


def judge(facts: PictureFacts) -> Finding:
    """Few of another kind are a fault, many are a property."""
    if not facts.mode:
        return skipped("the pictures of an array are of one kind")
    kinds = [_kind(mode, clear) for mode, clear in zip(facts.mode, facts.clear, strict=True)]
    count = Counter(kinds)
    usual = count.most_common(1)[0][0]
    rows = [i for i, kind in enumerate(kinds) if kind not in (usual, "plain") and count[kind] <= max(FEW * len(kinds), 1)]
    modes = ", ".join(f"{n:,} {mode}" for mode, n in Counter(facts.mode).most_common(6))
    if not rows:
        return _channels(facts, modes)
    names = tuple(facts.items[i] for i in rows)
    captions = [f"{facts.mode[i]}, {kinds[i]}" for i in rows]
    return warned(
        f"{len(rows):,} of {len(facts.items):,} files are of another kind than the rest ({modes}): {names[0]} is {kinds[rows[0]]}",
        expected="one kind of numbers in all files",
        observed=Observed(value=float(len(rows)), unit="files of another kind", n=len(facts.items)),
        component="data",
        where=names[:5],
        items=names,
        effect="read like the others they come out with other colours, or nearly black",
        remedies=("convert these files once to the mode of the others (16 bits: scale, do not cut), and look at them", "or convert in the loader, transparency on a ground of your choice"),
        figure=facts.sheet("Files of another kind, as converted here", rows, captions=captions),
    )


def _channels(facts: PictureFacts, modes: str) -> Finding:
    """What only a loader that does not convert would stumble over."""
    kinds = ["more than 8 bits" if mode in DEEP else CHANNELS.get(mode, mode) for mode in facts.mode]
    count = Counter(kinds)
    usual = count.most_common(1)[0][0]
    grey = [i for i, kind in enumerate(kinds) if (kind, usual) == ("one channel", "three channels")]  # a picture like others to every loader that converts
    rows = [i for i, kind in enumerate(kinds) if kind != usual and (kind, usual) != ("one channel", "three channels") and count[kind] <= (MIXED if "more than 8 bits" in (kind, usual) else FEW) * len(kinds)]
    if not rows:
        return passed(f"modes: {modes}", items=tuple(facts.items[i] for i in grey))
    names = tuple(facts.items[i] for i in rows)
    return unsure(
        f"{len(rows):,} of {len(kinds):,} files store {kinds[rows[0]]}, the rest {usual} ({modes}): {names[0]}",
        expected="one number of channels, or a loader that converts",
        observed=Observed(value=float(len(rows)), unit="files with other channels", n=len(kinds)),
        component="data",
        where=names[:5],
        items=names,
        remedies=(
            *(("look at their values: were those of more bits cut at 255, or divided?",) if "more than 8 bits" in (kinds[rows[0]], usual) else ()),
            "does your loader convert, as `Image.open(path).convert('RGB')` does? If not, these come out in another shape, and a palette as its numbers",
        ),
        figure=facts.sheet("Files with other channels", rows, captions=[facts.mode[i] for i in rows]),
    )


def inks(collection: Collection) -> Collection:
    """Two files are CMYK."""

    def change(root: Path) -> None:
        from PIL import Image

        for path in spread(root, "train")[:2]:
            with Image.open(path) as image:
                image.convert("CMYK").save(path.with_suffix(".jpg"), quality=95)
            path.unlink()

    return repictured(collection, change)


def holes(collection: Collection) -> Collection:
    """Two files are transparent in part."""

    def change(root: Path) -> None:
        from PIL import Image

        redrawn(root, lambda image: Image.merge("RGBA", (*image.split(), Image.linear_gradient("L").resize(image.size))), count=2)

    return repictured(collection, change)


def grey_and_opaque(collection: Collection) -> Collection:
    """Some files are grey, some have a channel of transparency in which nothing is transparent."""

    def change(root: Path) -> None:
        redrawn(root, lambda image: image.convert("RGBA"), count=4)
        redrawn(root, lambda image: image.convert("L"), folder="test", count=4)

    return repictured(collection, change)


CHECK = Check(
    code="DAT654", name="odd-modes", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=inks), Case(toy="shapes", plant=holes)), lookalikes=(Case(toy="shapes", plant=grey_and_opaque),),
)  # fmt: skip
