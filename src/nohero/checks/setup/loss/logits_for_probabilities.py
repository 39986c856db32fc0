"""What it asks: does the loss want probabilities, or their logarithms, where the model gives something else?

Why it matters: a negative log-likelihood takes the answer for the class as it is. On raw logits it falls for ever without
anything being learnt; on probabilities it is their mean, whose gradient fades. Neither crashes.

How it is measured: from undecided answers the loss is followed along its falling slope, ten, a hundred and a thousand units far.
A loss that keeps falling in a straight line has no bottom. Log-probabilities are recognised by their sum, on driven inputs and
weights too. The labels themselves, as probabilities of zero and one, are held against right logits of many sizes.

When it is right to fail: when the task has classes or yes and no, the loss has no bottom, and the answers are no log-probabilities. Or
when right logits of every size cost more than undecided ones, though right probabilities cost little, and twice as much as one costs less than one, as with a Dice loss without its sigmoid.

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

LITTLE = 0.5  # of the undecided loss: an overlap of right probabilities costs next to nothing of it
SAME = 1e-6  # relative change of a loss that does not care what the classes are called


def judge(probes: LossProbes, reach: AnswerRange) -> Finding:
    """A loss on labels without bottom fails, unless it gets log-probabilities."""
    if probes.kind not in LABELLED:
        return skipped(f"the targets are no labels ({probes.kind})")
    if probes.labels < 2:
        return skipped("there is one class alone, so what the loss does with labels cannot be told")
    if _wants_probabilities(probes):
        return _of_overlap(probes, reach)
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


def _wants_probabilities(probes: LossProbes) -> bool:
    """Whether right logits, of any size, cost more than undecided ones, and right probabilities little, but not least: beyond one there is less still."""
    rights = probes.right_reached[1:]
    return probes.form == "logits" and not probes.loss and bool(rights) and 0 <= probes.certain < LITTLE * probes.undecided and probes.twice < probes.certain - SAME and all(r > probes.undecided for r in rights)


def _of_overlap(probes: LossProbes, reach: AnswerRange) -> Finding:
    return failed(
        f"the loss is made for probabilities and gets answers from {reach.low:.3g} to {reach.high:.3g}: the labels themselves, as zeros and ones, cost {probes.certain:.3g}, undecided answers {probes.undecided:.3g}, and right logits {min(probes.right_reached[1:]):.3g} and more",
        expected="a loss that is least for right answers in the form the model gives",
        observed=Observed(value=min(probes.right_reached[1:]), unit="loss of right logits", n=probes.n),
        component="loss",
        where=("the loss", "the model's last layer"),
        level=Level.VERIFIED,
        why="Overlaps and products of answers and labels mean something between zero and one alone; beyond, the loss has its floor at wrong answers.",
        remedies=("put a sigmoid (a soft-max over the classes) before it, in the loss or at the end of the model",),
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


def dice_on_logits(given: Given) -> Given:
    """The overlap of a mask with raw answers."""
    return replace(given, loss=lambda out, y: _overlap(out[:, 1], y))


def dice_on_probabilities(given: Given) -> Given:
    """With its soft-max."""
    return replace(given, loss=lambda out, y: _overlap(out.softmax(1)[:, 1], y))


def _overlap(answer: Any, y: Any) -> Any:
    """One minus the soft Dice score of each picture, on average."""
    o, t = answer.flatten(1), y.to(answer.dtype).flatten(1)
    return 1 - ((2 * (o * t).sum(1) + 1) / (o.sum(1) + t.sum(1) + 1)).mean()


def nll_on_log_probabilities(given: Given) -> Given:
    """As it should be."""
    from torch import nn

    given.model.append(nn.LogSoftmax(dim=1))
    return replace(given, loss=nn.NLLLoss())


def hinge(given: Given) -> Given:
    """A margin loss on the raw scores."""
    from torch import nn

    return replace(given, loss=nn.MultiMarginLoss())


def zeros_and_ones_fitted(given: Given) -> Given:
    """Squares, more of them where the mask is: zeros and ones are numbers like others."""
    return replace(given, loss=lambda out, y: ((1 + 3 * y) * (out[:, 1] - y.to(out.dtype)).square()).mean())


CHECK = Check(
    code="SKE342",
    name="logits-for-probabilities",
    source="torch's documentation of NLLLoss",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=nll_on_logits), Case(toy="table-mlp", plant=nll_on_probabilities), Case(toy="many-classes", plant=gathered_likelihood), Case(toy="segmentation-unet", plant=dice_on_logits)),
    lookalikes=(Case(toy="table-mlp", plant=nll_on_log_probabilities), Case(toy="table-mlp", plant=hinge), Case(toy="segmentation-unet", plant=dice_on_probabilities), Case(toy="segmentation-unet", plant=zeros_and_ones_fitted)),
)
