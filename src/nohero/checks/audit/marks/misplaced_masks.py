"""What it asks: do masks lie on what they mark, in their own pictures?

Why it matters: masks that are flipped, transposed, shifted or of other pictures leave nothing to be learnt but the average place.

How it is measured: a small probe from each pixel's surroundings to its mask, fitted to other pictures, with masks as given and in other poses. Of single pictures the rims of masks decide: how steep the picture is under the rim, as given, in other poses, and at all other places of the same picture; a rim that lies better than at 98 of 100 places is right. Masks whose rims do not, and whose borders fit other pictures better, are dealt out among their pictures, twice: what the second deal finds without the pairs of the first is luck.

When it is right to fail: when another pose fits all pictures much better, or lays the rims of one in twenty on edges, three times as many as poses bring by chance, or masks fit far better when dealt out to other pictures. Fewer pictures warn, and masks that lie nowhere leave it unsure.

What it cannot see: masks that pixels and borders do not tell, and shifts of a pixel or two.

Mend: look masks up by their picture's name, and transform both by one call.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import grown, redealt, remasked, rolled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mask_pose import MaskPose
from nohero.evidence.audit.mask_rims import PLACED
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

BETTER, KNOWN = 0.15, 0.35  # correlation by which a pose must fit better, and below which the probe knows nothing
WEAK = 1.0  # standard deviations over all pairs; drawn cells reach 6.8, membranes 4.2, masks of other pictures -0.1
DEALT = 0.5  # standard deviations by which the best deal must beat that of masks shifted by chance; they agree within 0.1 where there is nothing to find
SHARE, FEWEST = 0.05, 3  # of the pictures, and so many at least, from which it is a fault of the set
FEWER = 0.025  # of the pictures, and FEWEST at least, from which one pose is told; of 1,500 sound masks no pose suits one
TIMES = 3.0  # times what poses bring in the middle: one pose of many is best by chance
EXPECTED = "masks that lie on what they mark"
LUCK = 2.0  # times what luck finds: sound sets find nothing
ALONE, FEW = 0.3, 0.15  # of the usual correlation, at most; of the pictures, beyond which the set is of two kinds
SPREADS = 8.0  # standard deviations below the usual correlation: sound drawn cells reach 4.5, sound membranes 3, turned or moved ones 20
LOST = 0.015  # of the pictures, and FEWEST at least, from which it is no chance


def judge(fit: MaskPose) -> Finding:
    """Another pose for all, another deal, another pose for some, single swaps."""
    best, some = max(fit.poses, key=lambda p: p.fit), max(fit.poses, key=lambda p: len(p.better))
    held = fit.placed >= PLACED  # rims tell, and those of most masks lie on edges of their own pictures
    luck = median(len(p.better) for p in fit.poses)
    count = len(some.better) if held and len(some.better) >= max(FEWEST, FEWER * fit.n, TIMES * luck) else 0
    swapped = fit.swapped if held and fit.own >= max(WEAK, fit.by_chance) and len(fit.swapped) >= max(FEWEST, LOST * fit.n, LUCK * fit.by_luck + 1) else ()
    if best.fit >= max(KNOWN, fit.given + BETTER) and best.gain > fit.gain:
        return _told(fit, f"{best.pose}, the masks fit their pictures with correlation {best.fit:.2f}, as given with {fit.given:.2f}", f"{best.pose}: correlation {best.fit:.2f}", (), sure=True)
    if fit.own < WEAK and fit.given < KNOWN and not held and fit.dealt >= fit.by_chance + DEALT:
        words = f"masks fit their own pictures no better than others, and fit well when dealt out anew: they belong to other pictures (correlation as given {fit.given:.2f})"
        return _told(fit, words, f"dealt out anew, borders fit with {fit.dealt:.1f} standard deviations, masks shifted by chance with {fit.by_chance:.1f}", (), sure=True)
    if count and count >= len(swapped) / 2:
        words = f"the rims of {count:,} of {fit.n:,} masks lie on edges of their pictures when {some.pose}, and hardly as they are"
        return _told(fit, words, f"these masks {some.pose}; another pose brings {luck:.0f}", some.better, sure=count >= SHARE * fit.n)
    if swapped:
        (one, own, other, there), names = max(swapped, key=lambda x: x[3] - x[1]), tuple(dict.fromkeys([*(x[0] for x in swapped), *fit.astray]))
        words = f"the masks of {len(swapped):,} of {fit.n:,} pictures fit each other's pictures instead of their own: that of {one} fits {other}" + (f"; {more:,} more lie on no edges of their own" if (more := len(names) - len(swapped)) else "")
        return _told(fit, words, f"its borders fit {there:.1f} there and {own:.1f} here, where masks of any picture have 0 and {fit.own:.1f} is usual", names, sure=len(swapped) >= SHARE * fit.n)
    return _single(fit, held)


def _single(fit: MaskPose, held: bool) -> Finding:  # noqa: FBT001
    """Masks that fit nowhere, and nothing that tells."""
    loose = set(fit.loose)
    alone = [x for x in fit.adrift if x[0] in loose and x[1] < min(ALONE * fit.usual, fit.usual - SPREADS * fit.spread)]
    if fit.usual >= KNOWN and 0 < len(alone) <= FEW * fit.n:
        return _open(f"{len(alone):,} of {fit.n:,} masks hardly fit their pictures: that of {alone[0][0]} with correlation {alone[0][1]:.2f}, where {fit.usual:.2f} is usual", fit, tuple(name for name, _ in alone))
    if held and len(fit.astray) >= max(FEWEST, SHARE * fit.n):
        return _open(f"the rims of {len(fit.astray):,} of {fit.n:,} masks lie on edges of their pictures no more than anywhere else in them", fit, fit.astray)
    if not held and fit.own < WEAK and fit.given < KNOWN:
        return unsure(f"neither a probe (correlation {fit.given:.2f}) nor borders tell whether masks lie on what they mark", expected=EXPECTED, component="data", level=Level.HEURISTIC, remedies=("look at a dozen pictures with their masks",))
    return passed(f"masks fit their pictures best as given (correlation {fit.given:.2f}), and their rims lie on edges more than at {fit.placed:.1%} of all places")


def _told(fit: MaskPose, words: str, tried: str, names: tuple[str, ...], *, sure: bool) -> Finding:
    bars = (Bar(label="as given", value=fit.given, role="ours"), *(Bar(label=p.pose, value=p.fit) for p in sorted(fit.poses, key=lambda p: -p.fit)[:7]))
    return (failed if sure else warned)(
        words, expected=EXPECTED, observed=Observed(value=fit.given, unit="correlation", n=fit.n), component="data", where=names[:5], items=names, level=Level.VERIFIED,
        effect="the network learns where things lie on average, not where they are", figure=Bars(title="How well a probe fits the masks in each pose", value_label="correlation", bars=bars),
        remedies=(Remedy(text="look masks up by their picture's name, and do to masks what is done to pictures", tried=True, result=tried),),
    )  # fmt: skip


def _open(words: str, fit: MaskPose, names: tuple[str, ...]) -> Finding:
    return unsure(
        words, expected=EXPECTED, observed=Observed(value=fit.given, unit="correlation", n=fit.n), component="data", where=names[:5], items=names, level=Level.HEURISTIC,
        remedies=("look at these pictures with their masks: they may be moved or turned, or show what the others do not",),
    )  # fmt: skip


def all_masks_flipped(collection: Collection) -> Collection:
    """Masks are mirrored, pictures not."""
    return remasked(collection, lambda mask, _: mask[:, ::-1])


def some_masks_flipped(collection: Collection) -> Collection:
    """Every sixth mask is upside down."""
    return remasked(collection, lambda mask, number: mask[::-1] if number % 6 == 0 else mask)


def masks_of_the_next_picture(collection: Collection) -> Collection:
    """The list of masks is off by one."""
    return redealt(collection, lambda number: (number + 1) % 60)


def some_masks_of_other_pictures(collection: Collection) -> Collection:
    """Every twelfth picture has the mask of the one twelve further."""
    return redealt(collection, lambda number: (number + 12) % 60 if number % 12 == 0 else number)


def masks_shifted(collection: Collection) -> Collection:
    """Masks lie an eighth of the picture lower."""
    return remasked(collection, lambda mask, _: rolled(mask, 12))


def masks_a_pixel_larger(collection: Collection) -> Collection:
    """Masks are drawn a pixel too large."""
    return remasked(collection, lambda mask, _: grown(mask))


def one_class_marked(collection: Collection) -> Collection:
    """Pale cells alone are marked."""
    return remasked(collection, lambda mask, _: mask * (mask == 1))


CHECK = Check(
    code="DAT824", name="misplaced-masks", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=all_masks_flipped), Case(toy="cells", plant=some_masks_flipped), Case(toy="cells", plant=masks_of_the_next_picture), Case(toy="cells", plant=some_masks_of_other_pictures), Case(toy="cells", plant=masks_shifted)),
    lookalikes=(Case(toy="cells", plant=masks_a_pixel_larger), Case(toy="cells", plant=one_class_marked)),
)  # fmt: skip
