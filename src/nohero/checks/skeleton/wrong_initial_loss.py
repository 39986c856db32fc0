"""What it asks: does an untrained network cost what an answer that says nothing must cost?

Why it matters: before any step the loss is known: ln K for K classes, the variance for values. A different number means that
the loss, the output layer or the scale of the inputs is not what it seems.

How it is measured: the mean loss of five fresh networks in eval mode, without a preset output bias, against the closed form
on the same items.

When it is right to fail: above 30 % off, and it warns above 10 %; 0.15 nats are always allowed. For values, where outputs of
ordinary size add to the variance, it warns at half and fails at the whole of the expected loss.

What it cannot see: soft-max applied twice, whose first loss is right; overfitting one batch shows that.

Mend: scale the inputs, start the last layer small, average the loss over the items.

Source: the recipe, the skeleton ("verify loss @ init"); bands measured on fresh networks: +0.005 nats for MLPs, at most +0.19
with batch norm.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.initial_loss import InitialLoss
from nohero.run import sources
from nohero.run.figure import Bar, Bars, Rule
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

ALLOWED = 0.15  # nats; fresh networks with batch norm reach 0.14 at a thousand classes
WARN_AT, FAIL_AT = 0.10, 0.30  # of the expected loss, for classes
WARN_AT_VALUES, FAIL_AT_VALUES = 0.5, 1.0  # the same for values: heavy-tailed inputs give fresh outputs a variance of up to 0.3
NEAR_SUM = 0.2  # of the number of items: that many times too large is a sum, not a mean
SIGN_TOLERANCE = 0.05  # of the expected loss: the same number with a minus


def judge(init: InitialLoss) -> Finding:
    """Compare the mean over the seeds with the closed form."""
    if not init.without_bias or not init.n:
        return skipped("no network could be measured before training")
    mean, expected = sum(init.without_bias) / len(init.without_bias), init.expected  # fmean would refuse to overflow
    if not math.isfinite(expected) or expected <= 0:
        return unsure(f"the expected loss is {expected:g}: the targets do not vary", remedies=("look at the targets of the training part",))
    values = init.unit != "nats"
    off = abs(mean - expected) / expected
    warn_at, fail_at = (WARN_AT_VALUES, FAIL_AT_VALUES) if values else (WARN_AT, FAIL_AT)
    said = f"loss before training {mean:.4g} {init.unit}, expected {expected:.4g}"
    numbers = {"loss": mean, "expected": expected, "with the bias at the prior": sum(init.with_bias) / max(len(init.with_bias), 1)}
    if off <= warn_at or (not values and abs(mean - expected) <= ALLOWED):
        return passed(f"{said} (closed form)", numbers=numbers)
    cause, component, remedies = _cause(mean, expected, init.n)
    low, high = min(init.without_bias), max(init.without_bias)
    return (failed if off > fail_at or not math.isfinite(mean) else warned)(
        f"{said}: {cause}",
        expected=f"{expected:.4g} {init.unit} within {warn_at:.0%}" + ("" if values else f" or {ALLOWED} nats"),
        observed=Observed(value=mean, unit=init.unit, n=init.n, low=low, high=high),
        numbers=numbers,
        component=component,
        why="Before any step the loss is known. A different number means that the loss, the last layer or the scale of the inputs is not what it seems.",
        remedies=remedies,
        figure=_figure(init),
    )


def _figure(init: InitialLoss) -> Bars:
    bars = tuple(Bar(label=f"fresh network {i + 1}", value=v, role="bad") for i, v in enumerate(init.without_bias))
    return Bars(title="Loss before training", value_label=f"loss ({init.unit})", bars=bars, rules=(Rule(label="expected", value=init.expected),))


def _cause(mean: float, expected: float, n: int) -> tuple[str, str, tuple[str, ...]]:
    """The likeliest cause, its part, and what to do."""
    if not math.isfinite(mean):
        return "not a finite number", "loss", ("look for not-a-number in the inputs", "guard logarithms and divisions in the loss")
    if abs(mean + expected) <= SIGN_TOLERANCE * expected:
        return "the right number with the wrong sign", "loss", ("turn the sign of the loss",)
    if abs(mean / expected - n) <= NEAR_SUM * n:
        return f"about {n} times too large, as if summed over {n} items", "loss", ("average the loss over the items: reduction='mean'",)
    if mean < expected:
        text = "less than an answer that says nothing can cost"
        return text, "loss", ("look at the loss: its reduction, what it counts, whether it takes probabilities for logits", "see whether the targets are among the inputs")
    text = "the fresh network is sure of wrong answers"
    return text, "model", ("scale the inputs to mean 0 and deviation 1", "start the last layer with small weights", "look at the loss: its reduction and its inputs")


def inputs_in_bytes(problem: Problem) -> Problem:
    """A fully connected network fed with 0..255."""
    return replace(problem, to_input=lambda x: 255.0 * problem.to_input(x))


def summed_loss(problem: Problem) -> Problem:
    """The loss is a sum over the batch."""
    return replace(problem, loss=lambda outputs, targets: problem.task.loss(outputs, targets) * len(targets))


def outputs_too_large(problem: Problem) -> Problem:
    """Outputs 25 times too large."""
    from nohero.checks.plant import with_forward

    return with_forward(problem, lambda forward, x: 25 * forward(x))


def silent_last_layer(problem: Problem) -> Problem:
    """A last layer that starts at zero: exactly the closed form."""
    from nohero.checks.plant import with_network

    def silence(model: Any) -> Any:
        import torch

        with torch.no_grad():
            model.head.weight.zero_()
        return model

    return with_network(problem, silence)


CHECK = Check(
    code="SKE110",
    name="wrong-initial-loss",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="numbers", plant=inputs_in_bytes), Case(toy="numbers", plant=summed_loss), Case(toy="table", plant=outputs_too_large)),
    lookalikes=(Case(toy="table", plant=silent_last_layer), Case(toy="rare", plant=silent_last_layer)),
)
