"""What it asks: are rows other rows with fewer decimals?

Why it matters: one table that was written twice, or by two programs, has each thing twice, and no two rows are equal; where the rounded one stands in test, the score is memory.

How it is measured: rows that agree in all fields at some number of decimals, label aside, of which one has no further decimals wherever they differ, in three numbers at least; against pairs
that agree as far and both have further decimals, as things have that are merely alike.

When it is right to fail: a hundredth of a part are rounded rows of another; else it warns. Five pairs at least, as many as of the others, and three times as many as
chance makes of them where a part of all rows is round, as those are that were taken on a coarser scale.

What it cannot see: rows of which each field was rounded to another place, and numbers without decimals.

Mend: keep the row with all decimals, and drop the rounded one.

Source: the recipe, the data; Kapoor and Narayanan 2023 (arXiv:2207.07048).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.rounded_copies import RoundedCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEWEST = 5  # pairs
SHARE = 1.0  # of the other pairs, at least
TIMES, UNSEEN = 3.0, 3  # as many as chance brings of rows of which a part is round by itself; other pairs that there may be where none is seen
MUCH = 0.01  # of a part, as for equal rows


def judge(told: RoundedCopies) -> Finding:
    """More pairs than chance rounds."""
    count = len(told.pairs)
    if count < max(FEWEST, SHARE * told.others, _by_chance(told)):
        return passed(f"{count:,} rows of {told.n:,} are another row with fewer decimals" + (f", and {told.others:,} pairs agree as far with all their decimals" if count else ""))
    one, other, rows, size = max(told.across, key=lambda a: len(a[2]) / max(1, a[3]), default=("", "", (), 0))
    share = len(rows) / max(1, size)
    across = f"; {len(rows):,} of {size:,} rows of {other} are rounded rows of {one}" if rows else ""
    return (failed if share >= MUCH else warned)(
        f"{count:,} rows are another row, rounded to {told.decimals} {'decimal' if told.decimals == 1 else 'decimals'}, most in {', '.join(f'`{f}`' for f in told.fields[:4])}{across}",
        expected="each row once",
        observed=Observed(value=share, unit=f"of {other}", n=size) if rows else Observed(value=float(count), unit="pairs of rows", n=told.n),
        component="data",
        where=tuple(f"{a} is {b} rounded" for a, b in told.shown[:5]),
        items=tuple(told.items[i] for i in (rows or sorted({b for _, b in told.pairs}))),
        level=Level.MEASURED,
        effect="the score on these rows is memory" if rows else "such rows weigh double, and a random split puts them on both sides",
        remedies=("drop the rounded rows, and report the score with and without them" if rows else "drop the rounded rows before anything is split",),
        figure=Table(title="Rows that are another row, rounded", columns=("row", "rounded from"), rows=told.shown),
    )


def _by_chance(told: RoundedCopies) -> float:
    """Of rows that are near one another, of which a share is round whatever the other is: pairs of a round one and another, many times over."""
    return TIMES * (told.others + UNSEEN) * 2 * told.round / max(1 - told.round, 1e-9)


def _measured(columns: dict[str, list[str]], seed: int = 8) -> dict[str, list[str]]:
    """Four numbers of three decimals."""
    import numpy as np

    drawn = np.random.default_rng(seed).gamma(4.0, 0.3, (4, len(columns["age"])))
    return {**columns, **{f"weight {k}": [f"{v:.3f}" for v in row] for k, row in enumerate(drawn)}}


def _rounded(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    again = {name: cells[40:70] for name, cells in columns.items()}
    return {name: cells + ([f"{float(c):.2f}" for c in again[name]] if name.startswith("weight") else again[name]) for name, cells in columns.items()}


def written_with_fewer_decimals(collection: Collection) -> Collection:
    """Thirty rows again, their weights to two decimals."""
    return recelled(collection, lambda columns: _rounded(_measured(columns)))


def tested_on_rounded_rows(collection: Collection) -> Collection:
    """The same, and these are tested on."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        return {**_rounded(_measured(columns)), "part": ["test" if i % 4 == 0 and not 40 <= i < 70 else "train" for i in range(n)] + ["test"] * 30}

    return recelled(collection, change, split="part")


def of_two_scales(collection: Collection) -> Collection:
    """Half of the rows were weighed on a coarser scale."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _measured(columns)
        return {name: [f"{float(c):.1f}" if i % 2 else c for i, c in enumerate(cells)] if name.startswith("weight") else cells for name, cells in columns.items()}

    return recelled(collection, change)


CHECK = Check(
    code="DAT558", name="rounded-copies", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=written_with_fewer_decimals), Case(toy="people", plant=tested_on_rounded_rows)), lookalikes=(Case(toy="people", plant=of_two_scales),),
    closes=True,
)  # fmt: skip
