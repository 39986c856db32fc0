"""What it asks: does a column merely number the items?

Why it matters: a row number can be learnt by heart, and where the file was sorted it tells the target.

How it is measured: a column of unique, evenly spaced values in a table of at least three columns of numbers, none of which
runs along with it.

When it is right to fail: never; what it finds is a warning.

What it cannot see: numbers with large gaps, hashes, and numbers laid out as time, along which the other columns move.

Mend: leave the column out.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.feature_facts import FeatureFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(facts: FeatureFacts) -> Finding:
    """Name the columns."""
    if not facts.numbering:
        return passed("no column merely numbers the items")
    return warned(
        f"{', '.join(facts.numbering)} holds {facts.items} different, evenly spaced values along which no other column moves: it numbers the items",
        expected="features that say something about new items",
        observed=Observed(value=float(len(facts.numbering)), unit="columns", n=facts.items),
        component="data",
        where=facts.numbering,
        level=Level.HEURISTIC,
        effect="the network can learn items by heart",
        why="New items get numbers that training never saw, so what was learnt from this column does not hold for them; in a sorted file it even gives the target away.",
        remedies=("leave the column out of the features in every part", "if it is a time, keep it apart and divide the data by it"),
    )


def row_number_kept(given: Given) -> Given:
    """The index column was read in with the rest."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x[:, 5] = torch.arange(len(x)).float()
        return x, y

    return replanted(given, change, "train", "val")


def shuffled_and_standardised(given: Given) -> Given:
    """The number was standardised, and the rows shuffled."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        number = torch.randperm(len(x), generator=torch.Generator().manual_seed(1)).float()
        x[:, 4] = (number - number.mean()) / number.std()
        return x, y

    return replanted(given, change, "train", "val")


def whole_numbers_that_count(given: Given) -> Given:
    """Ages in years: whole, but not one for each item."""

    def change(x: object, y: object) -> tuple[object, object]:
        x[:, 5] = (40 + 12 * x[:, 5]).round()  # type: ignore[index]
        return x, y

    return replanted(given, change, "train", "val")


CHECK = Check(
    code="DAT316",
    name="numbering-feature",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=row_number_kept), Case(toy="huber-regression", plant=shuffled_and_standardised)),
    lookalikes=(Case(toy="table-mlp", plant=whole_numbers_that_count),),
)
