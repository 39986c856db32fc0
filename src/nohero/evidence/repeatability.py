"""Two short trainings with the same seed, compared bit for bit, and a third with another seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from nohero.problem import Problem

STEPS = 12
PRICE = 0.5  # seconds


@dataclass(frozen=True, kw_only=True)
class Repeatability:
    """What differs between two trainings that should not differ."""

    steps: int
    largest_difference: float  # over all weights, same seed
    first_difference: str  # the parameter that differs first, in the network's own order; empty if none
    other_seed_difference: float  # over all weights, another seed: zero would mean that the seed is not used
    read_difference: float  # largest change of an input batch read twice

    def sentence(self) -> str:
        """Same seed, same weights?"""
        same = "the same weights to the last bit" if not self.largest_difference else f"weights that differ by up to {self.largest_difference:.2g}"
        return f"two trainings of {self.steps} steps with one seed give {same}"


def measure(problem: Problem) -> Repeatability:
    """Train thrice for a few steps."""
    from dataclasses import replace

    from nohero.training.loop import Training

    short = replace(problem.start, steps=STEPS)

    def weights(seed: int) -> dict[str, torch.Tensor]:
        training = Training(problem, short, seed)
        training.look_every = STEPS
        training.run()
        return dict(training.model.state_dict())

    one, two, other = weights(problem.seed), weights(problem.seed), weights(problem.seed + 1)
    gaps = {name: _apart(one[name], two[name]) for name in one if one[name].numel()}
    elsewhere = [_apart(one[name], other[name]) for name in one if one[name].numel()]
    few = problem.train.x[:64]
    first, second = problem.to_input(few), problem.to_input(few)
    return Repeatability(
        steps=STEPS,
        largest_difference=max(gaps.values(), default=0.0),
        first_difference=next((name for name, gap in gaps.items() if gap), ""),
        other_seed_difference=max(elsewhere, default=0.0),
        read_difference=_apart(first, second),
    )


def _apart(one: torch.Tensor, two: torch.Tensor) -> float:
    """The largest difference; the same not-a-number or infinity in the same place is none."""
    import torch

    gap = (one.double() - two.double()).abs()
    same = (one == two) | (torch.isnan(one) & torch.isnan(two))
    return float(gap.masked_fill(same, 0.0).nan_to_num(torch.inf, torch.inf).max())
