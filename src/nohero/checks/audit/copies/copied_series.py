"""What it asks: is a whole series of a panel another one again, under another name, rounded, or a few rows late?

Why it matters: a series that is there twice weighs double, and on both sides of a division the test is memory; one that follows another by a row is no
measurement, and tells it in advance.

How it is measured: with groups named, the series of the commonest length are compared each with each, and up to three rows later: the root mean square of
their difference in every number that moves, in deviations of the quieter series.

When it is right to fail: pairs within a fiftieth of a deviation, and ten times nearer than series usually are to their nearest. On both sides of a division, or rows
apart, that warns. Side by side in one part it is left open: a total of one member is that member.

What it cannot see: series of other lengths, copies on another scale, and copies of a part of a series.

Mend: keep one of each pair, and divide anew.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048), duplicates across train and test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.series_twins import ONE, SeriesTwins
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.series_twins import Twin
    from nohero.sources.collection import Collection

SHOWN = 30  # pairs of the table


def judge(told: SeriesTwins) -> Finding:
    """Across parts first, then those that follow."""
    if told.usual < ONE:
        return unsure(
            f"most of {told.series:,} series are the same as another, within {told.usual:.1g} of a deviation: each may stand there twice, or all may tell of one thing",
            expected="series of their own", observed=Observed(value=told.usual, unit="deviations to the nearest, usually", n=told.series), component="data", level=Level.HEURISTIC,
            remedies=(f"look at two series of `{told.group}` side by side: keep one, if they are one thing under two names", "if one thing is told in each, such as the weather, it tells nothing of them"),
        )  # fmt: skip
    if not told.twins:
        return passed(f"no series of {told.series:,} is nearly another (usual distance to the nearest: {told.usual:.2g} deviations)")
    across = [t for t in told.twins if t.parts[0] != t.parts[1]]
    late = [t for t in told.twins if t.later]
    found = across or late or list(told.twins)
    first, n = found[0], len(found)
    where = f", on both sides of the division ({first.parts[0]} and {first.parts[1]})" if across else ""
    how = f"`{told.group}` {first.other} is {first.one}{f', {_rows(first)} later' if first.later else ''}"
    return (warned if across or late else unsure)(
        f"{n:,} pair{'s' if n > 1 else ''} of {told.series:,} series {'are' if n > 1 else 'is'} the same{where}: {how}, to {first.distance:.1g} of a deviation; series are usually {told.usual:.2g} from their nearest",
        expected="series of their own",
        observed=Observed(value=float(n), unit="pairs", n=told.series),
        component="data",
        where=tuple(f"{t.other} = {t.one}" for t in found[:5]),
        items=tuple(dict.fromkeys(r for t in found for r in t.rows)),
        level=Level.HEURISTIC,
        effect="the score on such series is memory" if across else "what is told twice weighs double, and what follows another tells nothing of its own",
        remedies=("keep one of each pair, and divide anew by series" if across else f"look where `{told.group}` {first.other} comes from; keep one of each pair",),
        figure=Table(title="Series that are another", columns=("series", "is", "rows later", "deviations", "parts"), rows=tuple((t.other, t.one, t.later, t.distance, " / ".join(dict.fromkeys(t.parts))) for t in found[:SHOWN])),
    )  # fmt: skip


def _rows(twin: Twin) -> str:
    return "a row" if twin.later == 1 else f"{twin.later} rows"


def _panel(collection: Collection, *, copied: bool, late: int = 0) -> Collection:
    """Thirty places of thirty days each; three of the last ten are three of the first again, but for rounding."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        drawn = np.random.default_rng(6)
        days = np.cumsum(drawn.normal(0, 1, 60))
        sums = days[None, 10:40] + np.cumsum(drawn.normal(0, 0.5, (30, 30)), axis=1)
        for k in range(3 if copied else 0):
            sums[20 + k, late:] = sums[k, : 30 - late] + drawn.normal(0, 0.002, 30 - late)
        place = [f"place {i // 30}" for i in range(900)]
        return {"place": place, "sum": [f"{v:.3f}" for v in sums.ravel()], "returned": columns["returned"][:900], "part": ["train" if i < 600 else "test" for i in range(900)]}

    return recelled(collection, change, split="part").with_(group="place")


def under_other_names(collection: Collection) -> Collection:
    """Three places of the test part are places of the training part."""
    return _panel(collection, copied=True)


def a_day_late(collection: Collection) -> Collection:
    """They are so, a day later."""
    return _panel(collection, copied=True, late=1)


def of_one_country(collection: Collection) -> Collection:
    """Places that go up and down together."""
    return _panel(collection, copied=False)


CHECK = Check(
    code="DAT567", name="copied-series", source="Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048), duplicates across train and test", judge=judge,
    sabotages=(Case(toy="people", plant=under_other_names), Case(toy="people", plant=a_day_late)), lookalikes=(Case(toy="people", plant=of_one_country),),
    under=("DAT550",),
)  # fmt: skip
