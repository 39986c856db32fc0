"""How running statistics follow the batches: after some passes in train mode, where do they stand between their start, the last batch and all batches?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 24
PASSES = 24  # forward passes in train mode


@dataclass(frozen=True, kw_only=True)
class Follows:
    """One layer with a running mean."""

    name: str
    left: float  # of the way from the start to the mean over all batches, what is left to go: 0 there, 1 not moved; nan where the batches lie farther apart than that way
    last: float  # distance to the last batch's mean, against that of the mean over all batches: 0 follows the last batch alone


@dataclass(frozen=True, kw_only=True)
class RunningStatistics:
    """Every layer that keeps them and was called."""

    layers: tuple[Follows, ...]
    passes: int
    batches: int
    planned: float = float("nan")  # passes of the whole training; not a number where nobody said how long it is


def measure(setup: Setup) -> RunningStatistics:
    """Forward passes in train mode, with an ear at what the layers get."""
    import torch

    layers = {n: m for n, m in setup.named_modules().items() if isinstance(getattr(m, "running_mean", None), torch.Tensor) and m.training}
    layers = {n: m for n, m in layers.items() if n in _followed(setup, layers)}
    specimens = [setup.specimen(i) for i in range(len(setup.batches(8)))]
    means: dict[str, list[Any]] = {n: [] for n in layers}
    with setup.apart(), torch.no_grad():
        setup.mode(training=True)
        layers = {n: m for n, m in layers.items() if m.training}  # a model may keep its frozen norms in eval mode by itself
        handles = [m.register_forward_pre_hook(lambda m, args, n=n: means[n].append(_mean(args[0], m.running_mean.numel()))) for n, m in layers.items()]
        start = {n: m.running_mean.clone() for n, m in layers.items()}
        try:
            for number in range(PASSES):
                setup.forward(specimens[number % len(specimens)])
        finally:
            for handle in handles:
                handle.remove()
        found = [_follows(n, m.running_mean, start[n], means[n]) for n, m in layers.items() if means[n]]
    length = setup.train.length()
    planned = float(setup.given.epochs * length) if setup.given.epochs and length else float("nan")
    return RunningStatistics(layers=tuple(f for f in found if f is not None), passes=PASSES, batches=len(specimens), planned=planned)


def _followed(setup: Setup, layers: dict[str, Any]) -> set[str]:
    """Those whose statistics a step moves at all: frozen norms are held still on purpose, and another check's business."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    if setup.step is None:
        return set(layers)
    with setup.apart():
        before = {n: m.running_mean.clone() for n, m in layers.items()}
        try:
            setup.train_step(setup.batches(1)[0])
        except Unmeasurable:
            return set(layers)
        return {n for n, m in layers.items() if not torch.equal(before[n], m.running_mean)}


def _mean(x: Any, channels: int) -> Any:
    """The batch's mean of every channel."""
    axis = 1 if x.ndim > 1 and x.shape[1] == channels else x.ndim - 1
    return x.detach().float().mean([a for a in range(x.ndim) if a != axis])


def _follows(name: str, now: Any, start: Any, means: list[Any]) -> Follows | None:
    import torch

    pooled = torch.stack(means).mean(0)
    way, spread = float((start - pooled).norm()), float((means[-1] - pooled).norm())
    if way < 1e-6:
        return None
    apart = sum(float((m - pooled).norm()) for m in means) / len(means)
    left = float((now - pooled).norm()) / way if way > apart else float("nan")  # a goal within the batches' own scatter is no way to go
    return Follows(name=name, left=left, last=float((now - means[-1]).norm()) / spread if spread > 1e-3 * way else 1.0)
