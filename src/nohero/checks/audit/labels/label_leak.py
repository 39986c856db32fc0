"""What it asks: is a field the label under another name, or written down because of it?

Why it matters: such a field will not be there when the model is used. The score is near perfect and worth nothing.

How it is measured: a small tree tells the label from each field alone, out of fold, and from all others without it and its twins; values that go one to one with the label, and fields in the label's order; sums, products
and quotients of two numbers, and sums of several, of which the label is one.

When it is right to fail: field and label name each other one to one, or have the same order throughout, or the label can be reckoned from others. It warns where a field leaves next to nothing open that all others together
leave open. Words tell a number as groups do: such a field is left open from an R2 of .99 on. Where the label's neighbours in time tell it as well, fields that move with it are left open too, unless they tell its changes, or
what those neighbours leave open: two trends need have nothing to do with each other. A field that goes up all the time tells the time, and no more: that is said, and is no leak.

What it cannot see: a label that is spread over three fields or more.

Mend: leave the field out, unless it is known before the label is.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048); Titanic's `alive`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.field_rules import FieldRules
from nohero.evidence.audit.label_tells import LabelTells, Tell
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.sums import Reckoned
    from nohero.sources.collection import Collection

SAME_NAME = 0.9  # score of a field that goes one to one; chance matches of rare values stay below
SAME_ORDER, NEAR_ORDER = 0.9999, 0.99  # rank correlation: carat and price in diamonds have 0.96
LITTLE = 0.1  # of what the constant leaves open is left by the field alone: Titanic's `boat` leaves 0.06
OTHERS = 4.0  # times that is left by all others; petal length makes up for petal width in iris, 1.2 times
HALF = 0.5  # of the changes told, below which a field that goes up all the time tells no more than that; of what the time misses of the label's order, that a copy misses less than
STEADY = 0.001  # of its variance that the label's neighbours in time leave open, below which anything that rises tells it
GROUPS = 0.99  # R2 of a field of words with a number: births of a day by state have .93, and that is the size of the states


def judge(tells: LabelTells, rules: FieldRules) -> Finding:
    """Copies and sums fail, a field that stands alone warns, nearly the same order is left open."""
    summed = next((r for r in rules.sums if tells.label in (r.field, *r.of)), None)
    if summed is not None:
        return _reckoned(summed, tells.label)
    tells = _without_time(tells)
    trends = _trends(tells)
    copies = [t for t in tells.tells if t not in trends and ((t.one_to_one and t.score >= SAME_NAME) or t.rank_match >= SAME_ORDER)]
    standing = [t for t in tells.tells if _stands_alone(t, tells.constant)]
    groups = [t for t in standing if tells.metric == "R2" and not t.number]
    alone = [t for t in standing if t not in groups and t not in trends]
    near = [t for t in tells.tells if t.rank_match >= NEAR_ORDER or (t in groups and t.score >= GROUPS)]
    found = copies or alone or [t for t in near if t not in trends]
    if not found and trends:
        clocks = [t for t in trends if tells.clocks.get(t.field, 0.0) >= NEAR_ORDER and tells.steps.get(t.field, 0.0) < HALF]
        return _only_time(clocks[0], tells) if len(clocks) == len(trends) else _shared_trend([t for t in trends if t not in clocks], tells)
    if not found:
        best = tells.tells[0] if tells.tells else None
        return passed(f"the strongest field, `{best.field}`, tells {tells.metric} {best.score:.3f} alone" if best else "there are no fields beside the label")
    first = found[0]
    how = "goes one to one with" if first.one_to_one and copies else "has the order of" if copies else "tells nearly all of" if alone or first in groups else "has nearly the order of"
    also = f" (and {', '.join(f'`{n}`' for n in first.twins)}, which say the same)" if first.twins else ""
    return (failed if copies else warned if alone else unsure)(
        f"`{first.field}`{also} {how} the label `{tells.label}`: {tells.metric} {first.score:.3f} alone, {first.score_without:.3f} by all other fields",
        expected="no field that is written down together with the label or after it",
        observed=Observed(value=first.score, unit=f"{tells.metric} of this field alone", n=tells.n),
        component="data",
        where=tuple(dict.fromkeys(f for t in found for f in (t.field, *t.twins))),
        level=Level.MEASURED if copies else Level.HEURISTIC,
        effect="the score would be near perfect, and fall when the field is not known",
        remedies=(f"leave {' and '.join(f'`{n}`' for n in (first.field, *first.twins))} out, unless it is known before `{tells.label}` is",),
    )


def _without_time(tells: LabelTells) -> LabelTells:
    """No time is ever left out for telling what goes on in time."""
    if not tells.time or tells.metric != "R2":
        return tells
    return replace(tells, tells=tuple(replace(t, twins=tuple(n for n in t.twins if n != tells.time)) for t in tells.tells if t.field != tells.time))


def _trends(tells: LabelTells) -> list[Tell]:
    """Fields that tell the label hardly better than its neighbours in time do, and whose changes do not tell its changes."""
    told = [t for t in tells.tells if (_stands_alone(t, tells.constant) or t.rank_match >= NEAR_ORDER) and (t.rank_match < SAME_ORDER or 1 - t.rank_match >= HALF * (1 - tells.rises))]
    return [t for t in told if tells.steps.get(t.field, 0.0) < 1 - LITTLE and 1 - tells.by_time <= max(OTHERS * (1 - t.score), STEADY)]


def _only_time(first: Tell, tells: LabelTells) -> Finding:
    """Rows between others in time are told by them."""
    return passed(f"`{first.field}` goes up through `{tells.time}` and tells `{tells.label}` only as the time does (R2 {first.score:.3f} alone, {tells.by_time:.3f} by the label's own neighbours in time): test on the last stretch of time, never on rows drawn from among the others")


def _shared_trend(trends: list[Tell], tells: LabelTells) -> Finding:
    """Whether it is more than time cannot be told."""
    fields = tuple(dict.fromkeys(f for t in trends for f in (t.field, *t.twins)))
    first = trends[0]
    return unsure(
        f"{', '.join(f'`{f}`' for f in fields[:3])}{f' and {len(fields) - 3} more' if len(fields) > 3 else ''} and the label `{tells.label}` move together in time: R2 {first.score:.3f} by `{first.field}` alone, {tells.by_time:.3f} by the label's own neighbours in `{tells.time}`, and {tells.steps.get(first.field, 0.0):.2f} of its changes by those of `{first.field}`",
        expected="fields that tell more of the label than its time does, or less",
        observed=Observed(value=first.score, unit=f"{tells.metric} of this field alone", n=tells.n),
        component="data",
        where=fields,
        level=Level.HEURISTIC,
        effect="two series that rise together tell each other within these years, and need not beyond",
        remedies=("ask whether the field is known before the label is, and means more than the time", "test on the last stretch of time, never on rows drawn from among the others"),
    )


def _reckoned(told: Reckoned, label: str) -> Finding:
    """The label is made of others."""
    others = tuple(f for f in (told.field, *told.of) if f != label)
    return failed(
        f"the label `{label}` can be reckoned: `{told.field}` is {told.formula} in {'all' if not told.rows else f'all but {len(told.rows):,} of'} {told.n:,} rows",
        expected="no fields that are written down together with the label or after it",
        observed=Observed(value=(told.n - len(told.rows)) / told.n, unit="of the rows", n=told.n),
        component="data",
        where=others,
        level=Level.MEASURED,
        effect="the score would be near perfect, and fall when these fields are not known",
        remedies=(f"leave {' and '.join(f'`{f}`' for f in others)} out, unless all of them are known before `{label}` is",),
    )


def _stands_alone(tell: Tell, constant: float) -> bool:
    left, without = 1 - tell.score, 1 - tell.score_without
    return left <= LITTLE * (1 - constant) and without >= OTHERS * left and without > 0  # comparisons with nan are false


def the_label_again(collection: Collection) -> Collection:
    """The label in other words."""
    return recelled(collection, lambda columns: {**columns, "came back": ["ja" if c == "yes" else "nej" for c in columns["returned"]]})


def sum_of_two(collection: Collection) -> Collection:
    """The label is the income by day and that by night."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        night = [(i * 7919) % 9000 for i in range(len(columns["age"]))]
        return {**columns, "by night": [str(v) for v in night], "by day": [str(int(c) - v) for c, v in zip(columns["income"], night, strict=True)]}

    return recelled(collection, change, label="income")


def written_afterwards(collection: Collection) -> Collection:
    """A field that is filled in for those who returned, but for a few."""
    return recelled(collection, lambda columns: {**columns, "refund": [str(20 + i % 50) if (c == "yes") != (i % 97 == 0) else "0" for i, c in enumerate(columns["returned"])]})


def written_twice(collection: Collection) -> Collection:
    """The same, as a sum and as a word."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        known = [(c == "yes") != (i % 97 == 0) for i, c in enumerate(columns["returned"])]
        columns["refund"] = ["20" if k else "0" for k in known]
        columns["refunded"] = ["in full" if k else "not" for k in known]
        return columns

    return recelled(collection, change)


def a_trend_written_twice(collection: Collection) -> Collection:
    """An output that grows day by day, and the same as it was counted a second time."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(3), len(columns["age"])
        grown = np.cumsum(generator.normal(1, 0.4, n))
        columns |= {"day": [str(np.datetime64("2001-01-01") + i) for i in range(n)], "output": [f"{v:.2f}" for v in grown], "counted": [f"{v + generator.normal(0, 0.03):.2f}" for v in grown]}
        return columns

    return recelled(collection, change, label="output")


def a_population(collection: Collection) -> Collection:
    """Unemployment that goes up and down through the years, and a population that grows."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(3), len(columns["age"])
        years, rate = np.arange(n) // 12, 6 + 2 * np.sin(np.arange(n) / 60) + generator.normal(0, 0.05, n)
        return {**columns, "year": [str(1900 + y) for y in years], "people": [f"{50 + 0.1 * i:.1f}" for i in range(n)], "rate": [f"{v:.2f}" for v in rate]}

    return recelled(collection, change, label="rate")


def two_trends(collection: Collection) -> Collection:
    """An output that grows year by year, and a population that does so too."""
    import numpy as np

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        generator, n = np.random.default_rng(3), len(columns["age"])
        grown, people = np.cumsum(generator.normal(1, 0.4, n)), np.cumsum(generator.normal(1, 0.2, n))
        return {**columns, "day": [str(np.datetime64("2001-01-01") + i) for i in range(n)], "output": [f"{v:.2f}" for v in grown], "people": [f"{v:.2f}" for v in people]}

    return recelled(collection, change, label="output")


def a_strong_field(collection: Collection) -> Collection:
    """A field that tells a good deal of the label."""
    return recelled(collection, lambda columns: {**columns, "mood": [str((c == "yes") * 10 + i * 7 % 17) for i, c in enumerate(columns["returned"])]})


CHECK = Check(
    code="DAT530", name="label-leak", source="Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (arXiv:2207.07048)", judge=judge,
    sabotages=(Case(toy="people", plant=the_label_again), Case(toy="people", plant=sum_of_two), Case(toy="people", plant=written_afterwards), Case(toy="people", plant=written_twice), Case(toy="people", plant=a_trend_written_twice)),
    lookalikes=(Case(toy="people", plant=a_strong_field), Case(toy="people", plant=two_trends), Case(toy="people", plant=a_population)),
    said_by=("DAT170",),
    closes=True,
)  # fmt: skip
