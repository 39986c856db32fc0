"""What it asks: can the answers get to where the targets are?

Why it matters: a sigmoid, tanh or rectifier at the end bounds the answers. Targets beyond the bounds are never met, and the
loss stops at a floor that no training lowers.

How it is measured: inputs, and the parameters of the last modules one after another, are driven to extremes; the targets of
the first batches are held against the range that the answers then cover, and the loss at the nearest answers in that range
against the loss at the targets themselves.

When it is right to fail: where targets lie beyond and the loss would be lower there; where no drive changes the answers at
all; where logits, or logarithms of rates, cannot be negative though zeros are to be said.

What it cannot see: bounds inside a distribution that the loss makes of the answers.

Mend: leave the last activation out, or scale the targets into its range.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.answer_reach import AnswerReach
from nohero.evidence.setup.task_facts import TaskFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

BEYOND = 0.02  # share of target values; a few outliers past a bound are often meant
FLOOR = 0.01  # of the loss of the targets' mean that remains however well it is trained
SURE = 0.8  # probability; the most that bounded logits must be able to say
STILL = 1e-7  # largest change of an answer under all drives


def judge(reach: AnswerReach, facts: TaskFacts) -> Finding:
    """The range of the answers against the targets."""
    if reach.drives < 4:
        return skipped("the model could not be driven")
    if reach.moved <= STILL * max(1.0, abs(reach.high)):
        return _alarm(failed, f"the answer is {reach.high:.4g} whatever the inputs and the last layers' weights are", reach, 1.0, "an answer that depends on the input", ("a soft-max over an axis of size one always gives 1: use a sigmoid, or two outputs",))
    low, high = _said(reach.low), _said(reach.high)
    if reach.log_rate and reach.low >= 0 and reach.target_low == 0:
        return _alarm(
            failed, f"the loss takes the answers for logarithms of rates, and they cannot be negative ({low} to {high}), so that no rate below one can be said, though targets are zero", reach, reach.low,
            "logarithms of rates, of either sign", ("PoissonNLLLoss(log_input=False), where the model gives the rate itself", "or leave out the activation after the last layer"),
        )  # fmt: skip
    if facts.kind in ("values", "reconstruction"):
        if reach.beyond < BEYOND or not reach.costs or not reach.floor >= FLOOR * abs(reach.constant):
            return passed(f"the answers cover {low} to {high}, and {1 - reach.beyond:.1%} of the targets lie within" if reach.n else f"the answers cover {low} to {high}")
        return _alarm(
            failed, f"the answers cannot leave {low} to {high}, and {reach.beyond:.0%} of the targets ({reach.target_low:.4g} to {reach.target_high:.4g}) lie beyond", reach, reach.beyond,
            "answers that can reach every target", ("leave out the activation after the last layer", "or scale the targets into its range, and the answers back"),
        )  # fmt: skip
    bounded = math.isfinite(reach.high - reach.low) and reach.high - reach.low < 50
    if facts.loss == "bce-with-logits" and reach.low >= 0 and reach.high > 1.001:
        return _alarm(failed, f"the logits cannot be negative ({low} to {high}), so that no probability below one half can be said", reach, reach.low, "logits of either sign", ("leave out the rectifier after the last layer",))
    if facts.loss == "cross-entropy" and reach.low >= 0 and not bounded:
        return _alarm(warned, f"the logits cannot be negative ({low} to {high}): something rectifies the answers, and classes at zero get no gradient", reach, reach.low, "logits of either sign", ("leave out the rectifier after the last layer",))
    if facts.loss == "cross-entropy" and bounded and reach.low < 0 and facts.num_classes > 1:
        most = 1 / (1 + (facts.num_classes - 1) * math.exp(min(0.0, reach.low - reach.high)))
        if most < SURE:
            return _alarm(warned, f"the logits stay between {low} and {high}, so that no class of {facts.num_classes} can get more than {most:.0%}", reach, most, "logits that can be sure", ("leave out the activation after the last layer", "or multiply the answers by a scale that is learnt"))
    return passed(f"the answers cover {low} to {high}")


def _said(value: float) -> str:
    return f"{value:.4g}"


def _alarm(say: object, message: str, reach: AnswerReach, value: float, expected: str, mend: tuple[str, ...]) -> Finding:
    found = (failed if say is failed else warned)(
        message,
        expected=expected,
        observed=Observed(value=value, unit="share of targets" if reach.n else "", n=reach.n or reach.drives),
        component="model",
        where=("the answer",),
        level=Level.VERIFIED,
        why="Training moves the answers only within their range. What lies beyond leaves an error that stays, and at the bounds the gradient is gone.",
        remedies=mend,
    )
    return found


def _ended(given: Given, last: object) -> Given:
    import torch
    from torch import nn

    model = nn.Sequential(*given.model, last)  # type: ignore[arg-type]
    optimizer = given.optimizer if not isinstance(given.optimizer, torch.optim.Optimizer) else torch.optim.Adam(model.parameters(), lr=3e-3)
    return replace(given, model=model, optimizer=optimizer, scheduler=None)


def sigmoid_end(given: Given) -> Given:
    """A sigmoid after the last layer of a regression."""
    from torch import nn

    return _ended(given, nn.Sigmoid())


def rectified_end(given: Given) -> Given:
    """A rectifier after the last layer of a regression."""
    from torch import nn

    return _ended(given, nn.ReLU())


def lone_softmax(given: Given) -> Given:
    """A soft-max over one output."""
    from torch import nn

    return _ended(given, nn.Softmax(dim=1))


def rectified_logits(given: Given) -> Given:
    """A rectifier after the last layer of a classifier."""
    from torch import nn

    return _ended(given, nn.ReLU())


def rates_for_logarithms(given: Given) -> Given:
    """Counts, a softplus at the end, and torch's loss of counts as it comes, which wants logarithms."""
    from torch import nn

    return _counts(given, nn.Softplus(), nn.PoissonNLLLoss())


def rates_said_to_be(given: Given) -> Given:
    """The same, and said."""
    from torch import nn

    return _counts(given, nn.Softplus(), nn.PoissonNLLLoss(log_input=False))


def _counts(given: Given, last: object, loss: object) -> Given:
    train, val = ((x, y.abs().round()) for x, y in (given.train, given.val))
    return replace(_ended(given, last), train=train, val=val, loss=loss)


def positive_targets(given: Given) -> Given:
    """Targets that are positive, and a softplus at the end that keeps the answers so."""
    from torch import nn

    train, val = ((x, y.abs() + 0.1) for x, y in (given.train, given.val))
    return replace(_ended(given, nn.Softplus()), train=train, val=val)


def targets_in_range(given: Given) -> Given:
    """A tanh at the end, and targets scaled into its range."""
    from torch import nn

    train, val = ((x, y / y.abs().max().clamp(min=6.0)) for x, y in (given.train, given.val))
    return replace(_ended(given, nn.Tanh()), train=train, val=val)


CHECK = Check(
    code="SKE265",
    name="unreachable-targets",
    source=sources.SKELETON,
    judge=judge,
    sabotages=tuple(Case(toy="huber-regression", plant=p) for p in (sigmoid_end, rectified_end, lone_softmax, rates_for_logarithms)) + (Case(toy="table-mlp", plant=rectified_logits),),
    lookalikes=(Case(toy="huber-regression", plant=positive_targets), Case(toy="huber-regression", plant=targets_in_range), Case(toy="huber-regression", plant=rates_said_to_be)),
    under=("SKE341",),
)
