"""What it asks: does one value inside a field's range come far too often?

Why it matters: gaps that were filled with the mean look like measurements, and so do zeros and nines that stand for missing. A network learns from
them, and nothing tells it that they were never measured.

How it is measured: in fields of twenty values or more, how often each comes, against the three on either side; one value must stand out alone, as
fields of heaps have several. And whether one value is written with more decimals than all others, and lies at their mean.

When it is right to fail: never more than a warning. It warns of a mean; a value that comes often at the median, or a zero, 9997 or 5000 where hardly
anything else lies, may be what many really have, and is left open.

What it cannot see: fillings by group, and medians among values that come often anyway. Values at the end of a range are another check's.

Mend: have these values read as missing again, fill in the training part's median, and add a field that tells where.

Source: the recipe, the data ("become one with the data").
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


def judge(numbers: NumberFacts) -> Finding:
    """Name the fields, the values and their rows."""
    found = (*numbers.of("fill"), *numbers.of("pile"))
    if not found:
        return passed(f"no value alone comes far more often than those beside it in {numbers.fields} numeric fields")
    first = found[0]
    filled = first.kind == "fill"
    what = "the mean of the others, as where gaps were filled with it" if filled else f"far more than any beside it (the median of the others is {first.typical:g})"
    return (warned if filled else unsure)(
        f"{first.count:,} of {first.of:,} values of `{first.field}` are exactly {first.value:g}, {what}",
        expected="values that come about as often as those beside them",
        observed=Observed(value=first.value, unit="repeated value", n=first.count),
        component="data",
        where=tuple(o.field for o in found),
        items=numbers.items(found),
        level=Level.HEURISTIC,
        effect="what was never measured is learnt as if it had been",
        remedies=(f"ask where {first.value:g} in `{first.field}` comes from; if it stands for missing, have it read so, and add a field that tells where",),
        figure=Table(title="Piled values", columns=("field", "value", "times", "of", "median of the rest"), rows=tuple((o.field, o.value, o.count, o.of, o.typical) for o in found)),
    )


def filled_with_the_mean(collection: Collection) -> Collection:
    """A tenth of the incomes is the mean, with its cents."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        mean = sum(int(c) for c in columns["income"]) / len(columns["income"])
        columns["income"] = [f"{mean:.2f}" if i % 10 == 3 else c for i, c in enumerate(columns["income"])]
        return columns

    return recelled(collection, change)


def measured_and_filled(collection: Collection) -> Collection:
    """A fine measurement, filled with its own mean in one row of twelve."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        drawn = _drawn(len(columns["age"]))
        kept = [v for i, v in enumerate(drawn) if i % 12 != 5]
        mean = sum(kept) / len(kept)
        columns["level"] = [f"{mean if i % 12 == 5 else v:.5f}" for i, v in enumerate(drawn)]
        return columns

    return recelled(collection, change)


def nearly_all_have_one(collection: Collection) -> Collection:
    """Hours a week, of which forty is the commonest by far; a change that is often nothing; and prices that end in 99."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = range(len(columns["age"]))
        columns["hours"] = ["40" if i % 5 < 2 else str((20, 25, 30, 35, 45, 50, 60)[i * 7919 % 7] if i % 3 else 10 + i * 104_729 % 61) for i in rows]
        columns["change"] = ["0" if i % 4 == 1 else f"{v - 5:.3f}" for i, v in enumerate(_drawn(len(rows)))]
        columns["price"] = [f"{(4, 9, 14, 19, 24)[i * 7919 % 5]}.99" if i % 3 else f"{3 + i * 104_729 % 2500 / 100:.2f}" for i in rows]
        return columns

    return recelled(collection, change)


def none_at_all(collection: Collection) -> Collection:
    """Half of the people have no income."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"][::2] = ["0"] * len(columns["income"][::2])
        return columns

    return recelled(collection, change)


def _drawn(n: int) -> list[float]:
    """Numbers around five."""
    import random

    drawn = random.Random(11)
    return [drawn.gauss(5, 1) for _ in range(n)]


CHECK = Check(
    code="DAT528", name="piled-values", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=filled_with_the_mean), Case(toy="people", plant=measured_and_filled)),
    lookalikes=(Case(toy="people", plant=nearly_all_have_one), Case(toy="people", plant=none_at_all)),
)  # fmt: skip
