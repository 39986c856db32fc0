"""A short race: the same network on the real inputs, on zeroed inputs, and on inputs dealt to the wrong targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Lines, Rule, Series

if TYPE_CHECKING:
    from nohero.problem import Problem
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs

SEEDS = 2
ARMS = ("real inputs", "zeroed inputs", "inputs dealt to the wrong targets")
PRICE = 3.0  # seconds


@dataclass(frozen=True, kw_only=True)
class InputRace:
    """Validation losses of the three arms, one curve a seed, all by the same steps."""

    steps: tuple[int, ...]
    real: tuple[tuple[float, ...], ...]
    zeroed: tuple[tuple[float, ...], ...]
    dealt: tuple[tuple[float, ...], ...]
    constant: float  # the loss of the best constant on the validation set
    gain: float  # zeroed minus real, best of each curve, mean over the seeds
    gain_low: float  # 95 % interval over validation items and seeds
    gain_high: float
    n: int
    unit: str

    def sentence(self) -> str:
        """How much the input is worth."""
        return f"real inputs beat zeroed ones by {self.gain:.3f} {self.unit} [{self.gain_low:.3f}, {self.gain_high:.3f}] in {self.steps[-1]} steps"

    def figures(self) -> tuple[Lines, ...]:
        """The three arms, mean over the seeds with their range."""
        series = []
        for name, curves, dashed in zip(ARMS, (self.real, self.zeroed, self.dealt), (False, True, True), strict=True):
            columns = list(zip(*curves, strict=False))  # a curve that broke off is shorter
            series.append(
                Series(
                    name=name,
                    x=tuple(float(s) for s in self.steps[: len(columns)]),
                    y=tuple(sum(c) / len(c) for c in columns),
                    low=tuple(min(c) for c in columns),
                    high=tuple(max(c) for c in columns),
                    dashed=dashed,
                )
            )
        rules = (Rule(label="best constant", value=self.constant),)
        return (Lines(title="Does the network use its input?", x_label="step", y_label=f"validation loss ({self.unit})", series=tuple(series), rules=rules),)


def measure(problem: Problem, runs: Runs, allowance: Allowance) -> InputRace:
    """Train each arm with each seed for the same number of steps."""
    from dataclasses import replace

    import torch

    from nohero.tasks.interval import mean_interval
    from nohero.training.evaluate import targets_of

    price = runs.step_seconds(problem, problem.start)
    steps = allowance.steps("race/steps", cap=problem.effort.race_steps, least=50, trainings=2.0 * SEEDS * len(ARMS), step_seconds=price)
    settings = replace(problem.start, steps=steps, learning_rate=1e-3, keep_best=True)
    generator = torch.Generator().manual_seed(problem.seed)
    shuffled = replace(problem.train, x=problem.train.x[torch.randperm(len(problem.train), generator=generator)])
    arms = (
        problem,
        replace(problem, to_input=lambda x: torch.zeros_like(problem.to_input(x)), name="zeroed"),
        replace(problem, train=shuffled, name="dealt"),
    )
    curves: list[list[tuple[float, ...]]] = []
    losses: list[list[Any]] = []
    looks: tuple[int, ...] = ()
    for arm, name in zip(arms, ARMS, strict=True):
        done = [runs.train(arm, settings, problem.seed + s, f"{name}, seed {s}") for s in range(SEEDS)]
        curves.append([t.val_losses for t in done])
        losses.append([problem.task.losses(runs.val_outputs(t), targets_of(problem.val)) for t in done])
        looks = max((looks, *(t.steps for t in done)), key=len)  # a curve that broke off is shorter
    paired = sum(z - r for r, z in zip(losses[0], losses[1], strict=True)) / SEEDS
    gain, low, high = mean_interval(paired)
    targets = targets_of(problem.val)
    best = problem.task.expected_initial_loss(targets, problem.task.output_bias(targets_of(problem.train)))
    return InputRace(
        steps=looks, real=tuple(curves[0]), zeroed=tuple(curves[1]), dealt=tuple(curves[2]), constant=best,
        gain=gain, gain_low=low, gain_high=high, n=len(problem.val), unit=problem.task.unit,
    )  # fmt: skip
