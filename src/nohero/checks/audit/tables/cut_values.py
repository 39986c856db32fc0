"""What it asks: were a field's values cut at a limit?

Why it matters: all that is above the limit looks alike. A network learns that nothing is dearer, and errors there cannot be seen.

How it is measured: how often the greatest and the least value come, against the values beside them, where these come up to it,
and against those as round as they are: what is told in thousands comes often at every thousand.

When it is right to fail: never more than a warning: limits of nature (0, 1, 10, 100) are left aside, others may be meant.
The greatest of a few whole numbers, of which none is left out, may be the top of a scale of points, and is left open.

What it cannot see: limits that were blurred by scaling with noise.

Mend: get the values uncut; else leave these items out of the evaluation, or model the limit.

Source: the recipe, the data; California housing's 965 prices of 500001.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.number_facts import NumberFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(numbers: NumberFacts) -> Finding:
    """Name the fields and the limits."""
    found = (*numbers.of("limit"), *numbers.of("top"))
    if not found:
        return passed(f"no value piles up at an end of {numbers.fields} numeric fields")
    first = found[0]
    end = "at the end of its range, as where values were cut" if first.kind == "limit" else "the most there is: values were cut there, or it is the top of a scale of points"
    return (warned if first.kind == "limit" else unsure)(
        f"{first.count:,} of {first.of:,} values of `{first.field}` are exactly {first.value:g}, {end}"
        + (f"; {len(found) - 1} more fields have such a limit" if len(found) > 1 else ""),
        expected="ends of a range that thin out",
        observed=Observed(value=first.value, unit="limit", n=first.count),
        component="data",
        where=tuple(o.field for o in found),
        items=numbers.items(found),
        effect="what lies beyond the limit cannot be learnt, and errors there cannot be seen",
        remedies=("get the values uncut; else leave these items out of the evaluation, and say so", "add a field that tells which values stand at the limit"),
        figure=Table(title="Limits", columns=("field", "limit", "values", "of", "median"), rows=tuple((o.field, o.value, o.count, o.of, o.typical) for o in found)),
    )


def incomes_capped(collection: Collection) -> Collection:
    """Incomes above 45,000 are written as 45,000."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"] = [str(min(45_000, int(c))) for c in columns["income"]]
        return columns

    return recelled(collection, change)


def many_at_zero(collection: Collection) -> Collection:
    """Most people have an income of nothing."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["income"][::2] = ["0"] * len(columns["income"][::2])
        return columns

    return recelled(collection, change)


def a_full_score(collection: Collection) -> Collection:
    """Twenty-five points at most; many people have all of them, and of the rest fewer the fewer points."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["score"] = [str(25 if i % 3 == 0 else max(0, 25 - int((i * 7919 % 900) ** 2 / 31_000))) for i in range(len(columns["age"]))]
        return columns

    return recelled(collection, change)


def heaped_on_thousands(collection: Collection) -> Collection:
    """Most incomes are told in thousands, from 10,000 on; the least of them is no more common than the others."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        draw = random.Random(3)
        columns["income"] = [str(draw.randrange(10, 19) * 1000 if draw.random() < 0.7 else draw.randrange(10_001, 19_000)) for _ in columns["income"]]
        return columns

    return recelled(collection, change)


def an_airport(collection: Collection) -> Collection:
    """One trip in twenty ends at the airport east of the town, for a fare that is always the same."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        drawn = random.Random(8)
        rows = range(len(columns["age"]))
        columns["longitude"] = ["-73.7781" if i % 20 == 0 else f"{min(drawn.gauss(-73.98, 0.03), -73.85):.6f}" for i in rows]
        columns["latitude"] = ["40.6413" if i % 20 == 0 else f"{max(drawn.gauss(40.75, 0.035), 40.642):.6f}" for i in rows]
        columns["fare"] = ["85.0" if i % 20 == 0 else f"{3 + min(drawn.expovariate(0.15), 40):.1f}" for i in rows]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT515", name="cut-values", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=incomes_capped),),
    lookalikes=(Case(toy="people", plant=many_at_zero), Case(toy="people", plant=a_full_score), Case(toy="people", plant=heaped_on_thousands), Case(toy="people", plant=an_airport)),
)  # fmt: skip
