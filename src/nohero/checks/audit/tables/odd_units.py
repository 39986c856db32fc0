"""What it asks: are all values of a field in one unit?

Why it matters: a group in grams among kilograms dominates the loss and the scale of the field.

How it is measured: on the logarithm of each field's positive values, a group far from the bulk, of about its shape, with next to nothing between.

When it is right to fail: never more than a warning: two kinds of things may be measured in one field. It warns where the factor is that of two units
which people mix up, as near as the values tell it, and leaves it open where few values tell a large factor; any other factor may be another kind of thing, a sum, or the field's own tail, and is left aside.

What it cannot see: factors that the field's own spread covers, units with zeros of their own such as degrees, and fields with many negative values or few values at all.

Mend: bring these items to the unit of the rest, by the factor named.

Source: the recipe, the data ("look for outliers on any axis").
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.number_facts import NumberFacts
from nohero.evidence.audit.unit_groups import LEAST_FACTOR
from nohero.evidence.audit.units import FACTORS
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.number_facts import Oddity
    from nohero.sources.collection import Collection

SURE, ROUNDED = 0.08, 0.02  # standard error of the factor's logarithm; what rounding does to it
DISTANT = 50  # a factor of which less needs to be known: nothing of one kind is so far from the rest, in one shape, but what is near the factor of two units
CLOSE = 0.02  # the same for a factor below ten, where nature has groups apart too


def judge(numbers: NumberFacts) -> Finding:
    """Name the fields and the factors."""
    found = tuple(sorted((o for o in numbers.of("unit") if _units(o)), key=lambda o: (o.doubt > SURE, -o.count)))
    if not found:
        aside = numbers.fields - numbers.scaled
        return passed(f"no group of the others' shape times the factor of two units in {numbers.scaled} fields" + (f"; {aside} fields of few values or of values below zero cannot be asked" if aside else ""))
    first = found[0]
    kind = first.kind_of and f"; `{first.kind_of}` says who is among them"
    return (warned if first.doubt <= SURE else unsure)(
        f"{first.count:,} of {first.of:,} values of {numbers.said(first.field)} have the shape of the others times about {_rounded(first.value)}, as {_units(first)} (the median is {first.typical:g}){kind}",
        expected="one unit a field",
        observed=Observed(value=first.value, unit="factor", n=first.count),
        component="data",
        where=tuple(o.field for o in found),
        items=numbers.items(found),
        level=Level.HEURISTIC,
        effect="a few rows dominate the loss and the scale of the field",
        remedies=("look at the named items at their source, and bring them to the unit of the rest", "if they are things of another kind, leave them as they are" if first.kind_of else "if they are things of another kind, add a field that says so"),
        figure=Table(title="Groups apart by a factor", columns=("field", "values", "of", "factor", "median"), rows=tuple((o.field, o.count, o.of, o.value, o.typical) for o in found)),
    )


def _units(group: Oddity) -> str:
    """The units that have this factor, as near as it is known; nothing where it is not known well, or nobody mixes such units up."""
    away = abs(math.log(group.value))
    near = [(abs(away - math.log(factor)), units) for units, factor in FACTORS.items() if factor >= LEAST_FACTOR]
    distance, units = min(near)
    if group.kind_of and away < math.log(9):
        return ""  # a kind of thing, such as one state of several, may well be half as large
    most = CLOSE if away < math.log(9) else SURE if away < math.log(DISTANT) else 2 * SURE
    near_enough = (2 if away < math.log(DISTANT) else 3) * group.doubt
    return units if group.doubt <= most and distance <= max(near_enough, ROUNDED) else ""


def _rounded(factor: float) -> str:
    return f"{float(f'{factor:.3g}'):,g}"


def inches_among_centimetres(collection: Collection) -> Collection:
    """A twentieth of the heights is in inches."""
    return recelled(collection, inches)


def inches(columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every twentieth height divided."""
    columns["height"][::20] = [f"{float(c) / 2.54:.1f}" if c else c for c in columns["height"][::20]]
    return columns


def millimetres(collection: Collection) -> Collection:
    """A few heights are in millimetres."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][9::90] = [f"{float(c) * 10:.0f}" if c else c for c in columns["height"][9::90]]
        return columns

    return recelled(collection, change)


def inches_and_metres(collection: Collection) -> Collection:
    """Two other units in one field."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["height"][::30] = [f"{float(c) / 2.54:.1f}" if c else c for c in columns["height"][::30]]
        columns["height"][7::50] = [f"{float(c) / 100:.2f}" if c else c for c in columns["height"][7::50]]
        return columns

    return recelled(collection, change)


def cents_and_thousands(collection: Collection) -> Collection:
    """A few prices of a short list are in cents, and a few incomes in thousands, where some people have none."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        prices = (9.75, 10.5, 11.0, 12.0, 12.5, 13.25, 14.5, 16.0, 16.5, 17.95, 18.5, 20.25, 20.75, 23.65)
        columns["price"] = [f"{prices[i * 7919 % 14] * (100 if i % 30 == 7 else 1):g}" for i in range(len(columns["age"]))]
        columns["income"] = ["0" if i % 50 == 3 else f"{int(c) / 1000:.1f}" if i % 12 == 8 else c for i, c in enumerate(columns["income"])]
        return columns

    return recelled(collection, change)


def totals(collection: Collection) -> Collection:
    """Three rows are sums over the others."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        for i, share in enumerate((0.2, 0.3, 0.5)):
            columns["income"][i] = f"{share * sum(int(c) for c in columns['income'][3:]):.0f}"
        return columns

    return recelled(collection, change)


def two_kinds_of_thing(collection: Collection) -> Collection:
    """Incomes of a few firms among those of people: two groups apart, of shapes of their own."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"][::60] = [str(900_000 + 1000 * i) for i in range(len(columns["income"][::60]))]
        columns["income"][9::80] = [str(80_000_000 + 7_000_000 * i * i) for i in range(len(columns["income"][9::80]))]
        return columns

    return recelled(collection, change)


def a_town_of_shorter_trips(collection: Collection) -> Collection:
    """Of one town all values are two fifths of the others': another kind of place."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"][::20] = ["Visby"] * len(columns["town"][::20])
        return inches(columns)

    return recelled(collection, change)


def a_long_tail(collection: Collection) -> Collection:
    """Incomes have a longer tail."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"] = [str(int(float(c) ** 1.6 / 400)) for c in columns["income"]]
        return columns

    return recelled(collection, change)


def cholesterol_in_two_units(collection: Collection) -> Collection:
    """One laboratory in ten tells mmol/L."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        drawn = random.Random(2)
        columns["cholesterol"] = [f"{v / 38.67:.2f}" if i % 10 == 3 else f"{v:.0f}" for i, v in enumerate(drawn.gauss(220, 30) for _ in columns["age"])]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT513", name="odd-units", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=inches_among_centimetres), Case(toy="people", plant=millimetres), Case(toy="people", plant=inches_and_metres), Case(toy="people", plant=cholesterol_in_two_units), Case(toy="people", plant=cents_and_thousands)),
    lookalikes=(Case(toy="people", plant=a_long_tail), Case(toy="people", plant=two_kinds_of_thing), Case(toy="people", plant=a_town_of_shorter_trips), Case(toy="people", plant=totals)),
)  # fmt: skip
