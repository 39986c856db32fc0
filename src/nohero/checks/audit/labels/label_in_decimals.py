"""What it asks: do the decimals of a number tell the label?

Why it matters: where one class was measured, typed or rounded otherwise than the others, a tree finds the class by how finely its numbers are written. It
is there in the file and nowhere else: in use every number comes in one way.

How it is measured: for each field of numbers and each class, the decimals that the class's numbers have at most, and how many of the others' have more; of
both only those that lie where both classes have numbers, for great ones are written with fewer decimals than small ones.

When it is right to fail: never more than a warning, where half of the others' numbers are finer than all of the class's, and these differ.

What it cannot see: roundings to other steps than decimals, and classes whose numbers lie apart.

Mend: round all rows to the coarser of both, or take the numbers from their source anew.

Source: Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.decimal_tells import DecimalTells
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(told: DecimalTells) -> Finding:
    """Name the fields and the class."""
    if not told.found:
        return passed(f"the numbers of {told.fields} fields are as fine with each value of `{told.label}`")
    first = told.found[0]
    fields = tuple(dict.fromkeys(t.field for t in told.found))
    least = min(t.decimals for t in told.found)
    return warned(
        f"`{first.field}` has at most {first.decimals} {'decimal' if first.decimals == 1 else 'decimals'} where `{told.label}` is {first.label}, and more in {first.finer:.0%} of the other numbers of like size" + (f"; {len(fields) - 1} more fields tell it so" if len(fields) > 1 else ""),
        expected="numbers as fine with every label",
        observed=Observed(value=first.finer, unit="of the others are finer", n=first.rows),
        component="data",
        where=fields,
        effect="a model learns how the numbers were written down, and fails where all are written alike",
        remedies=(f"round these fields to {least} {'decimal' if least == 1 else 'decimals'} in all rows", f"find out why {first.label} was measured or written otherwise, and take the numbers from their source"),
        figure=Table(title="Decimals by label", columns=("field", "label", "decimals at most", "finer among the others", "numbers"), rows=tuple((t.field, t.label, t.decimals, f"{t.finer:.0%}", t.rows) for t in told.found)),
    )  # fmt: skip


def _measured(columns: dict[str, list[str]], *, rounded: bool) -> dict[str, list[str]]:
    """Lengths to a hundredth; those of one label to a tenth."""
    import random

    drawn = random.Random(8)
    columns["length"] = [f"{drawn.gauss(5, 1):.{1 if rounded and y == 'yes' else 2}f}" for y in columns["returned"]]
    return columns


def rounded_for_one_label(collection: Collection) -> Collection:
    """Who returned was measured with another ruler."""
    return recelled(collection, lambda c: _measured(c, rounded=True))


def great_and_small(collection: Collection) -> Collection:
    """Numbers of three figures, great with one label and small with the other; and a length that is one with all of them."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        import random

        drawn = random.Random(9)
        columns["amount"] = [f"{drawn.gauss(400, 60) if y == 'yes' else drawn.gauss(4, 0.6):.3g}" for y in columns["returned"]]
        columns["fee"] = ["0" if y == "yes" else f"{drawn.gauss(4, 2):.2f}" for y in columns["returned"]]
        return _measured(columns, rounded=False)

    return recelled(collection, change)


CHECK = Check(
    code="DAT508", name="label-in-decimals", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=rounded_for_one_label),), lookalikes=(Case(toy="people", plant=great_and_small),),
)  # fmt: skip
