"""What it asks: are the parts alike?

Why it matters: a score on a part that differs from training measures the difference too; a scaler or an imputer that was fitted on each part apart shows here.

How it is measured: boosted trees tell the parts apart, out of fold; the fields that differ most are named by the distance of their distributions.

When it is right to fail: never more than a warning: a division by time or place is meant to differ.

What it cannot see: differences in how label and features go together.

Mend: divide at random, or say that the division is by time or place; fit preparations on the training part alone.

Source: Lopez-Paz and Oquab 2017, Revisiting classifier two-sample tests (arXiv:1610.06545).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.part_drift import PartDrift
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SURE = 4.0  # standard errors at chance
UNSURE, WARN = 0.6, 0.75  # a random division of a few hundred rows stays below 0.56; by time or place it is beyond 0.75


def judge(drift: PartDrift) -> Finding:
    """The pair of parts that is told apart best."""
    worst = max(drift.drifts, key=lambda d: d.auc)
    told = f"a small model tells {worst.other} from {worst.one} with an area under the curve of {worst.auc:.2f}"
    if worst.auc < 0.5 + SURE * worst.error or worst.auc < UNSURE:
        return passed(f"{told}: {worst.other} is like {worst.one}")
    return (warned if worst.auc >= WARN else unsure)(
        f"{told}; most apart: {', '.join(f'`{f}` ({d:.2f})' for f, d in worst.fields[:3])}",
        expected="0.5: parts of one kind",
        observed=Observed(value=worst.auc, unit="area under the ROC curve", n=worst.n, low=worst.auc - 2 * worst.error, high=worst.auc + 2 * worst.error),
        component="data",
        where=tuple(f for f, _ in worst.fields[:3]),
        level=Level.MEASURED,
        effect="the score on that part measures this difference too",
        remedies=("divide at random, or say that the division is by time or place", "fit scalers and imputers on the training part alone, and look how each part was made"),
        figure=Table(title=f"{worst.one} against {worst.other}, field by field", columns=("field", "distance of the distributions"), rows=tuple((f, round(d, 3)) for f, d in worst.fields)),
    )


def older_people_in_test(collection: Collection) -> Collection:
    """The test part has the older half."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if int(a) > 50 else "train" for a in columns["age"]]
        return columns

    return recelled(collection, change, split="part")


def scaled_apart(collection: Collection) -> Collection:
    """Heights of the test part are in metres."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        columns["height"] = [f"{float(c) / 100:.3f}" if c and p == "test" else c for c, p in zip(columns["height"], columns["part"], strict=True)]
        return columns

    return recelled(collection, change, split="part")


def plainly_divided(collection: Collection) -> Collection:
    """A random division."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change, split="part")


CHECK = Check(
    code="DAT552", name="drifted-parts", source="Lopez-Paz and Oquab 2017, Revisiting classifier two-sample tests (arXiv:1610.06545)", judge=judge,
    sabotages=(Case(toy="people", plant=older_people_in_test), Case(toy="people", plant=scaled_apart)),
    lookalikes=(Case(toy="people", plant=plainly_divided),),
)  # fmt: skip
