"""What it asks: where the loss is a sum of terms, are all of them means over the items of a batch, or all of them sums?

Why it matters: a mean reconstruction beside a summed divergence is a loss whose balance is set by the batch size: with 128 items the one weighs
128 times what was meant. In a VAE the latent collapses; elsewhere a term drowns, and a last, shorter batch is another loss.

How it is measured: each term's pull at the parameters on a batch, and on the same batch with every item twice. A mean stays, a sum doubles. Which
terms hang on the items at all is told by half of the batch.

When it is right to fail: one term that hangs on the items stays, and another doubles.

What it cannot see: means over different axes of one item; terms that the step puts together itself.

Mend: the same reduction for every term: sum over an item's numbers, mean over the items.

Source: Kingma and Welling 2014, Auto-encoding variational Bayes (arXiv:1312.6114), equation 10.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.term_scaling import TermScaling
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

STAYS = (0.8, 1.25)  # of the pull with every item once; noise that is drawn anew moves a pull by less
DOUBLES = (1.7, 2.3)  # the same around two


def judge(scaling: TermScaling) -> Finding:
    """A mean beside a sum warns."""
    of_items = [t for t in scaling.terms if t.items]
    means = [t for t in of_items if STAYS[0] < t.ratio < STAYS[1]]
    sums = [t for t in of_items if DOUBLES[0] < t.ratio < DOUBLES[1]]
    if len(of_items) < 2:
        return skipped("at most one term hangs on the items")
    if not means or not sums:
        return passed("the terms of the loss grow alike with the number of items")
    return warned(
        f"a term of the loss is a mean over the items ({means[0].name}) and another a sum ({sums[0].name}): with every item twice the one pulls {means[0].ratio:.2g} times as hard, the other {sums[0].ratio:.2g} times",
        expected="terms that grow alike with the number of items",
        observed=Observed(value=sums[0].ratio / means[0].ratio, unit="times the mean's growth, for twice the items", n=scaling.items),
        component="loss",
        where=("the loss", means[0].name, sums[0].name),
        level=Level.VERIFIED,
        why=f"How much the two count beside each other is set by the batch size: with {scaling.items} items the sum weighs {scaling.items} times what it would with one.",
        remedies=("sum each term over an item's numbers, and take the mean over the items for all of them", "in a VAE: (reconstruction.sum() + kl.sum()) / len(x)"),
    )


def _two_terms(given: Given, combine: Any) -> Given:
    """Cross-entropy beside a penalty on the answers."""
    from torch import nn

    def loss(out: Any, y: Any) -> Any:
        return combine(nn.functional.cross_entropy(out, y, reduction="none"), 0.01 * out.square().sum(1))

    return replace(given, loss=loss)


def mean_beside_a_sum(given: Given) -> Given:
    """The data term is averaged, the penalty summed."""
    return _two_terms(given, lambda fit, penalty: fit.mean() + penalty.sum())


def sum_beside_a_mean(given: Given) -> Given:
    """The other way round."""
    return _two_terms(given, lambda fit, penalty: fit.sum() + penalty.mean())


def both_averaged(given: Given) -> Given:
    """Two means."""
    return _two_terms(given, lambda fit, penalty: fit.mean() + penalty.mean())


def both_summed(given: Given) -> Given:
    """Two sums."""
    return _two_terms(given, lambda fit, penalty: fit.sum() + penalty.sum())


def summed_with_a_prior(given: Given) -> Given:
    """A summed likelihood and a penalty on the weights, which knows no items."""
    model: Any = given.model
    return _two_terms(given, lambda fit, _: fit.sum() + 0.1 * model[0].weight.square().sum())


CHECK = Check(
    code="SKE358",
    name="unequal-reductions",
    source="Kingma and Welling 2014, Auto-encoding variational Bayes (arXiv:1312.6114), equation 10",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=mean_beside_a_sum), Case(toy="table-mlp", plant=sum_beside_a_mean)),
    lookalikes=(Case(toy="table-mlp", plant=both_averaged), Case(toy="table-mlp", plant=both_summed), Case(toy="table-mlp", plant=summed_with_a_prior)),
)
