"""What it asks: are the parts alike?

Why it matters: a score on a part that differs from training measures the difference too; a scaler or an imputer that was fitted on each part apart shows here.

How it is measured: boosted trees tell the parts apart, out of fold, without the field given as time, numberings, and names of which none stands in two parts; the fields that differ most are named by the distance of their distributions. Whole numbers from 0 or 1 on whose shares agree once a code or two are left out of one part were numbered in each part by itself. Where rows come in groups, no group lies in two folds, and as many groups as there are say how sure it is: a model that knows a patient again tells no drift.

When it is right to fail: never more than a warning: a division by place is meant to differ. Where one part ends before the other begins, it is left open: the world moves on.

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
    from nohero.evidence.audit.part_drift import Drift
    from nohero.sources.collection import Collection

SURE = 4.0  # standard errors at chance
UNSURE, WARN = 0.6, 0.75  # a random division of a few hundred rows stays below 0.56; by time or place it is beyond 0.75


def judge(drift: PartDrift) -> Finding:
    """The pair of parts that is told apart best."""
    worst = max(drift.drifts, key=lambda d: d.auc)
    told = f"a small model tells {worst.other} from {worst.one} with an area under the curve of {worst.auc:.2f}"
    divided = f"; {worst.one} and {worst.other} are divided by time in `{worst.by_time}`" if worst.by_time else f"; `{worst.by_group[0]}`, of which no value stands in both, was left aside" if worst.by_group else ""
    divided += f"; the codes of {' and '.join(f'`{f}`' for f in worst.recoded)} were given out in each part by itself: one lacks some, and those that follow have other numbers there" if worst.recoded else ""
    divided += f"; folds by groups of `{worst.folds_by}`" if worst.folds_by else ""
    if worst.auc < 0.5 + SURE * worst.error or worst.auc < UNSURE:
        return passed(f"{told}: {f'{worst.other} is like {worst.one}' if worst.auc < UNSURE else 'so few rows or groups may differ so far by chance'}{divided}")
    return (warned if worst.auc >= WARN and not worst.by_time else unsure)(
        f"{told}; most apart: {', '.join(f'`{f}` ({d:.2f})' for f, d in worst.fields[:3])}{divided}",
        expected="0.5: parts of one kind",
        observed=Observed(value=worst.auc, unit="area under the ROC curve", n=worst.n, low=max(0.0, worst.auc - 2 * worst.error), high=min(1.0, worst.auc + 2 * worst.error)),
        component="data",
        where=tuple(f for f, _ in worst.fields[:3]),
        level=Level.MEASURED,
        effect="the score on that part measures this difference too",
        remedies=(*((f"number the classes of {' and '.join(f'`{f}`' for f in worst.recoded)} once, by the training part, and use that list in all parts",) if worst.recoded else ()), _said(worst, drift.time), "fit scalers and imputers on the training part alone, and look how each part was made"),
        figure=Table(title=f"{worst.one} against {worst.other}, field by field", columns=("field", "distance of the distributions"), rows=tuple((f, round(d, 3)) for f, d in worst.fields)),
    )


def _said(worst: Drift, time: str) -> str:
    """What to do about the division."""
    if worst.by_time:
        return "what drifts with time is no mistake: look whether the fields named will drift on" if time else f"if it is divided by time on purpose, say so (--time {worst.by_time}); else divide at random"
    return "divide at random, or by time or place on purpose"


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


def _by_days(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """The latest quarter of the days is the test part; orders are numbered as they come."""
    order = sorted(range(len(columns["joined"])), key=lambda i: columns["joined"][i])
    place = {i: k for k, i in enumerate(order)}
    days = columns["joined"]
    first = days[order[3 * len(days) // 4]]
    columns["part"] = ["test" if d >= first else "train" for d in days]
    columns["order"] = [str(50_000 + 3 * place[i]) for i in range(len(days))]
    return columns


def divided_by_time(collection: Collection) -> Collection:
    """The test part is the latest, and the field of days is given as time."""
    return recelled(collection, lambda c: {k: v for k, v in _by_days(c).items() if k != "order"}, split="part").with_(time="joined")


def numbered_through_time(collection: Collection) -> Collection:
    """The same with numbers of orders that go up with time, and nobody has said what the time is."""
    return recelled(collection, _by_days, split="part")


def divided_by_shop(collection: Collection) -> Collection:
    """Each shop's rows lie in one part."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["shop"] = [f"shop {i // 20:02}" for i in range(len(columns["age"]))]
        columns["part"] = ["test" if i // 20 >= 30 else "train" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change, split="part")


def divided_by_person(collection: Collection) -> Collection:
    """Fifteen rows of each person, who is named as the group and lies in one part; heights and ages are the person's own."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["person"] = [f"P{i // 15:02}" for i in range(len(columns["age"]))]
        for name in ("age", "height", "income", "town", "trade"):
            columns[name] = [columns[name][i - i % 15] for i in range(len(columns["age"]))]
        columns["part"] = ["test" if i // 15 % 3 == 0 else "train" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change, split="part").with_(group="person")


def plainly_divided(collection: Collection) -> Collection:
    """A random division."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["part"] = ["test" if i % 4 == 0 else "train" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change, split="part")


CHECK = Check(
    code="DAT552", name="drifted-parts", source="Lopez-Paz and Oquab 2017, Revisiting classifier two-sample tests (arXiv:1610.06545)", judge=judge,
    sabotages=(Case(toy="people", plant=older_people_in_test), Case(toy="people", plant=scaled_apart)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (plainly_divided, divided_by_time, numbered_through_time, divided_by_shop, divided_by_person)),
    under=("DAT555",),
)  # fmt: skip
