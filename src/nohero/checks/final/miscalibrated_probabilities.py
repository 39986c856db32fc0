"""What it asks: when the model says 80 %, is it right in 80 of 100 cases?

Why it matters: probabilities are used: to set a threshold, to hand doubtful cases to a person, to weigh costs. A network that is
too sure of itself misleads all of these while its accuracy stays the same.

How it is measured: one temperature, by which all outputs are divided, is fitted on the validation set and tried on the test set.
What it gains there in loss is paired item by item. Beside it the mean distance between confidence and share of right answers.

When it is right to fail: it warns when the gain is beyond noise and at least 0.01 nats. A gain within noise is nothing.

What it cannot see: probabilities that are wrong for one class or group only; errors of calibration that no single temperature
mends.

Mend: divide the outputs by the temperature; it changes no decision, only the confidence.

Source: Guo et al. 2017, On calibration of modern neural networks (arXiv:1706.04599).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.test_opening import TestOpening
from nohero.run.finding import Finding, Level, Observed, Remedy, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

LEAST_GAIN = 0.01  # nats: a probability of 0.80 said where 0.87 is true costs as much
GUO = "Guo et al. 2017, On calibration of modern neural networks (arXiv:1706.04599)"


def judge(opening: TestOpening) -> Finding:
    """Ask what one temperature would gain."""
    c = opening.calibration
    if not (math.isfinite(c.gain) and math.isfinite(c.temperature)):
        return skipped("the model gives values, not probabilities, or too few items to fit a temperature")
    gains = f"a temperature of {c.temperature:.2f} gains {c.gain:.4f} nats [{c.low:.4f}, {c.high:.4f}] on the test set"
    observed = Observed(value=c.gain, unit="nats", n=opening.score.n, low=c.low, high=c.high)
    if not (c.low > 0 and c.gain >= LEAST_GAIN):
        return passed(f"the probabilities can be believed: {gains}", observed=observed)
    sure = "too sure" if c.temperature > 1 else "not sure enough"
    return warned(
        f"the model is {sure}: {gains}, and brings the mean error of its confidence from {c.error_before:.3f} to {c.error_after:.3f}",
        expected=f"a gain within noise or below {LEAST_GAIN} nats", observed=observed, component="model", level=Level.VERIFIED,
        numbers={"temperature": c.temperature, "error of confidence": c.error_before}, effect="thresholds and doubts that rest on its probabilities are off",
        remedies=[Remedy(text=f"divide the outputs by {c.temperature:.2f}", tried=True, result=f"gains {c.gain:.4f} nats"), "early stopping or label smoothing"],
    )  # fmt: skip


def learnt_by_heart_at_once(problem: Problem) -> Problem:
    """Forty items, memorised before the second look at the validation set: sure of everything. The other items are for the test."""
    from dataclasses import replace

    import numpy as np

    from nohero.checks.plant import posed

    rows = problem.split.train
    moved = posed(problem, problem.raw, {"train": rows[:40], "test": np.sort(np.concatenate([problem.split.test, rows[40:]]))})
    start = replace(problem.start, learning_rate=0.1, batch_size=20)
    declined = problem.declined | dict.fromkeys(("label smoothing", "augmentation", "dropout", "weight decay"), "planted")
    return replace(moved, start=start, rates=(0.08, 0.12), declined=declined, effort=replace(problem.effort, steps=40, trials=3))


def labels_with_noise(problem: Problem) -> Problem:
    """One label in five is wrong: no one can be sure, and the model says so."""
    import numpy as np

    from nohero.checks.plant import with_target

    target, rng = problem.raw.target.copy(), np.random.default_rng(5)
    wrong = rng.random(len(target)) < 0.2
    names = np.unique(target.astype(str))
    target[wrong] = np.where(target[wrong] == names[0], names[1], names[0])
    return with_target(problem, target)


CHECK = Check(
    code="FIN140", name="miscalibrated-probabilities", source=GUO, judge=judge,
    sabotages=(Case(toy="table", plant=learnt_by_heart_at_once),), lookalikes=(Case(toy="table", plant=labels_with_noise),),
)  # fmt: skip
