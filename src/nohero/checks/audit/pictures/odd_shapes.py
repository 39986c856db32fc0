"""What it asks: are all pictures of about one size and shape?

Why it matters: a thumbnail, a banner or a scan of another size is squeezed to the size of the others, and then shows another
thing than they do; batches of mixed sizes cannot be stacked.

How it is measured: width and height of each file. Where nearly all share one size, any other is odd; where nine in ten do, one of
a third of it; where sizes vary, a picture whose shorter side is a fifth of the usual one, or whose shape is three times as long.

When it is right to fail: it warns where at most one picture in fifty is odd, or one in ten is far smaller than a size that the others
share; more belong to the set.

What it cannot see: a picture that was enlarged from a thumbnail; a set whose odd pictures are many.

Mend: look at them; crop, pad or leave them out.

Source: the recipe, the data ("outliers").
"""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import redrawn, repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_facts import PictureFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEW = 0.02  # share of all: more belong to the set
LEAST = 50  # pictures, for a share to mean anything
SMALL = 0.2  # of the usual shorter side
SHARED, SMALLER = 0.9, 1 / 3  # share of one size beside which a picture of a third of its shorter side is a thumbnail, and not of another camera
LONG = 3.0  # times the usual ratio of the sides


def _odd(facts: PictureFacts) -> list[int]:
    """Rows of another size than nearly all, or far smaller or longer than is usual."""
    sizes = list(zip(facts.width, facts.height, strict=True))
    (common, count), *_ = Counter(tuple(sorted(size)) for size in sizes).most_common(1)
    if count >= (1 - FEW) * len(sizes):
        return [i for i, size in enumerate(sizes) if tuple(sorted(size)) != common]
    if count >= SHARED * len(sizes) and (small := [i for i, size in enumerate(sizes) if min(size) <= SMALLER * common[0]]):
        return small
    short, shape = median(min(s) for s in sizes), median(max(s) / max(1, min(s)) for s in sizes)
    return [i for i, s in enumerate(sizes) if min(s) < SMALL * short or max(s) / max(1, min(s)) > LONG * shape]


def _shared(facts: PictureFacts) -> bool:
    """Whether nine in ten have one size."""
    return Counter(tuple(sorted(s)) for s in zip(facts.width, facts.height, strict=True)).most_common(1)[0][1] >= SHARED * len(facts.items)


def judge(facts: PictureFacts) -> Finding:
    """Few odd ones are a fault, many are a property."""
    if not facts.width:
        return skipped("the pictures of an array are of one size")
    if len(facts.items) < LEAST:
        return skipped(f"{len(facts.items)} pictures are too few to say which size is odd")
    rows = _odd(facts)
    kinds = len(set(zip(facts.width, facts.height, strict=True)))
    if not rows or len(rows) > (1 - SHARED) * len(facts.items) or (len(rows) > FEW * len(facts.items) and not _shared(facts)):
        return passed(f"{kinds:,} {'size' if kinds == 1 else 'sizes'}, none of them odd" if not rows else f"{kinds:,} sizes; {len(rows):,} pictures are small or long, too many to be odd")
    names = tuple(facts.items[i] for i in rows)
    captions = [f"{facts.width[i]}x{facts.height[i]}" for i in rows]
    return warned(
        f"{len(rows):,} of {len(facts.items):,} pictures are of a size that is not like the others': {names[0]} is {captions[0]}",
        expected="pictures of about one size and shape",
        observed=Observed(value=float(len(rows)), unit="pictures of odd size", n=len(facts.items)),
        component="data",
        where=names[:5],
        items=names,
        level=Level.HEURISTIC,
        effect="resized to the others' size they show something else, or they stop the stacking of a batch",
        remedies=("look at them: thumbnails and banners are left out, whole scenes are cropped or padded",),
        figure=facts.sheet("Pictures of odd size", rows, captions=captions),
    )


def thumbnails_among_them(collection: Collection) -> Collection:
    """Three files are small."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.resize((12, 9))))


def one_in_twenty_small(collection: Collection) -> Collection:
    """Twelve files are small."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.resize((12, 9)), count=12))


def many_sizes(collection: Collection) -> Collection:
    """A third of the files are somewhat larger, of two shapes."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.resize((48, 40)), count=90))


CHECK = Check(
    code="DAT653", name="odd-shapes", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=thumbnails_among_them), Case(toy="shapes", plant=one_in_twenty_small)), lookalikes=(Case(toy="shapes", plant=many_sizes),),
)  # fmt: skip
