"""What it asks: does one of those who rated give other marks than the rest?

Why it matters: a rater who gives a point more than all others moves the label of every item that came to him. A model learns who rated
where the field is a feature, and has that much noise where it is not.

How it is measured: where the label is a number and a field's name says who rated, annotated, graded or examined: each one's mean mark against that of all others,
in standard errors; whether the others agree among themselves; and whether this one was given other items, by the numbers and the words among their features.

When it is right to fail: never more than a warning: one who lies off by a quarter of the marks' spread and six standard errors, while the others agree and the items are alike,
each marked by several. Where each was marked by one it is left open, for items may differ in what no field says.

What it cannot see: raters under a field of another name, who rated fewer than thirty items, or of whom several differ; marks that are classes.

Mend: take each rater's mean off, by training items alone, or have the items rated again.

Source: Hoyt 2000, Rater bias in psychological research, Psychological Methods 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.rater_effects import RaterEffects
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.rater_effects import Rater
    from nohero.sources.collection import Collection

SURELY, FAR = 6.0, 0.25  # standard errors, and of the spread of the others' marks
AGREE = 4.0  # standard errors by which the others may differ among themselves


def judge(raters: RaterEffects) -> Finding:
    """One who is off alone, with items like the others'."""
    found = sorted((r for r in raters.found if _is_off(r)), key=lambda r: not r.shared)
    if not found:
        return passed(f"nobody named in {', '.join(f'`{f}`' for f in raters.fields)} alone marks otherwise than the others")
    first = found[0]
    alike = f"and nearly each `{first.shared}` was marked by several" if first.shared else "and the items are alike in what the other fields say"
    return (warned if first.shared else unsure)(
        f"where `{first.field}` is {first.name} ({first.items:,} items) the mean of `{raters.label}` is {first.mean:.3g}, with the others {first.others:.3g}; these agree among themselves, {alike}",
        expected="like marks for like items",
        observed=Observed(value=first.mean - first.others, unit=f"of `{raters.label}`", n=first.items),
        component="data",
        where=tuple(f"{r.field}={r.name}" for r in found),
        effect="these labels are off by as much, and a model that sees who rated learns that",
        remedies=(f"look at twenty items of {first.name} beside like ones of others; have them rated again, or take {first.mean - first.others:+.2g} off them", "leave the field out of the features"),
    )


def _is_off(one: Rater) -> bool:
    off = abs(one.mean - one.others)
    return off >= max(SURELY * one.error, FAR * one.spread) and one.agree <= AGREE and not one.apart


def _rated(columns: dict[str, list[str]], more: float) -> dict[str, list[str]]:
    """Marks from 3 to 8 by five raters, three of them of each essay; one gives so many points more."""
    import random

    drawn = random.Random(11)
    rows = range(len(columns["age"]))
    columns["rater"] = [r for _ in rows[::3] for r in drawn.sample("ABCDE", 3)][: len(rows)]
    columns["essay"] = [f"essay {i // 3}" for i in rows]
    columns["mark"] = [str(round(drawn.gauss(5.5, 1) + (more if r == "C" else 0))) for r in columns["rater"]]
    return columns


def a_mild_rater(collection: Collection) -> Collection:
    """One of five gives a point more."""
    return recelled(collection, lambda c: _rated(c, 1.0), label="mark")


def raters_of_one_mind(collection: Collection) -> Collection:
    """None does."""
    return recelled(collection, lambda c: _rated(c, 0.0), label="mark")


def one_who_sees_the_old(collection: Collection) -> Collection:
    """One rates other people, and these are better."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns = _rated(columns, 0.0)
        columns["rater"] = ["C" if int(a) > 60 else r if r != "C" else "B" for a, r in zip(columns["age"], columns["rater"], strict=True)]
        columns["mark"] = [str(int(m) + (r == "C")) for m, r in zip(columns["mark"], columns["rater"], strict=True)]
        return columns

    return recelled(collection, change, label="mark")


CHECK = Check(
    code="DAT509", name="rater-effect", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=a_mild_rater),), lookalikes=(Case(toy="people", plant=raters_of_one_mind), Case(toy="people", plant=one_who_sees_the_old)),
)  # fmt: skip
