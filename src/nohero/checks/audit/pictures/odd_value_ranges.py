"""What it asks: are the values of all pictures on one scale?

Why it matters: a picture from 0 to 1 among pictures from 0 to 255 is black to the network; a test part that was divided twice
scores by chance.

How it is measured: the span of each picture's values, and its median in each part. Pictures apart are those whose span is an eighth of
the usual one or less, with none between them and a quarter of it.

When it is right to fail: it warns where parts differ by eight times or more, where nearly all pictures of one part have values below zero and none of
another, where black is one number in one part and another in the next, and where at most three in ten pictures lie apart and their
greatest value shows another scale: it is that of the others divided by 15, 16, 255, 256, 257, 4095 or 65535, or fractions stand among whole
numbers. Others apart may be dark ones, which another check names.

What it cannot see: scales of which none goes below zero that differ by less than eight times; pictures of files, whose format sets the range.

Mend: scale every picture in one place, by a constant of the set and never by the picture's own type or greatest value.

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.repictured import rearrayed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_sheets import drawn
from nohero.evidence.audit.value_ranges import ValueRanges
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.value_ranges import Reach
    from nohero.sources.collection import Collection

APART = 8.0  # times: the smallest scale in use is that of 16 grey levels, which is 15 times that of 0 to 1
BETWEEN = 2.0  # times the widest span of those apart, below which no other picture lies
NEARLY_ALL = 0.9  # of the pictures of a part; where all of the other are otherwise
OTHER_BLACK = 0.05  # of the usual span
MANY = 0.3  # of a part: so many are another kind of picture
LEAST = 20  # pictures of a part
SCALES = (15, 16, 255, 256, 257, 4095, 4096, 65535)  # grey levels in use, and their number
CLOSE = 0.02  # of a scale


def judge(found: ValueRanges) -> Finding:
    """Parts first, then pictures of each."""
    reached = [p for p in found.parts if p.usual > 0]
    widest = max((p.usual for p in reached), default=0.0)
    narrow = [p for p in reached if p.usual * APART <= widest]
    moved = _moved(reached)
    if narrow or moved:
        first, other = (narrow[0], max(reached, key=lambda p: p.usual)) if narrow else moved[0]
        return warned(
            f"the values of `{first.name}` reach from {first.least:.4g} to {first.greatest:.4g}, those of `{other.name}` from {other.least:.4g} to {other.greatest:.4g}",
            expected="one scale in all parts", observed=Observed(value=max(other.usual / first.usual, first.usual / other.usual), unit="times the span"), component="data",
            where=tuple(p.name for p in narrow) or (first.name,), effect="what is learnt on one part says nothing of the other",
            remedies=(f"look for the step that scales `{first.name}` and not `{other.name}`, or scales one of them twice", "scale in one function that both parts go through"),
            figure=Table(title="Values of each part", columns=("part", "pictures", "least", "greatest", "usual span"), rows=tuple((p.name, p.size, p.least, p.greatest, p.usual) for p in found.parts)),
        )  # fmt: skip
    rows = [i for k in range(len(found.parts)) for i in _apart(found, k)]
    if not rows:
        return passed(f"the values of {len(found.span):,} pictures are on one scale" + (f" in {len(found.parts)} parts" if len(found.parts) > 1 else ""))
    names = tuple(found.collection.items[i] for i in rows)
    usual = found.parts[int(found.part_of[rows[0]])]
    return warned(
        f"the values of {len(rows):,} of {len(found.span):,} pictures are on another scale: they reach {max(found.top[rows]):.4g} at most, where the others reach {usual.greatest:.4g}",
        expected="one scale for all pictures", observed=Observed(value=float(len(rows)), unit="pictures on another scale", n=len(found.span)), component="data", where=names[:5], items=names,
        effect="they are black to a network that the others have trained", figure=drawn(found.collection, "On another scale", rows),
        remedies=("multiply them by the factor that is missing, or get them anew", "scale by a constant of the set, never by a picture's own type or greatest value"),
    )  # fmt: skip


def _moved(parts: list[Reach]) -> list[tuple[Reach, Reach]]:
    """(one, the other): nearly all pictures of one have values below zero and none of the other, or black is one number here and another there."""
    pairs = [(p, parts[0]) for p in parts[1:] if min(p.size, parts[0].size) >= LEAST]
    signs = [pair for one, other in pairs for pair in ((one, other), (other, one)) if pair[0].below >= NEARLY_ALL and pair[1].least >= 0]
    return signs or [(a, b) for a, b in pairs if min(a.ground[1], b.ground[1]) >= NEARLY_ALL and abs(a.ground[0] - b.ground[0]) > OTHER_BLACK * min(a.usual, b.usual) and not (a.whole and b.whole)]


def _apart(found: ValueRanges, k: int) -> list[int]:
    """Pictures of a part that lie apart, where their values show another scale."""
    part = found.parts[k]
    own = (found.part_of == k) & (found.span > 0)
    low = own & (found.span * APART <= part.usual)
    if part.size < LEAST or not low.any() or low.sum() > MANY * part.size:
        return []
    widest = found.span[low].max()
    if (own & ~low & (found.span < BETWEEN * widest)).any():
        return []
    factor = part.greatest / max(float(found.top[low].max()), 1e-12)
    scaled = any(abs(factor / s - 1) <= CLOSE for s in SCALES)
    fractions = part.whole and not found.whole[low].any()
    return [int(i) for i in low.nonzero()[0]] if scaled or fractions else []


def _parted(collection: Collection, pictures: Any) -> Collection:
    import polars as pl

    parts = ["test" if i % 4 == 0 else "train" for i in range(len(pictures))]
    return collection.with_(pictures=pictures, frame=collection.frame.with_columns(pl.Series("part", parts)), split="part")


def divided_already(collection: Collection) -> Collection:
    """One picture in ten reaches from 0 to 1, the others from 0 to 255."""
    import numpy as np

    factors = np.where(np.arange(len(collection)) % 10 == 3, 255, 1)[:, None, None]
    return rearrayed(collection, lambda pictures: pictures.astype(np.float32) / factors.astype(np.float32))


def a_part_divided_twice(collection: Collection) -> Collection:
    """The test part was divided by 255 twice."""
    import numpy as np

    factors = np.where(np.arange(len(collection)) % 4 == 0, 255.0, 1.0)[:, None, None]
    return _parted(collection, (collection.pictures / 255 / factors).astype(np.float32))


def standardised_alone(collection: Collection) -> Collection:
    """The test part was standardised, the other reaches from 0 to 1."""
    import numpy as np

    test = (np.arange(len(collection)) % 4 == 0)[:, None, None]
    pictures = collection.pictures / 255
    return _parted(collection, np.where(test, (pictures - 0.35) / 0.25, pictures).astype(np.float32))


def dark_ones(collection: Collection) -> Collection:
    """Pictures of many brightnesses, the darkest with a fortieth of the brightest one's values, in two parts."""
    import numpy as np

    factors = np.exp(np.random.default_rng(5).uniform(np.log(0.025), 0, len(collection)))[:, None, None]
    return _parted(collection, (collection.pictures / 255 * factors).astype(np.float32))


CHECK = Check(
    code="DAT658", name="odd-value-ranges", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="small-arrays", plant=divided_already), Case(toy="small-arrays", plant=a_part_divided_twice), Case(toy="small-arrays", plant=standardised_alone)), lookalikes=(Case(toy="small-arrays", plant=dark_ones),),
)  # fmt: skip
