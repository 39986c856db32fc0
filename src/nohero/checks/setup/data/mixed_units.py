"""What it asks: are all values of a feature in one unit?

Why it matters: rows in metres among rows in millimetres, or one entry with a lost decimal point, outweigh all others in the
loss and in every mean.

How it is measured: values beyond thirty robust deviations. Where hardly any lie between them and the bulk, and they have the
bulk's shape times a factor, it is a second unit; where they are a few, three hundred deviations away, they are gross errors.

When it is right to fail: never; what it finds is a warning. Long tails, which thin out without a gap, are passed.

What it cannot see: factors below about thirty, and units of which one is as common as the other.

Mend: bring the rows to one unit; look at the named items.

Source: the recipe, the data ("visualize outliers").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.feature_facts import FeatureFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(facts: FeatureFacts) -> Finding:
    """Name features, factors and items."""
    found = [o for o in facts.oddities if o.kind in ("units", "outlier") and not o.handled]
    if not found:
        return passed("no feature has a group of values apart from all others")
    first = max(found, key=lambda o: (o.kind == "units", o.items))
    what = (
        f"{first.items} of {first.of} values of {first.where} in {first.part} have the shape of the others times about {first.value:.3g}"
        if first.kind == "units"
        else f"{first.items} of {first.of} values of {first.where} in {first.part} lie {first.farthest:,.0f} robust deviations away (up to {first.value:.4g}; the median is {first.typical:.3g}), with nothing between"
    )
    return warned(
        what,
        expected="one unit a feature, and a tail without a gap",
        observed=Observed(value=first.value, unit="factor" if first.kind == "units" else "farthest value", n=first.items),
        component="data",
        where=(*(f"{o.part}: {o.where}" for o in found), *(f"{first.part} item {i}" for i in first.rows)),
        level=Level.HEURISTIC,
        effect="a few rows dominate the loss and the scale of the feature",
        why="A real long tail thins out; a group apart comes from another unit, a lost decimal point or a wrong join, and squares of such values outweigh all the rest.",
        remedies=("look at the named items at their source, and bring them to the unit of the rest", "drop or clip the entries that cannot be right, by limits from the training part", "if they are real, take a logarithm"),
        figure=Table(title="Values apart", columns=("part", "feature", "values", "of", "factor or farthest", "median"), rows=tuple((o.part, o.where, o.items, o.of, o.value, o.typical) for o in found)),
    )


def some_rows_in_grams(given: Given) -> Given:
    """A column of about 70 kg is in grams in every sixth row."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[:, 3] = 70 + 8 * x[:, 3]  # type: ignore[index]
        x[::6, 3] *= 1000  # type: ignore[index]
        return x, y

    return replanted(given, change, "train", "val")


def a_lost_decimal_point(given: Given) -> Given:
    """Two entries are ten thousand times too large."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[[40, 190], 1] = 31_000.0  # type: ignore[index]
        return x, y

    return replanted(given, change)


def target_in_thousands(given: Given) -> Given:
    """An eighth of the targets is in thousandths."""

    def change(x: object, y: object) -> tuple[object, object]:
        y[::8] *= 1000  # type: ignore[index]
        return x, y

    return replanted(given, change)


def a_long_tail(given: Given) -> Given:
    """A lognormal column, raw."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[:, 3] = (1.8 * x[:, 3]).exp()  # type: ignore[index]
        return x, y

    return replanted(given, change, "train", "val")


CHECK = Check(
    code="DAT308",
    name="mixed-units",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=some_rows_in_grams), Case(toy="huber-regression", plant=a_lost_decimal_point), Case(toy="huber-regression", plant=target_in_thousands)),
    lookalikes=(Case(toy="table-mlp", plant=a_long_tail),),
)
