"""What it asks: do equal inputs carry different classes?

Why it matters: no network can answer both, so the loss has a floor that looks like a fault of the model.

How it is measured: training items with equal inputs, too rich to be equal by chance, and another class than the first.

When it is right to fail: it warns from a fiftieth of the items.

What it cannot see: contradictions between items that are nearly equal.

Mend: look at the named pairs; keep one label, or the vote of several.

Source: the recipe, the data ("corrupted labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.item_copies import ItemCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

SHARE = 0.02  # of the items
LEAST = 4  # items


def judge(copies: ItemCopies) -> Finding:
    """Count contradictions."""
    share = copies.contradicting / max(copies.items, 1)
    if copies.contradicting < LEAST or share < SHARE or copies.codes:
        return passed(f"{copies.contradicting} of {copies.items:,} training items contradict another of equal inputs")
    return warned(
        f"{copies.contradicting:,} of {copies.items:,} training items have the inputs of another item and a different class",
        expected="one class for equal inputs",
        observed=Observed(value=share, unit="of the training items", n=copies.items),
        component="data",
        where=tuple(f"items {b} and {a}" for a, b in copies.contradicting_pairs),
        level=Level.MEASURED,
        effect="the loss cannot come near zero on these items",
        why="Equal inputs get equal answers, so of two different labels at least one stays wrong. Often labels were joined to the wrong items, or items were labelled twice.",
        remedies=("look at the pairs, and keep the right label", "take the vote of all labels of an item", "look for a join by a key that is not unique"),
        figure=Table(title="Equal inputs, different class", columns=("item", "and item"), rows=copies.contradicting_pairs),
    )


def labelled_twice(given: Given) -> Given:
    """A tenth of the items stands again with the next class."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.cat([x, x[::10]]), torch.cat([y, (y[::10] + 1) % 3])

    return replanted(given, change)


def a_binary_vote_not_taken(given: Given) -> Given:
    """Rows of several raters, who do not agree."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.cat([x, x[::5]]), torch.cat([y, 1 - y[::5]])

    return replanted(given, change)


def labelled_twice_alike(given: Given) -> Given:
    """Items stand again with the same class."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.cat([x, x[::20]]), torch.cat([y, y[::20]])

    return replanted(given, change)


CHECK = Check(
    code="DAT328",
    name="contradictory-items",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=labelled_twice), Case(toy="wide-table", plant=a_binary_vote_not_taken)),
    lookalikes=(Case(toy="table-mlp", plant=labelled_twice_alike),),
)
