"""What it asks: do some series stand still up to their end, or have gaps inside, while the others go on?

Why it matters: a sensor that was stuck, or a shorter record filled up with its last value, looks like calm; a value that is missing makes the
loss of its whole batch no number.

How it is measured: how many of the last steps of each series are exactly one value, beside the longest such run elsewhere; and missing values
before the last number of a series. Series are arrays that an item holds, channel by channel, and columns numbered under one name.

When it is right to fail: it warns where up to one series in five stands still for 15 % of its length or more, three times as long as nearly all others,
and not all at one value; and of missing values inside up to one series in five. One value for all is a filling, and left open, as more are.

What it cannot see: a sensor that is stuck and noisy; series that stop on purpose.

Mend: find out where the record ends and let the model know; take the sensor's stuck items out; fill gaps, or mask them.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.audit.series_ends import SeriesEnds
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MOST = 0.2  # of the items: more are how the set was made
LEAST = 2  # items that stand still: one may be what it is


def judge(found: SeriesEnds) -> Finding:
    """Stuck ends and gaps warn where few have them; fillings are left open."""
    held = [h for h in found.held if not h.one_value and LEAST <= len(h.rows) <= MOST * h.of]
    gaps = [g for g in found.gaps if len(g.rows) <= MOST * g.of]
    open_ = [h for h in found.held if h.one_value and LEAST <= len(h.rows) <= MOST * h.of]
    if not held and not gaps and not open_:
        return passed(f"nothing stands still up to its end, or has gaps inside, that others have not, in {found.series} series")
    rows = sorted({i for one in (*held, *gaps, *(() if held or gaps else open_)) for i in one.rows})
    names = tuple(found.items[i] for i in rows)
    said = [*(f"`{h.series}` stands still at the end of {len(h.rows):,} of {h.of:,} items, for up to {h.share:.0%} of their length" for h in (held or ([] if gaps else open_))[:1]), *(f"`{g.series}` has missing values inside {len(g.rows):,} of {g.of:,} items" for g in gaps[:1])]
    return (warned if held or gaps else unsure)(
        "; ".join(said) + ("" if held or gaps else ", all at one value: they may be filled up to one length"),
        expected="series that go on to their end",
        observed=Observed(value=float(len(rows)), unit="items", n=len(found.items)),
        component="data",
        where=names[:5],
        items=names,
        effect="what is missing is learnt as calm" if held or not gaps else "one missing value makes the loss of its batch no number",
        remedies=("look at these items at their source: if the record ended there, let the model know (a mask, or the length); if a sensor was stuck, leave them out", *(("fill the gaps, or mask them",) if gaps else ())),
        figure=Table(
            title="Series that stand still or have gaps", columns=("series", "what", "items", "of"),
            rows=(*((h.series, "one value to the end", len(h.rows), h.of) for h in found.held), *((g.series, "gaps", len(g.rows), g.of) for g in found.gaps)),
        ),
    )  # fmt: skip


def _walks(collection: Collection, change: Any) -> Collection:
    """A series of forty steps an item, as columns; `change(steps [N, 40])` in place."""
    import numpy as np
    import polars as pl

    steps = np.random.default_rng(4).normal(0, 1, (len(collection), 40)).cumsum(axis=1).round(3)
    change(steps)
    return collection.with_(frame=collection.frame.with_columns(pl.Series(f"step{j}", steps[:, j]) for j in range(40)))


def stuck(collection: Collection) -> Collection:
    """In some items the last quarter holds one value."""

    def change(steps: Any) -> None:
        steps[7::40, 30:] = steps[7::40, 29:30]

    return _walks(collection, change)


def filled_with_zeros(collection: Collection) -> Collection:
    """Items of all lengths, filled up with zeros."""

    def change(steps: Any) -> None:
        import numpy as np

        lengths = np.random.default_rng(5).integers(10, 41, len(steps))
        steps[np.arange(40) >= lengths[:, None]] = 0

    return _walks(collection, change)


def coarse_steps(collection: Collection) -> Collection:
    """Whole numbers of a slow walk, which stand still anywhere."""

    def change(steps: Any) -> None:
        steps[:] = (steps / 6).round()

    return _walks(collection, change)


CHECK = Check(
    code="DAT578", name="held-ends", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=stuck),), lookalikes=(Case(toy="people", plant=filled_with_zeros), Case(toy="people", plant=coarse_steps)),
)  # fmt: skip
