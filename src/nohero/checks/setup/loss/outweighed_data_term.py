"""What it asks: where the loss is a sum of terms, does the one that knows the targets have any weight?

Why it matters: a regulariser in other units, summed where the data term is averaged, can outweigh it a thousandfold. The loss
falls nicely, and the targets are never looked at.

How it is measured: the terms are read off the graph of the loss's value. One backward pass a term gives its pull at the parameters;
a second round with the targets dealt out anew tells which terms hang on them.

When it is right to fail: when another term pulls more than a thousand times as hard as all that hang on the targets: a warning.
From a hundred times on it is unsure.

What it cannot see: terms that are small at the start and grow later.

Mend: average both over the same things, or weight the terms so that their pulls are alike at the start.

Source: Kendall, Gal and Cipolla 2018, Multi-task learning using uncertainty to weigh losses (arXiv:1705.07115).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_terms import LossTerms
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

BURIED = 1000.0  # times the pull of the data terms; ordinary weights stay within a hundred
HEAVY = 100.0  # times


def judge(terms: LossTerms) -> Finding:
    """The data term against the heaviest of the others."""
    data = [t.pull for t in terms.terms if t.data]
    others = [t for t in terms.terms if not t.data]
    if len(terms.terms) < 2 or not data or not others or terms.kind == "unknown":
        return skipped("the loss is one term, or which of its terms knows the targets cannot be told")
    heaviest = max(others, key=lambda t: t.pull)
    ratio = heaviest.pull / max(*data, 1e-30) if len(data) > 1 else heaviest.pull / max(data[0], 1e-30)
    if not ratio > HEAVY:
        return passed(f"the terms that know the targets pull {1 / ratio:.2g} times as hard as the heaviest other" if ratio else "the other terms do not pull")
    message = f"a term that does not know the targets ({heaviest.name}) pulls {ratio:.3g} times as hard at the parameters as the terms that do"
    rest: dict[str, Any] = {
        "expected": "a data term that is heard beside the others",
        "observed": Observed(value=ratio, unit="times the data term's pull"),
        "component": "loss",
        "where": ("the loss", heaviest.name),
        "level": Level.MEASURED,
        "why": "The gradient is a sum; what is a thousand times smaller than the rest of it is not heard, and the model fits the regulariser.",
        "remedies": ("average both terms over the same items and numbers", "or weight the heavy term down until both pull about alike at the start"),
        "figure": Bars(title="Pull of each term at the parameters", value_label="gradient norm", bars=tuple(Bar(label=t.name, value=t.pull, role="ours" if t.data else "bad") for t in terms.terms)),
    }
    return warned(message, **rest) if ratio > BURIED else unsure(message, **rest)


def regulariser_without_weight(given: Given) -> Given:
    """The square of all weights, times a hundred."""
    model, measured = given.model, given.loss

    def loss(out: Any, y: Any) -> Any:
        return measured(out, y) + 1e4 * sum(p.pow(2).sum() for p in [model[0].weight, model[2].weight])

    return replace(given, loss=loss)


def summed_answers(given: Given) -> Given:
    """A penalty on the answers summed in other units."""
    measured = given.loss

    def loss(out: Any, y: Any) -> Any:
        return measured(out, y) + 1e5 * out.pow(2).sum()

    return replace(given, loss=loss)


def weak_regulariser(given: Given) -> Given:
    """A small penalty on the weights."""
    model, measured = given.model, given.loss

    def loss(out: Any, y: Any) -> Any:
        return measured(out, y) + 1e-4 * sum(p.pow(2).sum() for p in model.parameters())

    return replace(given, loss=loss)


CHECK = Check(
    code="SKE352",
    name="outweighed-data-term",
    source="Kendall, Gal and Cipolla 2018, Multi-task learning using uncertainty (arXiv:1705.07115)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=regulariser_without_weight), Case(toy="multi-label", plant=summed_answers)),
    lookalikes=(Case(toy="table-mlp", plant=weak_regulariser),),
)
