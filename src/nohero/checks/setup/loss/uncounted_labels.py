"""What it asks: does every class count in the loss?

Why it matters: an ignore_index that is a real class, a class weight of zero or a mask over the wrong labels takes a class out of
training. The loss looks fine, and the model never learns to name that class, or to leave it.

How it is measured: the slope of the loss at every label, on the model's answers, on undecided and on random ones. A class none of
whose labels has any slope on any of these does not count.

When it is right to fail: when a class with at least five labels has none, and others have. Where labels stand place by place,
a class that fills the ends of rows is taken for padding, and passes; the rest is a warning.

What it cannot see: classes that are rare among the first batches.

Mend: choose an ignore_index outside the classes (-100), and give padding that label.

Source: torch's documentation of `ignore_index` and `weight`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.counted_labels import CountedLabels
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

LABELS = 5  # labels of the class at the least
TAIL = 0.8  # share of its labels at the ends of rows, from which on it is taken for padding
SHOWN = 12  # rows of the table


def judge(counted: CountedLabels) -> Finding:
    """A class without any slope."""
    if len(counted.classes) < 2:
        return skipped("there are no classes to compare")
    left_out = [c for c in counted.classes if c.still == c.count and c.count >= LABELS]
    kept = [c for c in counted.classes if c.still < c.count]
    if counted.by_place:
        left_out = [c for c in left_out if c.tail < TAIL and c.name != f"class {counted.pad_id}"]
    if not left_out or not kept:
        return passed(f"labels of all {len(kept)} classes have a slope" if kept else "no class has a slope on these answers")
    names = ", ".join(c.name for c in left_out[:4])
    rest: dict[str, Any] = {
        "expected": "a slope at labels of every class",
        "observed": Observed(value=float(sum(c.count for c in left_out)), unit="labels that do not count", n=sum(c.count for c in counted.classes)),
        "component": "loss",
        "where": ("the loss", *(c.name for c in left_out[:4])),
        "level": Level.MEASURED,
        "why": "Labels without a slope teach nothing: the model never learns this class, and is never told when it is wrong about it.",
        "remedies": ("set ignore_index to a number that is no class, such as -100", "look at class weights of zero", "look whether a mask in the loss is inverted", "a margin wants labels of -1 and +1: y * 2 - 1"),
        "figure": Table(title="Labels that count", columns=("class", "labels", "without slope", "weight"), rows=tuple((c.name, c.count, c.still, round(c.weight, 3)) for c in counted.classes[:SHOWN])),
    }
    message = f"{sum(c.count for c in left_out)} labels of {names} have no slope in the loss, whatever the answers"
    if not counted.by_place:
        return failed(message, **rest)
    if counted.tokens or len(counted.shape) > 2:
        return unsure(message + ": right if it stands for nothing (padding, unlabelled)", **{**rest, "remedies": (f'if {names} stands for padding, expect={{"pad_id": ...}} says so; else change ignore_index',)})
    return warned(message, **rest)


def first_class_ignored(given: Given) -> Given:
    """ignore_index=0, which is a class."""
    from torch import nn

    return replace(given, loss=nn.CrossEntropyLoss(ignore_index=0))


def a_weight_of_zero(given: Given) -> Given:
    """The last class weighs nothing."""
    import torch
    from torch import nn

    return replace(given, loss=nn.CrossEntropyLoss(weight=torch.tensor([1.0, 1.0, 0.0])))


def real_tag_ignored(given: Given) -> Given:
    """The loss leaves out tag 0 for padding, and it is a tag like any other."""
    from torch.nn import functional

    return replace(given, loss=lambda out, tag: functional.cross_entropy(out.transpose(1, 2), tag.clamp(min=0), ignore_index=0), expect={})


def margin_of_zeros(given: Given) -> Given:
    """A hinge that multiplies by labels of zero and one: where the label is zero it is one, whatever the answer."""
    return replace(given, loss=lambda out, y: (1 - y.float() * out).clamp(min=0).mean())


def margin_of_signs(given: Given) -> Given:
    """The same with labels of -1 and +1."""
    return replace(given, loss=lambda out, y: (1 - (2 * y.float() - 1) * out).clamp(min=0).mean())


def weighted_unevenly(given: Given) -> Given:
    """Weights of 0.1 and 3: all count."""
    import torch
    from torch import nn

    return replace(given, loss=nn.CrossEntropyLoss(weight=torch.tensor([0.1, 3.0, 1.0])))


def margin_mostly_met(given: Given) -> Given:
    """A hinge loss: answers beyond the margin have no slope."""
    from torch import nn

    return replace(given, loss=nn.MultiMarginLoss(margin=0.05))


CHECK = Check(
    code="SKE348",
    name="uncounted-labels",
    source="torch's documentation of CrossEntropyLoss",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=first_class_ignored), Case(toy="cnn-batch-norm", plant=a_weight_of_zero), Case(toy="masked-tokens", plant=real_tag_ignored), Case(toy="unbalanced-binary", plant=margin_of_zeros)),
    lookalikes=(Case(toy="table-mlp", plant=weighted_unevenly), Case(toy="table-mlp", plant=margin_mostly_met), Case(toy="unbalanced-binary", plant=margin_of_signs)),
)
