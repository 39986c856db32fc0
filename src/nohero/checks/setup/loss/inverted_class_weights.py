"""What it asks: do class weights lift the rare classes, or the frequent ones?

Why it matters: weights are meant to balance. Computed as frequency in place of its inverse, or as positives over negatives, they
double the imbalance, and the model names the frequent class even more often.

How it is measured: the slope of the user's loss at undecided answers, per label, averaged over each class, beside how often the
class comes in the batches as they are read.

When it is right to fail: when the classes differ twofold or more in frequency and weight rises with frequency: by half the
power or more a failure, less a warning. Focal losses, which weigh by certainty too, are unsure.

What it cannot see: weights that are too strong, or that repeat what a sampler does already.

Mend: weight by the inverse frequency; pos_weight is negatives over positives.

Source: torch's documentation of `weight` and `pos_weight`; King and Zeng 2001.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.counted_labels import ClassWeight, CountedLabels
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

UNEVEN = 2.0  # frequency of the most frequent over the rarest class
LIFTED = 1.5  # weight of the most frequent over the rarest
POWER = 0.5  # of the frequency, that the weight rises with; 1 is the frequency itself
LABELS = 5  # labels of a class at the least
SHOWN = 12  # rows of the table


def judge(counted: CountedLabels) -> Finding:
    """Weights that rise with frequency."""
    if counted.joint:
        return skipped("the loss is no sum over the labels, so none has a weight of its own")
    groups = _groups(counted)
    uneven = [g for g in groups if g[-1].count >= UNEVEN * g[0].count]
    if not uneven:
        return skipped("the classes are about equally frequent, or too few labels were seen")
    powers = [_power(g) for g in uneven]
    lifted = [(p, g) for p, g in zip(powers, uneven, strict=True) if g[-1].weight >= LIFTED * max(g[0].weight, 1e-9) and p > 0 and g[0].weight > 0]
    table = Table(title="Class weights at undecided answers", columns=("class", "labels", "weight"), rows=tuple((c.name, c.count, round(c.weight, 3)) for c in counted.classes[:SHOWN]))
    if 2 * len(lifted) < len(uneven) or not lifted:
        g = uneven[0]
        return passed(f"{g[0].name} ({g[0].count} labels) weighs {g[0].weight:.2g}, {g[-1].name} ({g[-1].count}) {g[-1].weight:.2g}", figure=table)
    power, group = max(lifted, key=lambda pair: pair[0])
    rare, common = group[0], group[-1]
    message = f"{common.name} is {common.count / rare.count:.1f} times as frequent as {rare.name} and weighs {common.weight / rare.weight:.1f} times as much in the loss"
    rest: dict[str, Any] = {
        "expected": "weights that are even, or that lift the rare classes",
        "observed": Observed(value=power, unit="power of the frequency", n=sum(c.count for c in group)),
        "component": "loss",
        "where": ("class weights", rare.name),
        "level": Level.MEASURED,
        "why": "Weights meant to balance the classes make the imbalance worse: the rare class counts for even less than its share.",
        "remedies": ("weight by the inverse of the frequency: n / (classes * counts)", "pos_weight is negatives over positives, not the reverse"),
        "figure": table,
    }
    if counted.focusing:
        return unsure(message + "; the loss weighs by certainty too, as focal losses do", **{**rest, "remedies": ("if this is a focal loss with its usual alpha, nothing is wrong; else " + rest["remedies"][0],)})
    return failed(message, **rest) if power >= POWER else warned(message, **rest)


def _groups(counted: CountedLabels) -> list[list[ClassWeight]]:
    """Classes that compete, rarest first: all of them, or the two sides of one yes-or-no answer."""
    enough = [c for c in counted.classes if c.count >= LABELS and c.still != c.count]
    if counted.kind == "multilabel":
        names = dict.fromkeys(c.name.split(":")[0] for c in enough)
        groups = [[c for c in enough if c.name.split(":")[0] == name] for name in names]
    else:
        groups = [enough]
    return [sorted(g, key=lambda c: c.count) for g in groups if len(g) > 1]


def _power(group: list[ClassWeight]) -> float:
    """The slope of log weight over log frequency."""
    xs, ys = [math.log(c.count) for c in group], [math.log(max(c.weight, 1e-9)) for c in group]
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True)) / max(1e-9, sum((x - x0) ** 2 for x in xs))


def positives_over_negatives(given: Given) -> Given:
    """pos_weight computed upside down."""
    import torch
    from torch import nn

    return replace(given, loss=nn.BCEWithLogitsLoss(pos_weight=torch.tensor(0.075)))


def weighted_by_frequency(given: Given) -> Given:
    """Class weights are the classes' frequencies, where a few pixels are bright."""
    import torch
    from torch import nn

    return replace(given, loss=nn.CrossEntropyLoss(weight=torch.tensor([0.86, 0.14])))


def balanced(given: Given) -> Given:
    """Inverse frequencies."""
    import torch
    from torch import nn

    return replace(given, loss=nn.BCEWithLogitsLoss(pos_weight=torch.tensor(13.0)))


def unweighted(given: Given) -> Given:
    """No weights at all."""
    from torch import nn

    return replace(given, loss=nn.BCEWithLogitsLoss())


def focal(given: Given) -> Given:
    """A focal loss with the usual alpha of a quarter."""
    from torch.nn import functional

    def loss(out: Any, y: Any) -> Any:
        each = functional.binary_cross_entropy_with_logits(out, y, reduction="none")
        return ((0.25 * y + 0.75 * (1 - y)) * (1 - (-each).exp()) ** 2 * each).mean()

    return replace(given, loss=loss)


CHECK = Check(
    code="SKE351",
    name="inverted-class-weights",
    source="torch's documentation of BCEWithLogitsLoss and CrossEntropyLoss",
    judge=judge,
    sabotages=(Case(toy="unbalanced-binary", plant=positives_over_negatives), Case(toy="segmentation-unet", plant=weighted_by_frequency)),
    lookalikes=(Case(toy="unbalanced-binary", plant=balanced), Case(toy="unbalanced-binary", plant=unweighted), Case(toy="unbalanced-binary", plant=focal)),
    under=("SKE341", "SKE342"),
)
