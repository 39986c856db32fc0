"""What it asks: do two fields say the same?

Why it matters: importances and penalties are shared between twins at random; where nearly all is equal, the rows that are not are errors.

How it is measured: fields that are equal in nearly all rows, of which one is the other on another scale, or of which each value goes with one value of the other; numbers that are the sum, the
product or the quotient of two others in every row, or the sum of three to eight neighbouring fields, or fields that share a word of their names.

When it is right to fail: never more than a warning. Fields that are equal in nine rows of ten are told where their names are what a join or a copy makes of one, price_x and price_y; under two names,
and of many values, they are left open, for they may be two things.

What it cannot see: a field that follows from three others or more in another way, and sums of fields that stand apart and have nothing in common.

Mend: keep one of them.

Source: the recipe, the data; adult's education and education-num.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.field_rules import FieldRules
from nohero.evidence.audit.profile import Profile
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.sums import Reckoned
    from nohero.sources.collection import Collection

HOW = {"equal": "they are equal", "scaled": "one is the other on another scale", "recoded": "each value of one goes with one value of the other"}


def judge(profile: Profile, rules: FieldRules) -> Finding:
    """Name the pairs; a pair or a sum with the label is the leak's business."""
    if profile.kind != "row":
        return skipped("the items are no rows of a table")
    found = sorted((t for t in profile.twins if profile.label not in (t.one, t.other)), key=lambda t: not t.sure)
    made = [r for r in rules.sums if not r.rows and profile.label not in (r.field, *r.of)]
    if not found or (made and not found[0].sure):
        return _made(made, profile) if made else passed(f"no two of {len(profile.fields)} fields say the same")
    first = found[0]
    apart = tuple(sorted({i for t in found for i in t.apart}))
    return (warned if first.sure else unsure)(
        f"`{first.one}` and `{first.other}` say {'' if first.sure else 'nearly '}the same: {HOW[first.how]}" + (f" in all but {len(first.apart):,} rows" if first.apart else "") + (f"; {len(found) - 1} more pairs do" if len(found) > 1 else "") + (f"; `{made[0].field}` is {made[0].formula}" if made else ""),
        expected="fields of which each says something of its own",
        observed=Observed(value=float(len(found)), unit="pairs of fields", n=len(profile.fields)),
        component="data",
        where=(*(n for t in found for n in (t.one, t.other)), *(r.field for r in made)),
        items=tuple(profile.items[i] for i in apart),
        remedies=(f"keep one of `{first.one}` and `{first.other}`", *(("look at the rows in which they differ: one of the two is wrong there",) if apart else ())),
        figure=Table(title="Fields that say the same", columns=("field", "other", "how", "rows that differ"), rows=(*((t.one, t.other, HOW[t.how], len(t.apart)) for t in found), *((r.field, " and ".join(r.of), f"it is {r.formula}", 0) for r in made))),
    )


def _made(made: list[Reckoned], profile: Profile) -> Finding:
    """Fields that say nothing beside others."""
    first = made[0]
    return warned(
        f"`{first.field}` says nothing beside {len(first.of)} others: it is {first.formula} in all {first.n:,} rows" + (f"; {len(made) - 1} more fields are made so" if len(made) > 1 else ""),
        expected="fields of which each says something of its own",
        observed=Observed(value=float(len(made)), unit="fields made of others", n=len(profile.fields)),
        component="data",
        where=tuple(n for r in made for n in (r.field, *r.of)),
        remedies=(f"leave one of {', '.join(f'`{n}`' for n in (first.field, *first.of[:-1]))} and `{first.of[-1]}` out of a linear model; trees may keep them",),
    )


def the_same_twice(collection: Collection) -> Collection:
    """A field stands there twice."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["age again"] = list(columns["age"])
        return columns

    return recelled(collection, change)


def a_join_gone_apart(collection: Collection) -> Collection:
    """Both tables of a join had the income, and in one row of twenty it is another."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income_y"] = [str(int(c) // 2) if i % 20 == 7 else c for i, c in enumerate(columns["income"])]
        columns["income_x"] = columns.pop("income")
        return columns

    return recelled(collection, change)


def in_other_units(collection: Collection) -> Collection:
    """A height in metres too."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["metres"] = [f"{float(c) / 100:.3f}" if c else "" for c in columns["height"]]
        return columns

    return recelled(collection, change)


def recoded(collection: Collection) -> Collection:
    """A number for every trade."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["trade number"] = [str(len(c)) + c[:1] for c in columns["trade"]]
        return columns

    return recelled(collection, change)


def a_total(collection: Collection) -> Collection:
    """An income, what comes beside it, and the two together."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        beside = [(i * 7919) % 9000 for i in range(len(columns["age"]))]
        return {**columns, "beside": [str(v) for v in beside], "together": [str(int(c) + v) for c, v in zip(columns["income"], beside, strict=True)]}

    return recelled(collection, change)


def a_near_relative(collection: Collection) -> Collection:
    """Age in decades."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["decade"] = [str(int(c) // 10) for c in columns["age"]]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT521", name="twin-fields", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=the_same_twice), Case(toy="people", plant=in_other_units), Case(toy="people", plant=recoded), Case(toy="people", plant=a_total), Case(toy="people", plant=a_join_gone_apart)),
    lookalikes=(Case(toy="people", plant=a_near_relative),),
)  # fmt: skip
