"""What it asks: are all sequences filled up on one side?

Why it matters: a model that reads the last place, or counts places from the first, finds the filling in some items where the others
have what matters; two tokenizers made this set.

How it is measured: whole numbers of twenty values or more in columns of one name, or in arrays; the number that stands at their ends most often and hardly ever
between them is the filling. Items filled at the beginning are counted against those filled at the end.

When it is right to fail: three items or more on the rarer side.

What it cannot see: a filling that is a token too; sequences cut on two sides.

Mend: fill all up on one side, with one tokenizer for all parts, and hand over a mask.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.audit.series_ends import SeriesEnds
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST = 3  # items: one or two may begin with the filling's number by chance


def judge(found: SeriesEnds) -> Finding:
    """The rarer side."""
    if not found.sides:
        return skipped("no sequences of whole numbers are filled up")
    worst = max(found.sides, key=lambda s: min(len(s.left), len(s.right)))
    rare, usual = sorted((("beginning", worst.left), ("end", worst.right)), key=lambda side: len(side[1]))
    if len(rare[1]) < LEAST:
        return passed(f"`{worst.series}` is filled up with {worst.value:g} at the {usual[0]} alone")
    names = tuple(found.items[i] for i in rare[1])
    return warned(
        f"{len(rare[1]):,} of {worst.of:,} sequences `{worst.series}` are filled up with {worst.value:g} at the {rare[0]}, {len(usual[1]):,} at the {usual[0]}",
        expected="one side for all",
        observed=Observed(value=float(len(rare[1])), unit="sequences filled up on the other side", n=worst.of),
        component="data",
        where=names[:5],
        items=names,
        effect="what a model looks for in the last place, or in the first, is filling in these items",
        remedies=("fill all up on one side (padding_side of the tokenizer), in all parts alike", "hand the model a mask of what is filling"),
    )


def _tokens(collection: Collection, side: Any) -> Collection:
    """Sequences of up to 24 tokens, filled up with zeros; `side(i)` says whether at the beginning."""
    import numpy as np
    import polars as pl

    draw = np.random.default_rng(6)
    rows = np.zeros((len(collection), 24), dtype=np.int64)
    for i, length in enumerate(draw.integers(4, 25, len(collection))):
        rows[i, 24 - length if side(i) else 0 : 24 if side(i) else length] = draw.integers(1, 400, length)
    return collection.with_(frame=collection.frame.with_columns(pl.Series(f"token{j}", rows[:, j]) for j in range(24)))


def two_tokenizers(collection: Collection) -> Collection:
    """A twentieth is filled up at the beginning."""
    return _tokens(collection, lambda i: i % 20 == 3)


def one_side(collection: Collection) -> Collection:
    """All at the end."""
    return _tokens(collection, lambda _: False)


def words_counted(collection: Collection) -> Collection:
    """Counts of words, most of them zero, and those at the ends too."""
    import numpy as np
    import polars as pl

    draw = np.random.default_rng(7)
    counts = np.where(draw.random((len(collection), 24)) < 0.1, draw.integers(1, 60, (len(collection), 24)), 0)
    return collection.with_(frame=collection.frame.with_columns(pl.Series(f"word{j}", counts[:, j]) for j in range(24)))


CHECK = Check(
    code="DAT506", name="padded-on-two-sides", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=two_tokenizers),), lookalikes=(Case(toy="people", plant=one_side), Case(toy="people", plant=words_counted)),
)  # fmt: skip
