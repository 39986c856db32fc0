"""What it asks: are rows copies of others with a little noise?

Why it matters: rows that were made from others (augmented, jittered, measured again) weigh double, and where the original stands in training and the copy in test, the score is memory.

How it is measured: of tables with five numbers of many values and more, the pairs of rows that are nearly equal in nine tenths of these, within a hundredth of the ranks, against the pairs within
three hundredths. By chance, or where what is measured moves slowly, pairs grow rarer the nearer they are; copies are a heap of their own. Rows that have many such neighbours are left aside, and
so are neighbours in the file, where these are most of the pairs.

When it is right to fail: a hundredth of a later part are copies of rows of an earlier one; else it warns. Not where a fifth of the rows are in such pairs: there it is the way of the data.

What it cannot see: copies in tables of few numbers, copies with much noise, and all beyond the first 20,000 rows.

Mend: keep copies with their originals, in training alone.

Source: the recipe, the data; Kapoor and Narayanan 2023 (arXiv:2207.07048).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.noisy_copies import NoisyCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FEWEST = 5  # pairs
TIMES = 3.0  # as many near pairs as farther ones; by chance in two dimensions there would be eight times as many farther ones
CUSTOM = 0.2  # of the rows
MUCH = 0.01  # of a later part, as for equal rows


def judge(told: NoisyCopies) -> Finding:
    """A heap of pairs nearer than chance brings them."""
    count = len(told.pairs)
    said = f"{count:,} pairs of rows are nearly equal, within {told.within:.1%} of the ranks, in nine tenths of {told.fields} numbers"
    if count < FEWEST or count < TIMES * told.farther or len({i for pair in told.pairs for i in pair}) > CUSTOM * told.n:
        return passed(f"{said}, {told.farther:,} within {3 * told.within:.1%}" if count else f"no two of the {told.n:,} rows that were compared are nearly equal in nine tenths of {told.fields} numbers")
    one, other, rows, size = max(told.across, key=lambda a: len(a[2]) / max(1, a[3]), default=("", "", (), 0))
    share = len(rows) / max(1, size)
    across = f"; {len(rows):,} of {size:,} rows of {other} have their like in {one}" if rows else ""
    return (failed if share >= MUCH else warned)(
        f"{said}, and only {told.farther:,} within {3 * told.within:.1%}: copies with a little noise{across}",
        expected="fewer pairs the nearer they are",
        observed=Observed(value=share, unit=f"of {other}", n=size) if rows else Observed(value=float(count), unit="pairs of rows", n=told.n),
        component="data",
        where=tuple(f"{a} is nearly {b}" for a, b in told.shown[:5]),
        items=tuple(told.items[i] for i in (rows or sorted({b for _, b in told.pairs}))),
        effect="the score on these rows is memory" if rows else "such rows weigh double, and a random split puts them on both sides",
        remedies=("divide before rows are made from others, and make them in training alone", "else keep both of a pair on one side of the split"),
        figure=Table(title="Rows that are nearly equal", columns=("row", "nearly equals"), rows=told.shown),
    )


def _measured(n: int, seed: int = 4) -> dict[str, list[float]]:
    import numpy as np

    generator = np.random.default_rng(seed)
    hidden = generator.normal(size=(n, 4))
    values = hidden @ generator.normal(size=(4, 9)) + 0.5 * generator.normal(size=(n, 9))
    return {f"size {k}": values[:, k].tolist() for k in range(9)}


def _with_noise(values: dict[str, list[float]], of: list[int], noise: float) -> dict[str, list[float]]:
    import numpy as np

    generator = np.random.default_rng(6)
    return {name: cells + [cells[i] * (1 + noise * float(generator.normal())) for i in of] for name, cells in values.items()}


def jittered(collection: Collection) -> Collection:
    """Forty rows again, each number changed by a thousandth."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        values = _with_noise(_measured(len(columns["age"])), list(range(200, 240)), 1e-3)
        return {name: [f"{v:.6f}" for v in cells] for name, cells in values.items()}

    return recelled(collection, change, label="")


def jittered_in_test(collection: Collection) -> Collection:
    """Twelve rows of test are rows of training with a little noise."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        values = _with_noise(_measured(n), list(range(300, 312)), 1e-3)
        part = ["test" if i % 4 == 0 and not 300 <= i < 312 else "train" for i in range(n)] + ["test"] * 12
        return {**{name: [f"{v:.6f}" for v in cells] for name, cells in values.items()}, "part": part}

    return recelled(collection, change, label="", split="part")


def slow_sensors(collection: Collection) -> Collection:
    """Nine sensors that wander slowly."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        steps = np.random.default_rng(8).normal(size=(len(columns["age"]), 9)).cumsum(0)
        return {f"sensor {k}": [f"{v:.4f}" for v in steps[:, k]] for k in range(9)}

    return recelled(collection, change, label="")


def one_size(collection: Collection) -> Collection:
    """Nine numbers that all follow from one, but for a little: many rows are nearly equal by chance."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator = np.random.default_rng(9)
        size = generator.normal(size=len(columns["age"]))
        return {f"size {k}": [f"{v:.4f}" for v in size * (k + 1) + 0.003 * generator.normal(size=len(size))] for k in range(9)}

    return recelled(collection, change, label="")


def idle_machine(collection: Collection) -> Collection:
    """A machine that stands still half of the time: its numbers are those of rest and a little noise."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(10), len(columns["age"])
        rest = np.arange(n) // 50 % 2 == 0
        return {f"sensor {k}": [f"{v:.4f}" for v in np.where(rest, 0.01, 1.0) * generator.normal(size=n) + 5] for k in range(9)}

    return recelled(collection, change, label="")


CHECK = Check(
    code="DAT545", name="noisy-copies", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=jittered), Case(toy="people", plant=jittered_in_test)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (slow_sensors, one_size, idle_machine)),
    closes=True,
)  # fmt: skip
