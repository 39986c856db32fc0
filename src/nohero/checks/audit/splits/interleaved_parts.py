"""What it asks: in a series, do rows of test lie between rows of train that are much like them?

Why it matters: the value an hour before and the one an hour after tell the value between them. A model that has both in train looks as if
it could foretell, and cannot, as in use there is no hour after.

How it is measured: the rows are put in the order of time, within each group where one is named. Counted are held-out rows with a train row
directly before or after; their labels (numbers by rank) are compared with that neighbour's, and with a train row's drawn at random.
Without a label the middle one of the numeric fields is taken.

When it is right to fail: it warns where half of the held-out rows lie so and the neighbours' labels differ half as much as those of rows drawn at
random, or less. Where they are nearer than chance but less so, where many rows share a time, or the time was not named, it is left open: a trend, or
what a day has in common, may be all there is.

What it cannot see: parts of whole days or weeks in turns.

Mend: divide by time: the oldest rows for train, the newest for test.

Source: Bergmeir and Benitez 2012, On the use of cross-validation for time series predictor evaluation (doi:10.1016/j.ins.2011.12.028).
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from nohero.checks.audit.timed import timed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.time_parts import Alike, TimeParts
from nohero.evidence.audit.time_steps import TimeSteps
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

BETWEEN = 0.5  # of the held-out rows; of a fifth drawn at random 0.96, of whole days of hours 0.08
WARNS, UNSURE = 0.5, 0.2  # how much nearer than chance: 1 for the same; a trend over years makes 0.1 to 0.3
SURE = 4.0  # standard errors
SHOWN = 10  # fields of the table


def judge(parts: TimeParts, steps: TimeSteps) -> Finding:
    """The label decides, or the middle field where there is none."""
    others = " and ".join(parts.parts)
    if parts.between < BETWEEN * parts.held:
        return passed(f"{parts.between:,} of {parts.held:,} rows of {others} lie next to a row of train in the order of `{parts.field}`")
    told = _telling(parts)
    if told is None or told.likeness < max(UNSURE, SURE * told.error):
        return passed(f"{others} lie between train's rows in the order of `{parts.field}`, but rows next to each other in time are no more alike than others")
    sure = parts.named and steps.single and told.likeness >= WARNS
    return (warned if sure else unsure)(
        f"{parts.between:,} of {parts.held:,} rows of {others} have a row of train directly before or after them in `{parts.field}`, "
        f"and `{told.field}` of the two is {told.likeness:.0%} nearer than of rows drawn at random",
        expected="test rows later than those of train",
        observed=Observed(value=told.likeness, unit="nearness of neighbours in time: 1 for the same, 0 for chance", n=told.n, low=told.likeness - 2 * told.error, high=min(1.0, told.likeness + 2 * told.error)),
        numbers={"share of held-out rows next to train": parts.between / parts.held},
        component="data",
        where=(parts.field,),
        effect=f"the score on {others} tells how well gaps are filled, not what comes next",
        remedies=("divide by time: the oldest rows for train, the newest for test", *(() if sure else ("is a later row to be told from earlier ones in use? Then divide by time; if rows come in any order, the division is right",))),
        figure=Table(title="How much nearer than chance train's neighbours in time are", columns=("field", "nearer", "rows"), rows=tuple((a.field, round(a.likeness, 2), a.n) for a in parts.alike[:SHOWN])),
    )  # fmt: skip


def _telling(parts: TimeParts) -> Alike | None:
    of_label = next((a for a in parts.alike if a.field == parts.label), None)
    if of_label is not None or not parts.alike:
        return of_label
    middle = median(a.likeness for a in parts.alike)
    return min(parts.alike, key=lambda a: (abs(a.likeness - middle), a.field))


def drawn_at_random(collection: Collection) -> Collection:
    """The label stays for days, and every fifth row is test."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["returned"] = ["yes" if i // 40 % 3 == 0 else "no" for i in range(len(columns["age"]))]
        columns["part"] = ["test" if i * 7 % 5 == 0 else "train" for i in range(len(columns["age"]))]
        return columns

    return timed(collection, change, split="part")


def divided_by_time(collection: Collection) -> Collection:
    """The same, with the last fifth for test."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        columns["returned"] = ["yes" if i // 40 % 3 == 0 else "no" for i in range(n)]
        columns["part"] = ["test" if i > 0.8 * n else "train" for i in range(n)]
        return columns

    return timed(collection, change, split="part")


def people_who_joined(collection: Collection) -> Collection:
    """Each row is another person, and the day tells nothing."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["taken"] = [t[:10] for t in columns["taken"]]
        columns["part"] = ["test" if i * 7 % 5 == 0 else "train" for i in range(len(columns["age"]))]
        return columns

    return timed(collection, change, split="part")


CHECK = Check(
    code="DAT564", name="interleaved-parts", source="Bergmeir and Benitez 2012, On the use of cross-validation for time series predictor evaluation (doi:10.1016/j.ins.2011.12.028)", judge=judge,
    sabotages=(Case(toy="people", plant=drawn_at_random),), lookalikes=(Case(toy="people", plant=divided_by_time), Case(toy="people", plant=people_who_joined)),
)  # fmt: skip
