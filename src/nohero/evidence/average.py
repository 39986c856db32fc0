"""The average answer of several networks: mean probabilities for classes, mean values otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.tasks.task import Task


def average(task: Task, outputs: list[Any]) -> Any:  # numpy [N, K] each -> [N, K]
    """Outputs that stand for the mean of the answers."""
    import numpy as np

    if len(outputs) == 1 or not task.classes:
        return np.mean(outputs, axis=0)
    return task.outputs_of(np.mean([probabilities(task, o) for o in outputs], axis=0))


def probabilities(task: Task, outputs_NK: Any) -> Any:
    """Probabilities [N, classes] of one network's outputs."""
    import numpy as np

    out = np.asarray(outputs_NK, dtype=np.float64)
    if task.num_outputs == 1:
        one = 1 / (1 + np.exp(-np.clip(out.reshape(-1), -700, 700)))
        return np.stack([1 - one, one], axis=1)
    e = np.exp(out - out.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)
