"""What it asks: can the loss take the targets it is given?

Why it matters: a binary cross-entropy with targets of 0 and 255, or of 1 and 2, has no bottom: it falls for ever and nothing is
learnt. A class number of -1 silently means the last class to a hand-made loss. Nothing crashes.

How it is measured: the targets' range over the first batches; the user's loss followed far along its falling slope, with the
targets as they are and brought into 0 to 1; the slope at class numbers below zero.

When it is right to fail: when the loss loses its bottom through the targets' range alone, or when class numbers below zero have
a slope.

What it cannot see: labels that are wrong and possible.

Mend: bring masks to 0 and 1 (divide by 255), count classes from 0, and give what should not count the loss's ignore_index.

Source: torch's documentation of BCEWithLogitsLoss ("numbers between 0 and 1").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.target_values import TargetValues
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

EACH = 20  # labels a class at the least, before a missing first class is told
MOST = 50  # classes; beyond it classes are missing by chance


def judge(values: TargetValues) -> Finding:
    """Targets that the loss cannot take."""
    known = values.loss in ("bce", "bce-with-logits") and (values.low < 0 or values.high > 1)
    if known or (values.bottomless and not values.bottomless_inside):
        held = f" ({', '.join(f'{v:g}' for v in values.distinct[:4])}{' …' if len(values.distinct) > 4 else ''})" if values.distinct else ""
        return failed(
            f"the targets run from {values.low:g} to {values.high:g}{held}, and the loss takes 0 to 1: with these it falls for ever",
            expected="targets between 0 and 1 for a binary cross-entropy",
            observed=Observed(value=values.high if values.high > 1 else values.low, unit="target", n=values.n),
            component="data",
            where=("targets",),
            level=Level.VERIFIED if values.bottomless else Level.MEASURED,
            why="Outside 0 to 1 a cross-entropy rewards ever larger answers: every answer is driven the same way, and the loss goes below zero.",
            remedies=("divide masks by 255, or write (mask > 0).float()", "subtract 1 from labels counted 1 and 2"),
        )
    if values.negative_labels:
        return failed(
            f"{values.negative_labels} of {values.n} labels are below zero and count in the loss as if they were a class",
            expected="classes counted from 0; labels that should not count left out",
            observed=Observed(value=float(values.negative_labels), unit="labels below zero", n=values.n),
            component="data",
            where=("targets",),
            level=Level.MEASURED,
            why="A negative index counts from the end, so these items are trained as the last class.",
            remedies=("give them the loss's ignore_index, or leave them out", "count the classes from 0"),
        )
    counts = values.counts
    if 2 < len(counts) <= MOST and counts[0] == 0 and all(counts[1:]) and sum(counts) >= EACH * len(counts):
        return unsure(f"class 0 never comes among {sum(counts)} labels, and all others do", expected="classes counted from 0", remedies=("if the first class is kept for something else, nothing is wrong; else count the labels from 0",), component="data", where=("targets", "class 0"))
    return passed(f"the targets run from {values.low:g} to {values.high:g}, as the loss takes them")


def _retargeted(given: Given, change: Any) -> Given:
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    return replace(given, train=DataLoader(TensorDataset(x, change(y)), batch_size=20, shuffle=True), val=None)


def masks_of_255(given: Given) -> Given:
    """Yes is 255."""
    return _retargeted(given, lambda y: 255 * y)


def labels_one_and_two(given: Given) -> Given:
    """No is 1 and yes is 2, with weighted labels."""
    import torch
    from torch import nn

    return replace(_retargeted(given, lambda y: y + 1), loss=nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0)))


def minus_one_for_unknown(given: Given) -> Given:
    """Every tenth label is -1, and the loss gathers by it."""

    def loss(out_BK: Any, y_B: Any) -> Any:
        log = out_BK.log_softmax(1)
        return -log[list(range(len(y_B))), y_B].mean()

    def change(y_N: Any) -> Any:
        y_N = y_N.clone()
        y_N[::10] = -1
        return y_N

    return replace(_retargeted(given, change), loss=loss)


def soft_targets(given: Given) -> Given:
    """Smoothed labels between 0 and 1."""
    return _retargeted(given, lambda y: 0.9 * y + 0.05)


def unknown_left_out(given: Given) -> Given:
    """-1 is the ignore_index."""
    from torch import nn

    return replace(minus_one_for_unknown(given), loss=nn.CrossEntropyLoss(ignore_index=-1), evaluate=None)


CHECK = Check(
    code="DAT385",
    name="impossible-targets",
    source="torch's documentation of BCEWithLogitsLoss",
    judge=judge,
    sabotages=(Case(toy="multi-label", plant=masks_of_255), Case(toy="multi-label", plant=labels_one_and_two), Case(toy="table-mlp", plant=minus_one_for_unknown)),
    lookalikes=(Case(toy="multi-label", plant=soft_targets), Case(toy="table-mlp", plant=unknown_left_out)),
)
