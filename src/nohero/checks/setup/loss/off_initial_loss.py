"""What it asks: does training start about where a model that knows nothing starts?

Why it matters: an untrained model should cost about as much as undecided answers. A start far above means that its answers are
large and wrong: inputs or targets in raw units, or weights too large. The first epochs are spent on unlearning that.

How it is measured: the user's loss on the first batches, beside the same loss on equal answers (ln K for a cross-entropy) and on the
best constant answer. The start is measured again with standardised inputs and with torch's own initial weights.

When it is right to fail: for labels, more than one and a half nats and twice the undecided loss. For values, an error of more
than five deviations of the target about the best constant. A lower start is never wrong: pretrained models have one.

What it cannot see: own losses on values, whose units nobody knows.

Mend: standardise inputs and targets; start from torch's initial weights; set the last bias to the targets' mean.

Source: the recipe, the skeleton ("verify loss at init").
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_bench import LABELLED
from nohero.evidence.setup.start_loss import StartLoss
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

NATS = 1.5  # above the undecided loss; fresh networks stay within 0.5, pretrained backbones with new heads within 1
LEAST = 0.3  # nats; soft targets near the even answer make any start many times the undecided loss
TIMES = 2.0  # the undecided loss
SQUARED = 30.0  # times the best constant's squared error: an offset of more than five deviations
STRAIGHT = 6.0  # the same for errors that are not squared
BEND = 0.5  # of torch's smooth L1 and Huber losses: below it errors are squared
CURED = 0.3  # share of the excess that may be left where a cause is taken away


def judge(start: StartLoss) -> Finding:
    """Far above undecided answers."""
    if not math.isfinite(start.start):
        return skipped("the loss at the start is not finite")
    if start.kind in LABELLED:
        return _labels(start)
    if start.kind != "values" or start.loss not in ("mse", "l1", "smooth-l1", "huber") or not start.constant > 0:
        return skipped("how much a model that knows nothing should cost is not known for this loss")
    squared = start.loss == "mse" or (start.loss in ("smooth-l1", "huber") and start.start < BEND)
    times, limit = start.start / start.constant, SQUARED if squared else STRAIGHT
    if times <= limit:
        return passed(f"the loss starts at {start.start:.3g}, {times:.2g} times that of the best constant answer")
    return warned(
        f"the loss starts at {start.start:.3g}, {times:.3g} times that of the best constant answer ({start.constant:.3g}): the answers are far from the targets' range",
        expected=f"about the loss of the best constant answer, {start.constant:.3g}",
        remedies=("standardise the targets, or set the last layer's bias to their mean", *_tried(start, start.constant)),
        **_rest(start, start.constant),
    )


def _labels(start: StartLoss) -> Finding:
    if not start.unit > 0:
        return skipped("undecided answers cost nothing, so there is no unit to compare with")
    excess = (start.start - start.undecided) / start.unit
    if start.bounded:
        return passed(f"the loss starts at {start.start:.3g}; the answers have a range of their own, which no weights leave")
    if start.start - start.undecided <= LEAST or excess <= NATS or (start.start <= TIMES * start.undecided and excess <= 2 * NATS):
        return passed(f"the loss starts at {start.start:.3g}; undecided answers cost {start.undecided:.3g}")
    if start.trained_before or (excess <= 2 * NATS and start.inputs_scaled - start.undecided >= CURED * (start.start - start.undecided)):
        return unsure(
            f"the loss starts at {start.start:.3g}, where undecided answers among {start.classes} cost {start.undecided:.3g}",
            remedies=("if the weights were trained before, on something else, nothing is wrong; else look at the initial weights of the last layer",),
        )
    return failed(
        f"the loss starts at {start.start:.3g}, where undecided answers among {start.classes} cost {start.undecided:.3g}: the untrained model is certain, and wrong",
        expected=f"about {start.undecided:.3g}",
        remedies=(*_tried(start, start.undecided), "look at the units of the inputs and at the initial weights of the last layer"),
        **_rest(start, start.undecided),
    )


def _tried(start: StartLoss, goal: float) -> list[Remedy]:
    """The causes that were taken away, the one that helps first."""
    found = [(start.inputs_scaled, "standardise the inputs"), (start.fresh, "start from torch's own initial weights")]
    known = sorted((value, text) for value, text in found if math.isfinite(value) and value < start.start and value - goal < 0.6 * (start.start - goal))
    return [Remedy(text=text, tried=True, result=f"the loss starts at {value:.3g} instead of {start.start:.3g}") for value, text in known]


def _rest(start: StartLoss, goal: float) -> dict[str, Any]:
    cured = [name for name, value in (("the inputs", start.inputs_scaled), ("initial weights", start.fresh)) if value - goal < CURED * (start.start - goal)]
    bars = (("at the start", start.start, "bad"), ("undecided answers", start.undecided, "baseline"), ("inputs standardised", start.inputs_scaled, "plain"), ("torch's initial weights", start.fresh, "plain"))
    return {
        "observed": Observed(value=start.start, unit="loss", n=start.batches),
        "component": "data" if cured[:1] == ["the inputs"] else "model" if cured else "loss",
        "where": tuple(cured) or ("the loss at the start",),
        "level": Level.VERIFIED if cured else Level.MEASURED,
        "why": "Large wrong answers give large gradients in the first steps; they are spent on shrinking the answers, and may leave units dead.",
        "figure": Bars(title="The loss before training", value_label="loss", bars=tuple(Bar(label=n, value=v, role=r) for n, v, r in bars if math.isfinite(v))),
    }


def inputs_in_raw_units(given: Given) -> Given:
    """The table's columns are a thousand times as large."""
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    return replace(given, train=DataLoader(TensorDataset(1000 * x, y), batch_size=32, shuffle=True), val=None)


def large_last_layer(given: Given) -> Given:
    """The last layer's weights are drawn with a deviation of five."""
    from torch import nn

    nn.init.normal_(given.model[-1].weight, std=5.0)
    return given


def targets_far_from_zero(given: Given) -> Given:
    """Targets around 300."""
    x, y = given.train
    return replace(given, train=(x, y + 300.0), val=None)


def shares_of_a_side(given: Given) -> Given:
    """Targets between 0 and 1 about a half, as places in shares of a picture's side are."""
    x, y = given.train
    return replace(given, train=(x, 0.5 + 0.17 * (y - y.mean(0)) / y.std(0)), val=None)


def summed_loss(given: Given) -> Given:
    """A sum is large, and no worse."""
    from torch import nn

    return replace(given, loss=nn.CrossEntropyLoss(reduction="sum"))


def trained_before(given: Given) -> Given:
    """Weights that know the task already: the start is lower."""
    import torch

    optimizer = torch.optim.Adam(given.model.parameters(), lr=1e-2)
    for x, y in list(given.train) * 15:
        optimizer.zero_grad()
        given.loss(given.model(x), y).backward()
        optimizer.step()
    optimizer.zero_grad()
    return given


def sorted_targets(given: Given) -> Given:
    """Items in the order of their targets, 1 to 3: within one batch they hardly vary."""
    import torch
    from torch import nn

    x, y = given.train
    return replace(given, train=(x[:128], torch.linspace(1, 3, 128).reshape(y[:128].shape)), val=None, loss=nn.MSELoss())


CHECK = Check(
    code="SKE340",
    name="off-initial-loss",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=inputs_in_raw_units), Case(toy="many-classes", plant=large_last_layer), Case(toy="huber-regression", plant=targets_far_from_zero)),
    lookalikes=(Case(toy="table-mlp", plant=summed_loss), Case(toy="table-mlp", plant=trained_before), Case(toy="huber-regression", plant=sorted_targets), Case(toy="huber-regression", plant=shares_of_a_side)),
    symptom=True,
)
