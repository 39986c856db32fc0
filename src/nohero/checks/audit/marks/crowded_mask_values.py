"""What it asks: do all masks count classes alike?

Why it matters: one mask of thing numbers or of grey levels among masks of classes brings hundreds of classes, or stops the loss with an index that is out of range.

How it is measured: different values of each mask against those of the middle one; and masks of 0 and 1 beside masks of 0 and 255.

When it is right to fail: masks of several scales fail; a few masks with many more values than the middle one warn.

What it cannot see: wrong values that are as many as the right ones.

Mend: write the odd masks anew.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import numbered, remasked
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mask_values import MaskValues
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PAIRS = (((0, 1), (0, 255)), ((0, 1, 2), (0, 127, 255)), ((0, 1), (0, 128)))  # sets of values that mean the same


def judge(masks: MaskValues) -> Finding:
    """Two scales, or too many values."""
    sets = dict(masks.sets)
    scales = [(a, b) for a, b in PAIRS if a in sets and b in sets and not any(a[-1] in s and b[-1] in s for s in sets)][::-1]  # of three classes before two
    if not scales and not masks.crowded:
        return passed(f"masks hold {masks.typical_values} values in the middle, and none many more")
    a: tuple[int, ...] = ()
    b: tuple[int, ...] = ()
    other = 0
    if scales:
        a, b = scales[0]
        one, other = (sum(n for values, n in masks.sets if set(values) <= set(pair) and pair[-1] in values) for pair in (a, b))
        words = f"{one:,} masks hold no values but {', '.join(map(str, a))} and {other:,} none but {', '.join(map(str, b))}: they count alike in different scales"
    else:
        words = f"{len(masks.crowded):,} of {masks.n:,} masks hold many more values than the middle one ({masks.typical_values}), up to {max(n for _, n in masks.crowded):,}"
    return (failed if scales else warned)(
        words,
        expected="the same values for the same classes in every mask",
        observed=Observed(value=float(other), unit="masks of the other scale", n=masks.n) if scales else Observed(value=float(max((n for _, n in masks.crowded), default=0)), unit="values", n=masks.n),
        component="data",
        where=tuple(name for name, _ in masks.crowded[:5]),
        items=tuple(name for name, _ in masks.crowded),
        effect="classes that do not exist, or an index out of range",
        remedies=("write these masks anew, with one number a class", *((f"map {', '.join(map(str, b))} to {', '.join(map(str, a))}, value by value",) if scales else ())),
        figure=Table(title="Sets of values", columns=("values", "masks"), rows=tuple((", ".join(map(str, s)), n) for s, n in masks.sets[:12])),
    )


def numbers_of_things_in_some(collection: Collection) -> Collection:
    """Three masks number blocks of pixels instead of classes."""
    return remasked(collection, lambda mask, number: numbered(mask) if number % 20 == 0 else mask)


def two_scales(collection: Collection) -> Collection:
    """Cells are 1 in most masks and 255 in some."""
    return remasked(collection, lambda mask, number: (mask > 0) * (255 if number % 7 == 0 else 1))


def one_class_or_two(collection: Collection) -> Collection:
    """Some masks hold the ground and one class alone."""
    return remasked(collection, lambda mask, number: mask * (mask == 1) if number % 3 == 0 else mask)


CHECK = Check(
    code="DAT822", name="crowded-mask-values", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=numbers_of_things_in_some), Case(toy="cells", plant=two_scales)),
    lookalikes=(Case(toy="cells", plant=one_class_or_two),),
    under=("DAT821",),
)  # fmt: skip
