"""Do the probabilities mean what they say? One temperature, fitted on the validation set and tried on the test set."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.tasks.task import Task

HOTTEST = 20.0  # temperatures from 1/20 to 20 are searched
BINS = 10  # of equal counts, for the error of calibration


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What dividing the outputs by one temperature would gain on the test set; all nan where there are no classes."""

    temperature: float = math.nan  # above 1: the network is too sure
    gain: float = math.nan  # test loss before minus after
    low: float = math.nan  # 95 % interval, paired over items
    high: float = math.nan
    error_before: float = math.nan  # mean distance between confidence and share of items right, over bins
    error_after: float = math.nan


def calibration(task: Task, val_outputs: Any, val_targets: Any, outputs: Any, targets: Any) -> Calibration:
    """Fit on the validation set, try on the test set (Guo et al. 2017, arXiv:1706.04599)."""
    import numpy as np
    from scipy.optimize import minimize_scalar

    from nohero.tasks.interval import mean_interval

    if not task.classes or min(len(val_targets), len(targets)) < 2 or not (np.isfinite(val_outputs).all() and np.isfinite(outputs).all()):
        return Calibration()
    edge = math.log(HOTTEST)
    found = minimize_scalar(lambda t: float(task.losses(val_outputs / math.exp(t), val_targets).mean()), bounds=(-edge, edge), method="bounded")
    temperature = math.exp(float(found.x))
    gain, low, high = mean_interval(task.losses(outputs, targets) - task.losses(outputs / temperature, targets))
    before, after = (calibration_error(task, outputs / t, targets) for t in (1.0, temperature))
    return Calibration(temperature=temperature, gain=gain, low=low, high=high, error_before=before, error_after=after)


def calibration_error(task: Task, outputs: Any, targets: Any) -> float:
    """Mean over bins of equal counts of the distance between the confidence in the answer and the share of answers right."""
    import numpy as np

    from nohero.evidence.average import probabilities

    confidence = probabilities(task, outputs).max(1)
    right = task.hits(outputs, targets)
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return float(sum(len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts) / len(order))
