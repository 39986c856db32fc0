"""What it asks: does a field hold values that cannot be, far beyond all others or zero among measurements?

Why it matters: a lost decimal point, a typing error or a zero for "not measured" pulls at every mean and every squared loss.

How it is measured: on the scale on which the bulk is even (as it is, or its logarithm), values beyond four quartile ranges with a gap of a range before them; a few zeros in a field of positive measurements that begins well above zero.

When it is right to fail: never: a value may be real. It warns where the value is beyond ten quartile ranges or five medians, else it is unsure.

What it cannot see: errors within the range of the others.

Mend: look at the items named; leave them out, mend or clip them by limits from the training part.

Source: the recipe, the data ("outliers almost always uncover some bugs in data quality or preprocessing").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.number_facts import NumberFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

TIMES = 5.0  # the median: such a value is no tail; prices and incomes rarely reach it beyond a gap


def judge(numbers: NumberFacts) -> Finding:
    """Lost decimal points warn; what may be real is left open."""
    found = numbers.of("outlier", "zero")
    if not found:
        return passed(f"no value of {numbers.fields} numeric fields lies apart from its tail")
    gross = tuple(o for o in found if o.kind == "outlier" and abs(o.value) > TIMES * abs(o.typical))
    first = (gross or found)[0]
    what = f"{first.count:,} of {first.of:,} values of `{first.field}` are zero" if first.kind == "zero" else f"{first.count:,} of {first.of:,} values of `{first.field}` lie beyond its tail, up to {first.value:g}"
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


def a_tall_person(collection: Collection) -> Collection:
    """One height is the greatest, by a little."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][12] = "211.0"
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT514", name="gross-outliers", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=a_lost_decimal_point), Case(toy="people", plant=a_slipped_key)),
    lookalikes=(Case(toy="people", plant=a_tall_person),),
)  # fmt: skip
