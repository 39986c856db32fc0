"""What it asks: does a field hold values that cannot be, far beyond all others or zero among measurements?

Why it matters: a lost decimal point, a typing error or a zero for "not measured" pulls at every mean and every squared loss.

How it is measured: on the scale on which the bulk is even (as it is, or its logarithm), values beyond four quartile ranges with a gap of a range before them that is wider than the tail explains: a tail that thins out slowly, as those of returns and balances do, needs a wider one (Hill's estimate). A few zeros in a field of positive measurements that begins well above zero, where they are no step of its tail and no share of a count that is zero; up to a tenth, where it begins at a quarter of the median.

When it is right to fail: never: a value may be real. It warns where a tail would have such a gap once in 400 times, and of many fields one once in twenty tables; else it is unsure.

What it cannot see: errors within the range of the others.

Mend: look at the items named; leave them out, mend or clip them by limits from the training part.

Source: the recipe, the data ("outliers almost always uncover some bugs in data quality or preprocessing").
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.number_facts import NumberFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


SURELY = 20  # one alarm by chance in so many tables of such fields: a gap of s mean excesses comes by chance with e^-s


def judge(numbers: NumberFacts) -> Finding:
    """Lost decimal points warn; what may be real is left open."""
    sure = math.log(SURELY * max(1, numbers.fields))
    gross = tuple(o for o in numbers.of("gross") if o.beyond >= sure)
    found = (*gross, *(o for o in numbers.of("gross", "outlier", "zero") if o not in gross))
    if not found:
        return passed(f"no value of {numbers.fields} numeric fields lies apart from its tail")
    first = found[0]
    what = f"{first.count:,} of {first.of:,} values of `{first.field}` are zero" if first.kind == "zero" else f"{first.count:,} of {first.of:,} values of {numbers.said(first.field)} lie beyond its tail, up to {first.value:g}"
    return (warned if gross else unsure)(
        f"{what} (the median is {first.typical:g})" + (f"; so do values of {len(found) - 1} more fields" if len(found) > 1 else ""),
        expected="values that the quantity can take",
        observed=Observed(value=first.value, unit="farthest value", n=first.count),
        component="data",
        where=tuple(o.field for o in found),
        items=numbers.items(found),
        level=Level.HEURISTIC,
        remedies=("look at these items at their source: if the values cannot be, leave them out or mend them", "if they are real, take a logarithm, or clip by limits from the training part"),
        figure=Table(title="Values apart", columns=("field", "values", "of", "farthest", "median"), rows=tuple((o.field, o.count, o.of, o.value, o.typical) for o in found)),
    )


def a_lost_decimal_point(collection: Collection) -> Collection:
    """Two heights are a thousand times too large."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][31] = columns["height"][500] = "171000"
        return columns

    return recelled(collection, change)


def a_slipped_key(collection: Collection) -> Collection:
    """One income has three digits too many."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"][77] += "000"
        return columns

    return recelled(collection, change)


def no_pressure(collection: Collection) -> Collection:
    """Where the barometer was off it has a zero among pressures about 1,013."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        drawn = random.Random(6)
        columns["pressure"] = [f"{drawn.gauss(1013, 6):.1f}" if i % 300 else "0.0" for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def returns_and_balances(collection: Collection) -> Collection:
    """Amounts around zero with heavy tails on both sides, and claims whose tail follows a power: a median of zero says nothing of what is far."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        drawn = random.Random(7)
        columns["return"] = [f"{drawn.gauss(0, 1) * math.exp(drawn.gauss(0, 0.5)):.4f}" for _ in columns["age"]]
        columns["balance"] = [f"{800 + drawn.gauss(0, 1) * math.exp(drawn.gauss(6, 1)):.2f}" for _ in columns["age"]]
        columns["claim"] = [f"{1000 * drawn.paretovariate(1.5):.0f}" for _ in columns["age"]]
        return columns

    return recelled(collection, change)


def siblings(collection: Collection) -> Collection:
    """Some have none: a number of things goes on from zero."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["siblings"] = [str(i * 7919 % 23 if i % 3 == 0 else i * 104_729 % 7) for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def a_tall_person(collection: Collection) -> Collection:
    """One height is the greatest, by a little."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][12] = "211.0"
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT514", name="gross-outliers", source=sources.DATA, judge=judge,
    sabotages=tuple(Case(toy="people", plant=p) for p in (a_lost_decimal_point, a_slipped_key, no_pressure)),
    lookalikes=(Case(toy="people", plant=a_tall_person), Case(toy="people", plant=returns_and_balances), Case(toy="people", plant=siblings)),
)  # fmt: skip
