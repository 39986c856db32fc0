"""What it asks: is the loss divided once by the number of items, or twice?

Why it matters: a mean that is divided by the batch size again shrinks with it. The step size then hangs on the batch size, and
small terms beside it, such as regularisers, win.

How it is measured: every item is put into the batch twice, answers and targets alike. A mean stays as it is, a sum doubles, a
mean of a mean halves.

When it is right to fail: when the loss halves, a warning. A sum passes; it is a matter of taste, and of the step size.

What it cannot see: a division by a constant, which is a matter of the step size alone.

Mend: take the mean once.

Source: the recipe, the skeleton; torch's documentation of `reduction`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_bench import LABELLED
from nohero.evidence.setup.loss_pairing import LossPairing
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

HALF = (0.49, 0.51)  # of the loss with every item once; sums in another order differ by about 1e-6
TWICE = (1.9, 2.1)  # the same for a sum


def judge(pairing: LossPairing) -> Finding:
    """Half the loss on twice the items warns."""
    if pairing.kind not in (*LABELLED, "values", "reconstruction") or pairing.doubled != pairing.doubled:
        return skipped("items cannot be put in twice: the loss gets more than answers and targets, or refuses")
    ratio = pairing.doubled
    if TWICE[0] < ratio < TWICE[1]:
        return passed("the loss is a sum over the items: it doubles with them, and the step size belongs to one batch size")
    if not HALF[0] <= ratio <= HALF[1]:
        return passed(f"with every item twice the loss is {ratio:.3g} times what it was")
    return warned(
        f"with every item twice the loss is {ratio:.2g} times what it was: a mean is divided by the number of items once more",
        expected="the same loss for the same items twice (a mean), or twice the loss (a sum)",
        observed=Observed(value=ratio, unit="times the loss", n=pairing.items),
        component="loss",
        where=("the loss",),
        level=Level.VERIFIED,
        why=f"Gradients are about {pairing.items} times smaller than a mean's, and the larger the batch the smaller: the step size no longer means what it says.",
        remedies=("take the mean once: leave out the division by the batch size", "or use reduction='sum' where you divide yourself"),
    )


def mean_divided_again(given: Given) -> Given:
    """The mean over the items is divided by their number."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.cross_entropy(out, y) / len(y))


def squares_divided_twice(given: Given) -> Given:
    """A mean squared error over its number of items."""

    def loss(out: Any, y: Any) -> Any:
        return ((out - y) ** 2).mean() / out.shape[0]

    return replace(given, loss=loss)


def summed(given: Given) -> Given:
    """A sum over the items."""
    from torch import nn

    return replace(given, loss=nn.CrossEntropyLoss(reduction="sum"))


def divided_by_accumulation(given: Given) -> Given:
    """A mean over four, for gradients that are accumulated."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.huber_loss(out, y) / 4)


CHECK = Check(
    code="SKE346",
    name="shrinking-loss",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=mean_divided_again), Case(toy="huber-regression", plant=squares_divided_twice)),
    lookalikes=(Case(toy="table-mlp", plant=summed), Case(toy="huber-regression", plant=divided_by_accumulation)),
)
