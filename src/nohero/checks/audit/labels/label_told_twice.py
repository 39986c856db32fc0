"""What it asks: does each of several fields tell the label nearly fully, so that none is missed where it is left out?

Why it matters: two fields that were each written down from the label hide one another: what is left without the one is told by the other. The score
is near perfect and worth nothing.

How it is measured: a small tree tells the class from each field alone, out of fold; those that leave little open are left out together with their twins, and
a tree on all others is asked. Of two strong fields the rows that each alone misses are compared: two features of one thing miss the same rows, those that
are hard to tell; two copies of the label, each with mistakes of its own, do not.

When it is right to fail: it warns where two strong fields miss other rows, and leaves open a field that misses next to none, as all of a clear-cut case do: both where all other fields
leave four times as much open, and a tenth of what the commonest class leaves.

What it cannot see: fields that tell the label only together.

Mend: leave all of these fields out, unless they are known before the label is.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.told_twice import ToldTwice
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.told_twice import Missed
    from nohero.sources.collection import Collection

LITTLE, NONE = 0.1, 0.01  # of what the constant leaves open that a field leaves: nearly none, and next to none
OTHERS = 4.0  # times that is left by all others; sepals leave seven times what petals do in iris, whose petals miss the same flowers
REST = 0.1  # of what the constant leaves open that all others leave, at least: they may tell it nearly as well
FEWEST = 10  # rows that the field of fewer misses, for it to be said whether the other misses them too
APART = 0.1  # of them that both miss; iris' petals share a third, where chance alone is at a twentieth


def judge(told: ToldTwice) -> Finding:
    """Copies with mistakes of their own warn, fields that never miss are left open."""
    open_ = 1 - told.constant
    strong = [(f, s) for f, s in told.strong if 1 - s <= LITTLE * open_]
    if not strong or not (1 - told.rest >= max(OTHERS * (1 - strong[0][1]), REST * open_)):
        others = "are no better than all others" if told.rest == told.rest else "have no others beside them"  # a NaN where there are none
        return passed(f"fields that tell nearly all of `{told.label}` {others}" if strong else f"no two fields each tell nearly all of `{told.label}` alone")
    names = {f for f, _ in strong}
    apart = next((m for m in told.missed if names & set(m.fields) and _apart(m)), None)
    clear = [f for f, s in told.strong if 1 - s <= NONE * open_]
    if apart is None and not clear:
        return passed(f"the fields that tell nearly all of `{told.label}` alone miss the same rows, or few, as features of one thing do")
    fields = tuple(f for f, _ in told.strong)
    score = dict(told.strong)
    first = apart.fields if apart is not None else fields[:2]
    said = f"; of the {apart.rows[0]:,} and {apart.rows[1]:,} rows that these miss {apart.shared:,} are the same, as if each was written down from the label with mistakes of its own" if apart is not None else ""
    return (warned if apart is not None else unsure)(
        f"{' and '.join(f'`{f}`' for f in first)}{f' and {len(fields) - 2} more' if len(fields) > 2 else ''} each tell nearly all of the label `{told.label}`, or most of it: accuracy {score[first[0]]:.3f} and {score[first[1]]:.3f} alone, {told.rest:.3f} by all fields but these{said}",
        expected="no field that is written down together with the label or after it",
        observed=Observed(value=score[first[0]], unit="accuracy of this field alone", n=told.n),
        component="data",
        where=fields,
        level=Level.HEURISTIC,
        effect="the score would be near perfect, and fall when the fields are not known",
        remedies=(f"ask whether each of {', '.join(f'`{f}`' for f in fields)} is known before `{told.label}` is; leave out all that are not, for each of them alone tells it",),
    )


def _apart(missed: Missed) -> bool:
    fewer = min(missed.rows)
    return fewer >= FEWEST and missed.shared <= APART * fewer


def two_copies(collection: Collection) -> Collection:
    """Two fields that were filled in for those who returned, each but for some."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["refund"] = ["in full" if (c == "yes") != (i % 41 == 3) else "not" for i, c in enumerate(columns["returned"])]
        columns["letter"] = ["sent" if (c == "yes") != (i % 37 == 5) else "none" for i, c in enumerate(columns["returned"])]
        return columns

    return recelled(collection, change)


def two_features_of_one_thing(collection: Collection) -> Collection:
    """Length and width grow with the size, and the class is told by the size but for those between."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(7), len(columns["age"])
        large = np.array([c == "yes" for c in columns["returned"]])
        size = np.where(large, 6.0, 3.0) + generator.normal(0, 0.7, n)
        return {**columns, "length": [f"{s + generator.normal(0, 0.1):.1f}" for s in size], "width": [f"{s / 3 + generator.normal(0, 0.05):.2f}" for s in size]}

    return recelled(collection, change)


CHECK = Check(
    code="DAT538", name="label-told-twice", source="Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048)", judge=judge,
    sabotages=(Case(toy="people", plant=two_copies),),
    lookalikes=(Case(toy="people", plant=two_features_of_one_thing),),
    under=("DAT530",),  # one field that goes one to one with the label is said there
)  # fmt: skip
