"""What it asks: does a field hold the label of a later row?

Why it matters: what is known only later is not there when the model is used. A lag that was taken the wrong way round gives the answer away, and every
score on it is worth nothing.

How it is measured: the rows in the order of their times, within each group where one is named: each field against the label one to seven, 12, 24 and 52
rows later, in the rows whose own label is another by then.

When it is right to fail: in 98 % of these rows, and at least 30 of them, the field is the later label exactly: that warns, unless it is the label of an
earlier row as often, as of a label that comes again each week.

What it cannot see: means of later labels, labels that were rounded or scaled on the way, other distances, and tables without a field of times.

Mend: move the field the other way, so that each row holds what was known by then.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048), temporal leakage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.audit.timed import hours
from nohero.checks.check import Case, Check
from nohero.evidence.audit.label_leads import LabelLeads
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(told: LabelLeads) -> Finding:
    """The nearest first."""
    if not told.leads:
        return passed(f"no field of {told.fields} holds the label `{told.label}` of a later row in `{told.time}`")
    first = min(told.leads, key=lambda lead: lead.later)
    rows, at = ("a row", "next row") if first.later == 1 else (f"{first.later} rows", f"row {first.later} rows later")
    more = f"; {len(told.leads) - 1} more such fields" if len(told.leads) > 1 else ""
    return warned(
        f"`{first.field}` is the label `{told.label}` of the {at} in `{told.time}`, in {first.share:.1%} of the {first.n:,} rows whose own is another{more}",
        expected="fields that are known by the time of their row",
        observed=Observed(value=first.share, unit="of the rows", n=first.n),
        component="data",
        where=tuple(lead.field for lead in told.leads),
        effect="the score would be near perfect, and fall when the later label is not known",
        remedies=(f"move `{first.field}` by {2 * first.later} rows, so that it holds the label of {rows} earlier, or leave it out",),
        figure=Table(title="The field, and the label later", columns=("row", first.field, f"{told.label}, {rows} later"), rows=first.shown),
    )  # fmt: skip


def _moved(collection: Collection, by: int) -> Collection:
    """Temperatures an hour, and a field that holds those of so many rows earlier."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        n = len(columns["age"])
        values = [f"{v:.2f}" for v in 15 + 8 * np.sin(np.arange(n) / 24 * 2 * np.pi) + np.cumsum(np.random.default_rng(3).normal(0, 0.3, n))]
        return {**columns, "taken": hours(n), "warmth": values, "warmth before": [values[i - by] if 0 <= i - by < n else "" for i in range(n)]}

    return recelled(collection, change, label="warmth").with_(time="taken")


def a_lag_the_wrong_way(collection: Collection) -> Collection:
    """The next hour's temperature instead of the last one's."""
    return _moved(collection, -1)


def a_lag(collection: Collection) -> Collection:
    """The last hour's temperature."""
    return _moved(collection, 1)


CHECK = Check(
    code="DAT565", name="later-labels", source="Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048), temporal leakage", judge=judge,
    sabotages=(Case(toy="people", plant=a_lag_the_wrong_way),), lookalikes=(Case(toy="people", plant=a_lag),),
)  # fmt: skip
