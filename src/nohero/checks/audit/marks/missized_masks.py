"""What it asks: has every mask the size of its picture?

Why it matters: a mask of another size is stretched by the loader or stops it; with sides exchanged it lies across its picture.

How it is measured: width and height of both files.

When it is right to fail: when some masks differ, or sides are exchanged; masks that are all smaller by one whole factor are unsure, as some sets store them so.

What it cannot see: masks of the right size that lie elsewhere.

Mend: resize masks by the nearest value to the size of their picture.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import remasked
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_pairs import MarkPairs
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 20  # rows of the table


def judge(pairs: MarkPairs) -> Finding:
    """All by one factor, or some."""
    if not pairs.has_masks:
        return skipped("the collection has no masks")
    count = len(pairs.mask_sizes)
    if not count:
        return passed("all masks have the size of their pictures")
    ratios = {tuple(p / m for m, p in zip(_sides(mask), _sides(picture), strict=True)) for _, mask, picture in pairs.mask_sizes}
    whole = len(ratios) == 1 and all(r == int(r) for r in next(iter(ratios))) and len(set(next(iter(ratios)))) == 1 and count == pairs.n - len(pairs.without_mask)
    lying = sum(_sides(mask) == _sides(picture)[::-1] for _, mask, picture in pairs.mask_sizes)
    name, mask, picture = pairs.mask_sizes[0]
    return (unsure if whole else failed)(
        f"{count:,} masks have another size than their picture: that of {name} is {mask}, the picture {picture}" + (f"; {lying:,} have width and height exchanged" if lying else ""),
        expected="masks of the size of their pictures",
        observed=Observed(value=count / pairs.n, unit="of the pictures", n=pairs.n),
        component="data",
        where=tuple(name for name, *_ in pairs.mask_sizes[:5]),
        items=tuple(name for name, *_ in pairs.mask_sizes),
        effect="masks are stretched silently, or the loader stops",
        remedies=("resize masks by the nearest value to the size of their picture, after looking at a few", *(("exchange the axes of these masks",) if lying else ())),
        figure=Table(title="Sizes", columns=("picture", "mask", "picture's size"), rows=pairs.mask_sizes[:SHOWN]),
    )


def _sides(size: str) -> tuple[int, ...]:
    return tuple(int(side) for side in size.split("x"))


def some_masks_cut(collection: Collection) -> Collection:
    """Every tenth mask lacks eight rows."""
    return remasked(collection, lambda mask, number: mask[8:] if number % 10 == 0 else mask)


def masks_lying_down(collection: Collection) -> Collection:
    """All masks are transposed."""
    return remasked(collection, lambda mask, _: mask.T)


def all_masks_halved(collection: Collection) -> Collection:
    """All masks are stored at half the size."""
    return remasked(collection, lambda mask, _: mask[::2, ::2])


CHECK = Check(
    code="DAT820", name="missized-masks", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=some_masks_cut), Case(toy="cells", plant=masks_lying_down)),
    lookalikes=(Case(toy="cells", plant=all_masks_halved),),
)  # fmt: skip
