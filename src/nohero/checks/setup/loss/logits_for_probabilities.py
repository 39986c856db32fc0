"""What it asks: does the loss want log-probabilities where the model gives something else?

Why it matters: a negative log-likelihood takes the answer for the class as it is. On raw logits it falls for ever without
anything being learnt; on probabilities it is their mean, whose gradient fades. Neither crashes.

How it is measured: from undecided answers the loss is followed along its falling slope, ten, a hundred and a thousand units far.
A loss that keeps falling in a straight line has no bottom. Log-probabilities are recognised by their sum, on driven inputs and
weights too.

When it is right to fail: when the task has classes or yes and no, the loss has no bottom, and the answers are no log-probabilities.

What it cannot see: losses without bottom that are meant so, such as critics: they are no loss on labels, and pass.

Mend: use a cross-entropy on the logits, or put a log-soft-max before the loss.

Source: the documentation of torch's NLLLoss ("log-probabilities").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.answer_range import AnswerRange
from nohero.evidence.setup.loss_bench import LABELLED
from nohero.evidence.setup.loss_probes import FAR, LossProbes
from nohero.run.figure import Lines, Series
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given

SAME = 1e-6  # relative change of a loss that does not care what the classes are called


def judge(probes: LossProbes, reach: AnswerRange) -> Finding:
    """A loss on labels without bottom fails, unless it gets log-probabilities."""
    if probes.kind not in LABELLED:
        return skipped(f"the targets are no labels ({probes.kind})")
    if probes.labels < 2:
        return skipped("there is one class alone, so what the loss does with labels cannot be told")
    if not probes.unbounded or probes.relabelled < SAME or probes.away > probes.towards:
        return passed("the loss has a bottom: certain answers do not lower it for ever")
    if probes.form == "log-probabilities":
        return passed("the loss wants log-probabilities, and the model gives them")
    if probes.form in ("probabilities", "unit") and not probes.start < 0:
        return passed("the loss is a straight line in the probabilities, and never below zero there")
    over = f", which sum to one over axis {reach.summed_over} of {list(probes.answer_shape)} and not over the classes" if reach.summed_over >= 0 else ""
    return failed(
        f"the loss falls for ever with the size of the answers ({probes.far[2]:.3g} at {FAR[2]:.0f}, {probes.far[3]:.3g} at {FAR[3]:.0f}): it wants log-probabilities, and gets {reach.form}{over}",
        expected="log-probabilities for a negative log-likelihood, or a cross-entropy for logits",
        observed=Observed(value=probes.start, unit="loss at the start", n=probes.n),
        component="loss",
        where=("the loss", "the model's last layer"),
        level=Level.VERIFIED,
        why="The loss can be lowered without end by blowing up the answers, so that a falling curve says nothing about what was learnt." if probes.form not in ("probabilities", "unit") else "Without the logarithm the loss is minus the mean probability; wrong answers hardly pull, and training stalls.",
        remedies=("use CrossEntropyLoss on the logits", "or end the model in a log-soft-max over the class axis" + (", not a soft-max" if probes.form == "probabilities" else "")),
        figure=Lines(title="The loss far out", x_label="distance from undecided answers", y_label="loss", series=(Series(name="along its falling slope", x=FAR, y=probes.far),)),
    )


def nll_on_logits(given: Given) -> Given:
    """NLLLoss on raw logits."""
    from torch import nn

    return replace(given, loss=nn.NLLLoss())


def nll_on_probabilities(given: Given) -> Given:
    """A soft-max where a log-soft-max belongs."""
    from torch import nn

    given.model.append(nn.Softmax(dim=1))
    return replace(given, loss=nn.NLLLoss())


def gathered_likelihood(given: Given) -> Given:
    """An own likelihood that forgets to normalise."""

    def loss(out_BK: Any, y_B: Any) -> Any:
        return -out_BK.gather(1, y_B[:, None]).mean()

    return replace(given, loss=loss)


def nll_on_log_probabilities(given: Given) -> Given:
    """As it should be."""
    from torch import nn

    given.model.append(nn.LogSoftmax(dim=1))
    return replace(given, loss=nn.NLLLoss())


def hinge(given: Given) -> Given:
    """A margin loss on the raw scores."""
    from torch import nn

    return replace(given, loss=nn.MultiMarginLoss())


CHECK = Check(
    code="SKE342",
    name="logits-for-probabilities",
    source="torch's documentation of NLLLoss",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=nll_on_logits), Case(toy="table-mlp", plant=nll_on_probabilities), Case(toy="many-classes", plant=gathered_likelihood)),
    lookalikes=(Case(toy="table-mlp", plant=nll_on_log_probabilities), Case(toy="table-mlp", plant=hinge)),
)
