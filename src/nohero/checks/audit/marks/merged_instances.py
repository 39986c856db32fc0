"""What it asks: do some masks give all their things one number, where the others number each thing?

Why it matters: masks of instances give each thing a value of its own. A mask that was thresholded, or saved from another program, holds the same things
under one value: it is read as one single large thing, and the network is taught that these things are one.

How it is measured: in most masks each value is one connected piece, and there are several; masks of one value besides the ground whose things
lie in three pieces or more are the odd ones.

When it is right to fail: it warns where at least half of the masks number their things and up to a half do not.

What it cannot see: masks in which but two things were merged; masks of classes, in which a value rightly stands for many things.

Mend: number the pieces of these masks anew, by their connected components where the things do not touch, or get them from the annotation.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import remasked
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mask_instances import MaskInstances
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

HALF = 0.5  # of the masks must number their things
PIECES = 3  # of one value, that are several things: one may be cut in two by what lies before it


def judge(found: MaskInstances) -> Finding:
    """Against what most masks do."""
    if found.numbered < HALF * found.n:
        return skipped(f"{found.numbered:,} of {found.n:,} masks number their things: the values are classes")
    odd = [(name, pieces) for name, pieces in found.merged if pieces >= PIECES]
    if not odd:
        return passed(f"no mask holds all its things under one value, where {found.numbered:,} of {found.n:,} number them")
    names = tuple(name for name, _ in odd)
    return warned(
        f"{len(odd):,} of {found.n:,} masks hold all their things under one value, where most others number each: that of {names[0]} lies in {odd[0][1]:,} pieces; the others hold {found.typical:,} values, in the middle",
        expected="a value for each thing",
        observed=Observed(value=float(len(odd)), unit="masks", n=found.n),
        component="data",
        where=names[:5],
        items=names,
        level=Level.HEURISTIC,
        effect="all things of such a picture are taught as one",
        remedies=("number the connected pieces of these masks, where things do not touch", "or get them anew from the annotation, with a number for each thing"),
    )


def _numbered(mask: Any) -> Any:
    from scipy.ndimage import label

    return label(mask > 0)[0]


def some_thresholded(collection: Collection) -> Collection:
    """All masks number their cells, but every eighth holds 0 and 1."""
    return remasked(collection, lambda mask, number: 1 * (mask > 0) if number % 8 == 0 else _numbered(mask))


def all_numbered(collection: Collection) -> Collection:
    """All do."""
    return remasked(collection, lambda mask, _: _numbered(mask))


CHECK = Check(
    code="DAT827", name="merged-instances", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=some_thresholded),), lookalikes=(Case(toy="cells", plant=all_numbered),),
)  # fmt: skip
