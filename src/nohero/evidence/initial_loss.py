"""The loss of an untrained network against what a network that says nothing must cost."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.problem import Problem

SEEDS = 5  # fresh networks
ITEMS = 512
PRICE = 0.3  # seconds


@dataclass(frozen=True, kw_only=True)
class InitialLoss:
    """Losses before any step, with the output bias as the factory leaves it and with the bias at the prior."""

    expected: float  # outputs all zero (closed form)
    expected_at_prior: float  # outputs equal to the best constant (closed form)
    without_bias: tuple[float, ...]  # one a seed
    with_bias: tuple[float, ...]
    bias_set: bool  # whether there was an output bias to set
    unit: str
    n: int

    def sentence(self) -> str:
        """Measured against expected."""
        return (
            f"loss at initialisation {statistics.fmean(self.without_bias):.3f} {self.unit}, expected {self.expected:.3f}; "
            f"with the output bias at the prior {statistics.fmean(self.with_bias):.3f}, expected {self.expected_at_prior:.3f}"
        )


def measure(problem: Problem) -> InitialLoss:
    """Average the loss of several fresh networks over the first items, in eval mode."""
    from dataclasses import replace

    import torch

    from nohero.models.build import set_output_bias
    from nohero.training.evaluate import targets_of
    from nohero.training.runs import few_of

    items = few_of(problem.train, ITEMS)
    targets = targets_of(problem.train)
    bias = problem.task.output_bias(targets)
    without, with_bias, was_set = [], [], True
    for seed in range(SEEDS):
        plain = problem.make_model(replace(problem.start, prior_bias=False), problem.seed + seed).eval()
        with torch.no_grad():
            without.append(float(problem.loss(plain(problem.to_input(items.x)), items.y)))
            was_set = set_output_bias(plain, bias)
            with_bias.append(float(problem.loss(plain(problem.to_input(items.x)), items.y)))
    few_targets = targets_of(items)
    return InitialLoss(
        expected=problem.task.expected_initial_loss(few_targets),
        expected_at_prior=problem.task.expected_initial_loss(few_targets, bias),
        without_bias=tuple(without),
        with_bias=tuple(with_bias),
        bias_set=was_set,
        unit=problem.task.unit,
        n=len(items),
    )
