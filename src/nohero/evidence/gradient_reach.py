"""Which parameters get a gradient and move, in a few steps of the problem's own training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bar, Bars

if TYPE_CHECKING:
    from nohero.problem import Problem

STEPS = 10
PRICE = 0.3  # seconds


@dataclass(frozen=True, kw_only=True)
class GradientReach:
    """One entry a parameter tensor, in the network's own order."""

    names: tuple[str, ...]
    wanted: tuple[bool, ...]  # requires_grad
    has_gradient: tuple[bool, ...]  # not None and not all zero, at any of the steps
    update_ratios: tuple[float, ...]  # log10 of |update| / |weight| over the steps, per step; -inf where nothing moved
    num_parameters: int

    def sentence(self) -> str:
        """How much of the network learns."""
        moving = sum(r > -99 for r in self.update_ratios)
        return f"{moving} of {len(self.names)} parameter tensors move ({self.num_parameters:,} numbers in all)"

    def figures(self) -> tuple[Bars, ...]:
        """Update-to-weight ratio of each tensor."""
        bars = tuple(Bar(label=n, value=max(r, -8.0)) for n, r in zip(self.names, self.update_ratios, strict=True))
        title = "Update-to-weight ratio of each parameter, log10 per step"
        return (Bars(title=title, value_label="log10 |update| / |weight|", bars=bars[:40], start=-8.0),)


def measure(problem: Problem) -> GradientReach:
    """Take a few steps and look at every parameter before and after."""
    import math

    import torch

    from nohero.training.loop import Training

    training = Training(problem, problem.start, problem.seed)
    training.look_every = 10**9
    named = list(training.model.named_parameters())
    before = {name: p.detach().clone() for name, p in named}
    reached: dict[str, bool] = {name: False for name, _ in named}
    plain_step = training.optimizer.step

    def seen(*args: Any, **kwargs: Any) -> Any:
        for name, p in named:
            reached[name] |= p.grad is not None and bool(p.grad.abs().max() > 0)
        return plain_step(*args, **kwargs)

    training.optimizer.step = seen  # type: ignore[method-assign]
    with torch.random.fork_rng(devices=[]):
        training.model.train()
        for number, (x, y, _) in enumerate(training.batches.epoch(0)):
            if number == STEPS:
                break
            training.take_step(x, y)
    ratios = []
    for name, p in named:
        moved = float((p.detach() - before[name]).norm()) / max(training.course.step, 1)
        ratios.append(math.log10(moved / max(float(before[name].norm()), 1e-8)) if moved else -math.inf)
    return GradientReach(
        names=tuple(name for name, _ in named),
        wanted=tuple(p.requires_grad for _, p in named),
        has_gradient=tuple(reached[name] for name, _ in named),
        update_ratios=tuple(ratios),
        num_parameters=sum(p.numel() for _, p in named),
    )
