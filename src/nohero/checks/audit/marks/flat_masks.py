"""What it asks: are there masks of one value alone?

Why it matters: an empty mask on a picture that holds something, or a full one, comes from a failed export, and teaches nothing or the wrong thing.

How it is measured: masks of one value; whether any mask of several values is covered so far by it.

When it is right to fail: it warns of masks filled by a value that covers less than half of any other mask; empty masks may be meant so, and are unsure.

What it cannot see: masks that are nearly flat.

Mend: look at the pictures of these masks, and export them anew.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import remasked
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mask_values import MaskValues
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

COVERED = 0.5  # of a mask of several values, by the value that fills the flat one


def judge(masks: MaskValues) -> Finding:
    """Full, then empty."""
    if not masks.flat:
        return passed(f"all {masks.n:,} masks hold more than one value")
    full = [name for name, _, highest in masks.flat if highest < COVERED]
    values = sorted({value for _, value, _ in masks.flat})
    return (warned if full and len(masks.flat) < masks.n else unsure)(
        f"{len(masks.flat):,} of {masks.n:,} masks hold one value alone ({', '.join(map(str, values[:5]))})"
        + (f"; {len(full):,} of them are full of a value that covers less than half of every other mask" if full else ""),
        expected="masks that tell one region from another",
        observed=Observed(value=len(masks.flat) / masks.n, unit="of the masks", n=masks.n),
        component="data",
        where=tuple(full or [name for name, *_ in masks.flat])[:5],
        items=tuple(name for name, *_ in masks.flat),
        level=Level.HEURISTIC,
        effect="a failed export teaches that nothing is there, or that everything is",
        remedies=("look at the pictures of these masks; where they hold nothing, nothing need be done", "export the others anew"),
    )


def full_masks(collection: Collection) -> Collection:
    """Three masks are class 2 throughout."""
    return remasked(collection, lambda mask, number: mask * 0 + 2 if number % 20 == 0 else mask)


def pictures_of_nothing(collection: Collection) -> Collection:
    """Three masks are empty."""
    return remasked(collection, lambda mask, number: mask * 0 if number % 20 == 0 else mask)


CHECK = Check(
    code="DAT823", name="flat-masks", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=full_masks),),
    lookalikes=(Case(toy="cells", plant=pictures_of_nothing),),
)  # fmt: skip
