"""What it asks: have a few masks their foreground and their ground exchanged?

Why it matters: what is to be found is taught as ground in these pictures, and the ground as what is to be found.

How it is measured: the value on the outer rim of most masks is the ground. Masks that hold it inside and hardly any of it on the rim are looked at with a probe from pixels to masks, which expects things where a mask that is exchanged has ground.

Where things reach over the edges and the rim does not tell, a probe that knows the set well tells alone, of masks that say the very contrary.

When it is right to fail: it warns where the probe finds at least half of such masks exchanged; where it does not, or knows too little, it is unsure: a thing may fill the picture to its edges.

What it cannot see: masks that are all exchanged; single ones in sets whose things reach over the edge in most pictures.

Mend: exchange the two values in these masks, after a look at them.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import remasked
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mask_borders import MaskBorders
from nohero.evidence.audit.mask_pose import MaskPose
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

USUAL = 0.9  # of the rim, that is ground in the middle mask, for the rim to tell
RIM, WITHIN = 0.1, 0.05  # at most on the rim, at least inside; of 160 sound masks of cut-outs and 63 of nuclei none
MOST = 0.25  # of the masks: more are of another kind
KNOWN = 0.35  # correlation below which the probe knows nothing
WELL, CONTRARY = 0.6, 0.75  # correlation from which the probe knows the set, and the part of it that a mask must reach with the other sign: of sound sets of cells, coasts, vessels and gravel none, of mirrored and moved masks one in sixty
SEVERAL = 2  # masks that the probe alone must find exchanged
HALF = 0.5  # of the masks that the probe looked at, of which it must say the contrary


def judge(borders: MaskBorders, fit: MaskPose) -> Finding:
    """The rim suspects, the probe decides."""
    if borders.usual < USUAL:
        opposite = tuple(name for name, correlation in fit.adrift if correlation <= -CONTRARY * fit.usual) if fit.usual >= WELL else ()
        if SEVERAL <= len(opposite) <= MOST * borders.n:
            return _told(borders, opposite, f"{len(opposite):,} of {borders.n:,} masks hold ground where a probe that was fitted to other pictures finds things, and things where it finds ground: that of {opposite[0]}", sure=True)
        return skipped(f"the rim of the middle mask is {borders.usual:.0%} ground: things reach over the edges, and the rim does not tell; nor does a probe find masks exchanged")
    names = tuple(name for name, rim, within in borders.other if rim <= RIM and within >= WITHIN)
    if not names or len(names) > MOST * borders.n:
        return passed(f"the rims of {borders.n:,} masks are of the ground, value {borders.ground}; {len(names):,} hold it inside alone")
    contrary = {name for name, correlation in fit.adrift if correlation < 0} & set(names)
    sure = fit.usual >= KNOWN and len(contrary) >= HALF * len(names) * min(1.0, fit.n / borders.n)
    words = f"{len(names):,} of {borders.n:,} masks hold the others' ground, value {borders.ground}, inside and hardly on their rim: that of {names[0]}"
    words += f"; for {len(contrary):,} of them a probe that was fitted to other pictures also finds ground and things exchanged" if contrary else ""
    return _told(borders, names, words, sure=sure)


def _told(borders: MaskBorders, names: tuple[str, ...], words: str, *, sure: bool) -> Finding:
    return (warned if sure else unsure)(
        words,
        expected="one value for the ground in all masks", observed=Observed(value=float(len(names)), unit="masks", n=borders.n), component="data", where=names[:5], items=names,
        level=Level.MEASURED if sure else Level.HEURISTIC, effect="the ground is learnt as what is to be found" if sure else "",
        remedies=("look at these masks: exchange foreground and ground where they are exchanged; things that fill their picture are right as they are",),
    )  # fmt: skip


def some_exchanged(collection: Collection) -> Collection:
    """In every twelfth mask ground and cells are exchanged."""
    return remasked(collection, lambda mask, number: 1 * (mask == 0) if number % 12 == 0 else mask)


def full_masks(collection: Collection) -> Collection:
    """Three masks are of one class alone, and of no ground."""
    return remasked(collection, lambda mask, number: mask * 0 + 1 if number % 20 == 0 else mask)


def all_exchanged(collection: Collection) -> Collection:
    """The ground is 1 everywhere, what is marked 0."""
    return remasked(collection, lambda mask, _: 1 * (mask == 0))


CHECK = Check(
    code="DAT826", name="inverted-masks", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=some_exchanged),),
    lookalikes=(Case(toy="cells", plant=full_masks), Case(toy="cells", plant=all_exchanged)),
)  # fmt: skip
