"""What it asks: do windows of one part lie over the same steps as windows of another?

Why it matters: windows cut from one recording a few steps apart are almost the same item. Divided at random, nearly every test window has its twin in
training, and the score is memory.

How it is measured: series, and rows of 16 and more numbered columns: the first eight steps of each item are looked for within all others, and the steps from
there on compared, all channels together; they must be equal to the last bit over a tenth of the window.

When it is right to fail: three in a hundred windows of a part that share steps with an earlier part fail, fewer warn. Where the source is not divided it is left open how it will be: with
groups named it passes if no two groups share steps.

What it cannot see: windows that were standardised one by one, or resampled, and waves that repeat themselves exactly.

Mend: divide the recordings, or each of them by time with a gap of one window, and cut windows then.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048), non-independence between train and test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.shared_stretches import Overlap, SharedStretches
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.03  # of the windows of a part; a split by time leaves one window a recording at the border
FEW, PART = 20, 0.05  # windows of an undivided source, and of all of them, below which nothing was cut so
SHOWN = 30  # pairs of the table

Pair = tuple[Overlap, str, str]  # and the names of the earlier and the later item


def judge(told: SharedStretches) -> Finding:
    """The part with the largest share first."""
    if told.parts:
        return _across(told)
    if not told.overlaps:
        return passed(f"no two of {told.looked_at:,} windows of `{told.field}` share a stretch of steps")
    if told.divided or told.overlapping < max(FEW, PART * told.looked_at):
        return passed(f"{told.overlapping:,} of {told.looked_at:,} windows of `{told.field}` share steps with another{', none across parts' if told.divided else ''}")
    if told.grouped and not told.groups:
        return passed(f"{told.overlapping:,} of {told.looked_at:,} windows share steps with another of the same `{told.grouped}`: keep its windows in one part")
    return unsure(
        f"{told.overlapping:,} of {told.looked_at:,} windows share steps with another: {_pair(_pairs(told)[0])}",
        expected="windows of steps of their own, or parts that keep those that share steps together",
        observed=Observed(value=told.overlapping / told.looked_at, unit="of the windows", n=told.looked_at),
        component="data",
        where=(told.field,),
        effect="a random division puts almost the same window on both sides",
        remedies=("divide by recording, never window by window; name it with --group", "cut windows that do not overlap"),
        figure=_table(_pairs(told)),
    )


def _across(told: SharedStretches) -> Finding:
    part, other, count, size = max(told.parts, key=lambda p: p[2] / p[3])
    share, pairs = count / size, _pairs(told, {part, other})
    return (failed if share >= MUCH else warned)(
        f"{count:,} of {size:,} windows of {part} share steps with windows of {other}: {_pair(pairs[0])}",
        expected="parts whose windows share no step",
        observed=Observed(value=share, unit=f"of {part}", n=size),
        component="data",
        where=(told.field,),
        items=tuple(dict.fromkeys(name for _, *names in pairs for name in names)),
        effect="the score on these windows is memory",
        remedies=("divide the recordings first, then cut windows", "of one recording, divide by time and leave a gap of one window"),
        figure=_table(pairs),
    )


def _pairs(told: SharedStretches, parts: set[Any] | None = None) -> list[Pair]:
    """All of them, or those with an item in each of two parts."""
    every = list(zip(told.overlaps, told.items[::2], told.items[1::2], strict=True))
    return every if parts is None else [p for p, sides in zip(every, told.sides, strict=True) if set(sides) == parts]


def _pair(pair: Pair) -> str:
    found, earlier, later = pair
    return f"the first {found.steps} of {found.of} steps of {later} are those of {earlier} from its step {found.at + 1} on"


def _table(pairs: list[Pair]) -> Table:
    rows = tuple((b, a, o.steps, o.of, o.at) for o, a, b in pairs[:SHOWN])
    return Table(title="Windows that share steps", columns=("window", "begins within", "steps shared", "of", "steps later"), rows=rows)


def _windows(collection: Collection, step: int, *, test: str) -> Collection:
    """Windows of 32 steps of one noisy wave, so many steps apart."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = 300
        wave = np.sin(np.arange(n * step + 32) / 7) + np.random.default_rng(4).normal(0, 0.3, n * step + 32)
        made = {f"x{k}": [f"{wave[i * step + k]:.5f}" for i in range(n)] for k in range(32)}
        part = ["test" if (i * 7919 % 4 == 0 if test == "random" else i >= 225) else "train" for i in range(n)]
        return {**made, "returned": columns["returned"][:n], "part": part}

    return recelled(collection, change, split="part")


def cut_then_divided(collection: Collection) -> Collection:
    """Windows eight steps apart, divided at random."""
    return _windows(collection, 8, test="random")


def cut_side_by_side(collection: Collection) -> Collection:
    """Windows that follow one another, divided at random."""
    return _windows(collection, 32, test="random")


CHECK = Check(
    code="DAT566", name="shared-stretches", source="Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048), non-independence between train and test", judge=judge,
    sabotages=(Case(toy="people", plant=cut_then_divided),), lookalikes=(Case(toy="people", plant=cut_side_by_side),),
    under=("DAT550",),
)  # fmt: skip
