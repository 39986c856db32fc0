"""What is chosen before anything is measured: the task's value, and how long a training is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.data.batches import ArraySet
    from nohero.tasks.task import Task

RARE = 0.1  # share of the rarer class below which accuracy would praise the constant answer: AUROC is told instead
EPOCHS = 25  # of one training when the budget does not bind, within the two limits below
LEAST_STEPS, MOST_STEPS = 600, 3000


def make_task(kind: str, code: Any, train: ArraySet) -> Task:
    """The task's value, with what the training targets say of it."""
    from nohero.tasks.binary import Binary
    from nohero.tasks.multiclass import Multiclass
    from nohero.tasks.regression import Regression

    if kind == "regression":
        return Regression(mean=code.mean, scale=code.std)
    if kind == "multiclass":
        return Multiclass(classes=code.classes)
    ones = float(train.y.double().mean())
    return Binary(classes=code.classes, metric="AUROC" if min(ones, 1 - ones) < RARE else "accuracy")


def steps_for(n: int, batch: int) -> int:
    """Optimizer steps of one training on `n` items when the budget does not bind."""
    return int(min(MOST_STEPS, max(LEAST_STEPS, EPOCHS * n // batch)))
