"""What it asks: does every item hold something?

Why it matters: an item of zeros is what a reader gives that has failed in silence, or what padding leaves of nothing; it teaches that
nothing means its label.

How it is measured: fields that are numbered under one name, eight or more, are one vector; an item is empty where all of them hold the one value
that is most common, and a series where every channel is zero throughout.

When it is right to fail: it warns where at most one item in twenty is empty and no other has fewer than three numbers that differ from
that value, or one in a hundred: where items thin out to nothing, as counts of words do, empty ones belong to the set.

What it cannot see: items of noise, or of another constant; fields of several names.

Mend: get these items anew, or leave them out by name.

Source: the recipe, the data ("corrupted images").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.audit.empty_vectors import EmptyVectors
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEW = 0.05  # of the items: more may be meant
APART, SHARE = 3, 0.01  # numbers, and share of the vector, that the emptiest other item has: between it and nothing there is a gap


def judge(found: EmptyVectors) -> Finding:
    """Few beside full ones are a fault."""
    what = f"the {found.width:,} channels of `{found.name}`" if found.series and found.width > 1 else f"`{found.name}`" if found.series else f"the {found.width:,} numbers of `{found.name}`"
    count = len(found.rows)
    if not count:
        return passed(f"no item has {'zeros' if found.series else f'{found.value:.4g}'} alone in {what}")
    if not found.series and found.least < max(APART, SHARE * found.width):
        return passed(f"{count:,} of {found.n:,} items have {found.value:.4g} alone in {what}; others have {found.least} numbers beside it: they thin out to nothing")
    many = count > FEW * found.n
    names = tuple(found.items[i] for i in found.rows)
    return (unsure if many else warned)(
        f"{count:,} of {found.n:,} items have {found.value:.4g} alone in {what}" + ("; so many may be meant" if many else ""),
        expected="items that hold something",
        observed=Observed(value=float(count), unit="empty items", n=found.n),
        component="data",
        where=names[:5],
        items=names,
        effect="nothing can be learnt from them but that nothing means a label",
        remedies=("get these items anew, or leave them out by name", "look at the program that made them: a reader that fails in silence gives zeros"),
    )


def _vectors(collection: Collection, *, least: int, empty: int) -> Collection:
    """Vectors of sixteen numbers, padded with zeros behind `least` of them or more; the first items are empty."""
    import numpy as np
    import polars as pl

    draw = np.random.default_rng(3)
    n = len(collection)
    lengths = draw.integers(least, 17, n)
    lengths[:empty] = 0
    values = np.where(np.arange(16) < lengths[:, None], draw.integers(1, 90, (n, 16)), 0)
    return collection.with_(frame=collection.frame.with_columns(pl.Series(f"token{i}", values[:, i]) for i in range(16)))


def all_padding(collection: Collection) -> Collection:
    """Nine items are padding alone."""
    return _vectors(collection, least=5, empty=9)


def short_ones(collection: Collection) -> Collection:
    """Items of all lengths, some of one token and some of none."""
    return _vectors(collection, least=1, empty=9)


CHECK = Check(
    code="DAT504", name="empty-items", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=all_padding),), lookalikes=(Case(toy="people", plant=short_ones),),
)  # fmt: skip
