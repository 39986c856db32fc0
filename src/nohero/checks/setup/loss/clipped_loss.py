"""What it asks: do wrong answers pull at the model, or is their slope clipped away?

Why it matters: a clamp on the error, on the answers or on the probabilities has no slope outside its range. Just the items that are
most wrong then teach nothing.

How it is measured: labels without any slope are looked for, on the model's own answers at the start and on answers that are
wrong with some certainty. Their answers are then replaced by right ones: if the loss falls, it was not at its lowest there.

When it is right to fail: when three labels in ten or more have no slope at the start although better answers lower the loss. When
that holds for wrong answers only, a warning. A few labels at the start are unsure: robust losses cut off outliers on purpose.

What it cannot see: slopes that are tiny and not zero.

Mend: clip the gradient and not the error (Huber's loss does so); clamp probabilities at 1e-7, not at 0.1.

Source: Mnih et al. 2015 (error clipping), as it is often misread.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_bench import LABELLED
from nohero.evidence.setup.loss_probes import LossProbes
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

SHARE = 0.3  # of the labels at the start; robust losses cut off a few per cent
FEW = 0.02  # share from which on it is told
GAIN = 0.02  # relative fall of the loss when they are answered rightly
WRONG = 0.5  # share of labels on answers that are all wrong


def judge(probes: LossProbes) -> Finding:
    """Labels without a slope that could be answered better."""
    if probes.still != probes.still:
        return skipped("the loss has no slope that could be looked at")
    rest: dict[str, Any] = {
        "expected": "a slope wherever better answers would lower the loss",
        "observed": Observed(value=probes.still, unit="share of labels without slope", n=probes.n),
        "component": "loss",
        "where": ("the loss",),
        "level": Level.VERIFIED,
        "why": "A clamp is flat outside its range. The items that are most wrong lie there, and the optimizer hears nothing of them.",
        "remedies": ("leave the clamp out of the loss, or clip the gradient instead (Huber's loss)", "keep clamps on probabilities at 1e-7", "look for round, argmax or a threshold on the way to the loss"),
    }
    if probes.still >= FEW and probes.still_gain > GAIN:
        message = f"{probes.still:.0%} of the labels have no slope at the start, though right answers there would lower the loss by {probes.still_gain:.0%}"
        if probes.still >= SHARE:
            return failed(message, **rest)
        return unsure(message, **{**rest, "remedies": ("if the loss cuts off outliers on purpose, nothing is wrong; else " + rest["remedies"][0],)})
    if probes.kind in LABELLED and probes.wrong_still >= WRONG and probes.wrong_gain > GAIN:
        return warned(f"on answers that are wrong with certainty {probes.wrong_still:.0%} of the labels have no slope, though right ones would lower the loss by {probes.wrong_gain:.0%}", **rest)
    return passed("wherever better answers would lower the loss it has a slope")


def errors_clamped(given: Given) -> Given:
    """The error is clamped before it is squared."""

    def loss(out: Any, y: Any) -> Any:
        return (out - y).clamp(-0.5, 0.5).pow(2).mean()

    return replace(given, loss=loss)


def probabilities_clamped(given: Given) -> Given:
    """Probabilities are clamped at 0.1 and 0.9."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.binary_cross_entropy(out.sigmoid().clamp(0.1, 0.9), y))


def answers_clamped(given: Given) -> Given:
    """Answers are cut to 0 to 1, the targets are not."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.mse_loss(out.clamp(0.3, 1), y))


def probabilities_clamped_a_little(given: Given) -> Given:
    """A clamp at 1e-7 against infinite logarithms."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.binary_cross_entropy(out.sigmoid().clamp(1e-7, 1 - 1e-7), y))


def tolerance(given: Given) -> Given:
    """Errors below 0.2 cost nothing: flat, and at its lowest there."""

    def loss(out: Any, y: Any) -> Any:
        return ((out - y).abs() - 0.2).clamp(min=0).mean()

    return replace(given, loss=loss)


def hardest_items(given: Given) -> Given:
    """Only the hardest half of a batch counts."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.cross_entropy(out, y, reduction="none").topk(max(1, len(y) // 2)).values.mean())


CHECK = Check(
    code="SKE349",
    name="clipped-loss",
    source="Mnih et al. 2015, Human-level control through deep reinforcement learning (doi:10.1038/nature14236)",
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=errors_clamped), Case(toy="multi-label", plant=probabilities_clamped), Case(toy="huber-regression", plant=answers_clamped)),
    lookalikes=(Case(toy="multi-label", plant=probabilities_clamped_a_little), Case(toy="huber-regression", plant=tolerance), Case(toy="table-mlp", plant=hardest_items)),
)
