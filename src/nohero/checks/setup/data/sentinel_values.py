"""What it asks: does a number stand for "missing"?

Why it matters: -999 is a very large number to a network. It sets the scale of its feature, and the real differences drown.

How it is measured: a feature whose lowest or highest value is one exact number, repeated, and further from all other values
than three times their whole range. Entries on which the answers do not depend (masked in model or loss) are passed over.

When it is right to fail: it warns; such a value may be real.

What it cannot see: sentinels within the range of the real values, such as 0 or -1 for a count.

Mend: turn the value into "missing", fill it in, and add a column that says so.

Source: the recipe, the data.
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
    """Name the features."""
    found = [o for o in facts.oddities if o.kind == "sentinel" and not o.handled]
    if not found:
        return passed("no feature has one repeated value far outside all others")
    first = max(found, key=lambda o: o.items)
    return warned(
        f"{first.items} of {first.of} values of {first.where} in {first.part} are exactly {first.value:g}, {first.farthest:.3g} times the range of all others away from them (their median is {first.typical:.3g})",
        expected="values of one scale; missing ones filled in and marked",
        observed=Observed(value=first.value, unit="repeated value", n=first.items),
        component="data",
        where=tuple(f"{o.part}: {o.where}" for o in found),
        level=Level.MEASURED,
        effect="the feature's real differences are too small to be learnt",
        why="One value far outside and many times the same is no measurement but a mark for missing. Taken as a number it sets mean and spread of its feature.",
        remedies=("replace the mark by the training part's median before scaling, and add a column of zeros and ones that tells where", "have the reader turn the mark into missing (na_values)", "if the value is real, clip it or take a logarithm"),
        figure=Table(title="Repeated values far outside", columns=("part", "feature", "value", "times", "median of the rest"), rows=tuple((o.part, o.where, o.value, o.items, o.typical) for o in found)),
    )


def minus_nine_hundred_ninety_nine(given: Given) -> Given:
    """A tenth of two columns is missing, written as -999."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[::10, 1] = -999.0  # type: ignore[index]
        x[3::9, 4] = -999.0  # type: ignore[index]
        return x, y

    return replanted(given, change, "train", "val")


def a_huge_mark_then_scaled(given: Given) -> Given:
    """Missing is 1e6, and the column was standardised with it."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[5::25, 2] = 1e6  # type: ignore[index]
        x[:, 2] = (x[:, 2] - x[:, 2].mean()) / x[:, 2].std()  # type: ignore[index]
        return x, y

    return replanted(given, change)


def targets_with_a_mark(given: Given) -> Given:
    """Targets that were not measured are -9999."""

    def change(x: object, y: object) -> tuple[object, object]:
        y[::30] = -9999.0  # type: ignore[index]
        return x, y

    return replanted(given, change)


def half_of_a_column_is_zero(given: Given) -> Given:
    """An amount that is zero where nothing was bought."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[::2, 3] = 0.0  # type: ignore[index]
        x[1::2, 3] = x[1::2, 3].abs() + 1.0  # type: ignore[index]
        return x, y

    return replanted(given, change, "train", "val")


def marks_masked_in_the_loss(given: Given) -> Given:
    """Targets that were not measured are -9999, and the loss leaves them out."""
    from dataclasses import replace

    import torch

    def loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        known = (target > -9000).float()
        return ((output - target) ** 2 * known).sum() / known.sum().clamp(min=1)

    return replace(targets_with_a_mark(given), loss=loss)


CHECK = Check(
    code="DAT304",
    name="sentinel-values",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=minus_nine_hundred_ninety_nine), Case(toy="wide-table", plant=a_huge_mark_then_scaled), Case(toy="huber-regression", plant=targets_with_a_mark)),
    lookalikes=(Case(toy="table-mlp", plant=half_of_a_column_is_zero), Case(toy="huber-regression", plant=marks_masked_in_the_loss)),
)
