"""What a layer with running statistics gets, where one forward pass calls it several times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.02  # seconds
STEPS = 1


@dataclass(frozen=True, kw_only=True)
class Shared:
    """One layer that is called more than once."""

    name: str
    calls: int
    means: float  # median over the channels of the largest distance of two calls' means, in deviations
    spreads: float  # median over the channels of the largest ratio of two calls' deviations


@dataclass(frozen=True, kw_only=True)
class SharedStatistics:
    """Those layers, of so many with running statistics."""

    layers: tuple[Shared, ...]
    of: int


def measure(setup: Setup) -> SharedStatistics:
    """One pass in train mode."""
    import torch

    layers = {n: m for n, m in setup.named_modules().items() if isinstance(getattr(m, "running_mean", None), torch.Tensor)}
    heard: dict[str, list[Any]] = {n: [] for n in layers}
    with setup.apart(), torch.no_grad():
        setup.mode(training=True)
        handles = [m.register_forward_pre_hook(lambda m, args, n=n: heard[n].append(_moments(args[0], m.running_mean.numel())) if m.training else None) for n, m in layers.items()]
        try:
            setup.forward(setup.specimen())
        finally:
            for handle in handles:
                handle.remove()
    return SharedStatistics(layers=tuple(_shared(n, calls) for n, calls in heard.items() if len(calls) > 1), of=len(layers))


def _moments(x: Any, channels: int) -> Any:
    """[2, channels]: mean and deviation."""
    import torch

    axis = 1 if x.ndim > 1 and x.shape[1] == channels else x.ndim - 1
    flat = x.detach().float().movedim(axis, 0).flatten(1)
    return torch.stack([flat.mean(1), flat.std(1, correction=0)])


def _shared(name: str, calls: list[Any]) -> Shared:
    import torch

    both = torch.stack(calls)  # [calls, 2, channels]
    means, spreads = both[:, 0], both[:, 1].clamp_min(1e-8)
    typical = spreads.square().mean(0).sqrt()
    return Shared(name=name, calls=len(calls), means=float(((means.amax(0) - means.amin(0)) / typical).median()), spreads=float((spreads.amax(0) / spreads.amin(0)).median()))
