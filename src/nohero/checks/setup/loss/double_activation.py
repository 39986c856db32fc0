"""What it asks: does the loss want logits where the model gives answers that are already squeezed?

Why it matters: a soft-max or sigmoid before a loss that applies its own leaves the loss a floor far above zero and faint
gradients. Training runs, slowly, and stops early.

How it is measured: the model is driven to its extremes, with inputs and weights blown up, to see whether its answers ever leave
the range of probabilities. Then the user's loss is asked what it gives for perfectly certain and right answers, once in the
model's range and once with any numbers.

When it is right to fail: when right answers in the model's range keep more than 15 % of the loss of undecided answers, and
unrestricted ones do not. A log-soft-max before a cross-entropy changes nothing, and passes.

What it cannot see: models that return their own loss without calling one of torch's.

Mend: hand the loss the numbers before the last activation; apply the activation only where probabilities are read.

Source: the documentation of torch's cross-entropy and BCE-with-logits losses ("logits").
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_bench import LABELLED
from nohero.evidence.setup.loss_probes import STRENGTHS, LossProbes
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given

FLOOR = 0.15  # share of the undecided loss; soft-max over two classes leaves 45 %, over a hundred 79 %, label smoothing the same on both sides
SQUEEZED = {"probabilities": "probabilities that sum to one", "unit": "between 0 and 1", "bounded": "between -1 and 1", "positive": "never below zero"}


def judge(probes: LossProbes) -> Finding:
    """A floor that only the model's range has fails."""
    if probes.kind not in LABELLED:
        return skipped(f"the targets are no labels ({probes.kind})")
    if probes.form not in SQUEEZED:
        return passed(f"the model's answers are {probes.form}, which no activation has squeezed")
    reached, free = lowest(probes.right_reached), lowest(probes.right_free)
    undecided = probes.right_free[0]
    if probes.unbounded or not math.isfinite(reached + free + undecided) or not free < 0.5 * undecided:
        return passed(f"the answers are {SQUEEZED[probes.form]}, and so the loss takes them")
    share = (reached - free) / (undecided - free)
    if share <= FLOOR or reached <= FLOOR * undecided:
        return passed(f"on certain and right answers in the model's range the loss falls to {reached:.3g}, as far as it can")
    layer = {"probabilities": "soft-max", "unit": "sigmoid", "bounded": "tanh", "positive": "ReLU"}[probes.form]
    return failed(
        f"the model's answers are {SQUEEZED[probes.form]}, whatever goes in, and the loss wants logits: perfectly right answers still cost {reached:.3g}, unrestricted ones {free:.2g}",
        expected="answers of any size (logits) for a loss that applies the soft-max or sigmoid itself",
        observed=Observed(value=reached, unit="loss of perfect answers", n=probes.n),
        numbers={"floor": reached, "floor of logits": free, "undecided": undecided},
        component="loss",
        where=("the model's last activation", "the loss"),
        level=Level.VERIFIED,
        why="The activation is applied twice. The second one sees numbers of at most 1, can never be certain, and hands back faint gradients.",
        remedies=(Remedy(text=f"leave out the model's last {layer} in training", tried=True, result=f"right answers then cost {free:.2g} instead of {reached:.3g}"), "or use the loss for probabilities (BCELoss; NLLLoss on their logarithm)"),
        figure=Lines(title="Loss of right answers", x_label="strength of the right answer (logits)", y_label="loss", series=(
            Series(name="in the model's range", x=STRENGTHS, y=probes.right_reached), Series(name="any numbers", x=STRENGTHS, y=probes.right_free, dashed=True))),
    )  # fmt: skip


def lowest(values: tuple[float, ...]) -> float:
    """The smallest that is finite."""
    return min((v for v in values if math.isfinite(v)), default=math.nan)


def softmax_before_cross_entropy(given: Given) -> Given:
    """The network ends in a soft-max."""
    from torch import nn

    given.model.append(nn.Softmax(dim=1))
    return given


def sigmoid_before_logits_loss(given: Given) -> Given:
    """The network ends in a sigmoid, the loss is BCE with logits."""
    from torch import nn

    given.model.append(nn.Sigmoid())
    return given


def relu_at_the_end(given: Given) -> Given:
    """The last layer is followed by a ReLU like all others."""
    from torch import nn

    given.model.append(nn.ReLU())
    return given


def log_softmax_before_cross_entropy(given: Given) -> Given:
    """Log-probabilities: a soft-max leaves them as they are."""
    from torch import nn

    given.model.append(nn.LogSoftmax(dim=1))
    return given


def sigmoid_and_plain_bce(given: Given) -> Given:
    """Probabilities, and the loss for probabilities."""
    from torch import nn

    given.model.append(nn.Sigmoid())
    return replace(given, loss=nn.BCELoss(), evaluate=None)


CHECK = Check(
    code="SKE341",
    name="double-activation",
    source="torch's documentation of CrossEntropyLoss and BCEWithLogitsLoss",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=softmax_before_cross_entropy), Case(toy="multi-label", plant=sigmoid_before_logits_loss), Case(toy="multi-label", plant=relu_at_the_end)),
    lookalikes=(Case(toy="table-mlp", plant=log_softmax_before_cross_entropy), Case(toy="multi-label", plant=sigmoid_and_plain_bce)),
)
