"""What it asks: does a field that always moves stand still somewhere?

Why it matters: a sensor that hung, or a gap that was filled with the last value or along a straight line, are no measurements; a model that
forecasts learns them as such, and a score on them is too good.

How it is measured: in the order of the file, or of the time where it is named: runs of one value, or of equal steps, at least twenty rows long
and four times as long as any other of the field, where at most two of five other rows repeat the one before.

When it is right to fail: such a run is a warning. At the least or the greatest value of a field, or one that a fifth of the rows have, it is none: there rests what cannot go on
falling or rising, such as rain, light at night, or a full scale. Sorted fields and numberings are not looked at.

What it cannot see: short stretches, fields that often rest, and gaps filled with noise, or along a line so flat that rounding breaks it.

Mend: leave the rows out, or set the values to missing and say so.

Source: Campbell et al. 2013, Quantity is nothing without quality: automated QA/QC for streaming environmental sensor data (persistence test).
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.stuck_runs import StuckRuns
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.evidence.audit.stuck_runs import Run
    from nohero.sources.collection import Collection

SHOWN = 30  # rows of the table


def judge(stuck: StuckRuns) -> Finding:
    """The longest first."""
    if not stuck.runs:
        return passed(f"no field of {stuck.fields} stands still, or goes straight, far longer than it does elsewhere")
    runs = sorted(stuck.runs, key=lambda r: -r.rows)
    fields = tuple(dict.fromkeys(r.field for r in runs))
    more = f"; {len(runs) - 1} more such stretches" if len(runs) > 1 else ""
    return warned(
        f"{_said(runs[0])}{more}",
        expected="a field that moves on",
        observed=Observed(value=float(runs[0].rows), unit="rows", n=sum(r.rows for r in runs)),
        component="data",
        where=fields,
        items=tuple(dict.fromkeys(name for r in runs for name in (r.first, r.last))),
        level=Level.HEURISTIC,
        effect="rows that nobody measured are learned from, and are easy to foretell",
        remedies=("set these values to missing, or leave the rows out", "look at the log of the device, or at what filled the gaps"),
        figure=Table(
            title="Stretches that stand still or go straight", columns=("field", "stretch", "first row", "last row", "rows", "first value", "last value", "longest elsewhere"),
            rows=tuple((r.field, r.kind, r.first, r.last, r.rows, r.value, r.until, r.usual) for r in runs[:SHOWN]),
        ),
    )  # fmt: skip


def _said(run: Run) -> str:
    what = f"is {run.value:g} all through" if run.kind == "still" else f"goes straight from {run.value:g} to {run.until:g}"
    return f"`{run.field}` {what} {run.rows:,} rows, {run.first} to {run.last}; elsewhere never longer than {run.usual:,} rows"


def _with(collection: Collection, make: Callable[[random.Random, int], list[float]], form: str = ".1f") -> Collection:
    """With a field of readings."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["reading"] = [format(v, form) for v in make(random.Random(5), len(columns["age"]))]
        return columns

    return recelled(collection, change)


def _walk(drawn: random.Random, n: int) -> list[float]:
    place = 20.0
    return [place := 20 + 0.95 * (place - 20) + drawn.gauss(0, 1) for _ in range(n)]


def hung(collection: Collection) -> Collection:
    """A sensor repeats its last reading for 40 rows."""
    return _with(collection, lambda drawn, n: [v[400] if 400 <= i < 440 else v[i] for v in [_walk(drawn, n)] for i in range(n)])


def hung_by_day(collection: Collection) -> Collection:
    """Light that is none at night, whose sensor repeats a reading of the day for 100 rows."""
    return _with(collection, lambda drawn, n: [v[410] if 410 <= i < 510 else v[i] for v in [[0.0 if i % 60 < 25 else 20 + drawn.random() * 30 for i in range(n)]] for i in range(n)])


def filled_straight(collection: Collection) -> Collection:
    """A gap of 40 rows was filled along a line."""
    return _with(collection, lambda drawn, n: [v[400] + (v[440] + 15 - v[400]) * (i - 400) / 40 if 400 <= i < 440 else v[i] for v in [_walk(drawn, n)] for i in range(n)])


def light_at_night(collection: Collection) -> Collection:
    """No light at night, and a scale that ends at 60 for one long noon."""
    return _with(collection, lambda drawn, n: [60.0 if 300 <= i < 350 else 0.0 if i % 60 < 25 else 20 + drawn.random() * 30 for i in range(n)])


def rests_often(collection: Collection) -> Collection:
    """A price that is changed now and then, and for a long while was not."""

    def make(drawn: random.Random, n: int) -> list[float]:
        price, prices = 9.0, []
        for i in range(n):
            price += drawn.gauss(0, 1) if drawn.random() < 0.2 and not 300 <= i < 420 else 0.0
            prices.append(price)
        return prices

    return _with(collection, make)


def counted_up(collection: Collection) -> Collection:
    """A meter that goes up by what was used, which for a while was nothing."""
    return _with(collection, lambda drawn, n: [(i if i < 500 else max(500, i - 60)) + 0.3 * drawn.random() * (not 500 <= i < 560) for i in range(n)])


CHECK = Check(
    code="DAT571", name="stuck-values", source="Campbell et al. 2013, Quantity is nothing without quality: automated QA/QC for streaming environmental sensor data", judge=judge,
    sabotages=(Case(toy="people", plant=hung), Case(toy="people", plant=hung_by_day), Case(toy="people", plant=filled_straight)),
    lookalikes=tuple(Case(toy="people", plant=p) for p in (light_at_night, rests_often, counted_up)),
)  # fmt: skip
