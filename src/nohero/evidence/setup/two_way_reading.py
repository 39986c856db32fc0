"""What is read from recurrent layers that run both ways: at which steps each direction's answers carry a gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
LEAST = 3  # steps; of two, one is half


@dataclass(frozen=True, kw_only=True)
class TwoWay:
    """One layer; a step is read where the loss has a gradient there."""

    name: str
    steps: int
    forwards: tuple[int, ...]  # steps read from the direction that begins at the first
    backwards: tuple[int, ...]  # and from the one that begins at the last
    forwards_end: bool  # the state after the last step is read as well
    backwards_end: bool


@dataclass(frozen=True, kw_only=True)
class TwoWayReading:
    """Every layer that runs both ways over sequences of one length."""

    layers: tuple[TwoWay, ...]


def measure(setup: Setup) -> TwoWayReading:
    """One pass in train mode, and the loss's gradient at what the layers say."""
    import torch

    layers = {n: m for n, m in setup.named_modules().items() if isinstance(m, torch.nn.RNNBase) and m.bidirectional}
    if not layers:
        raise Unmeasurable("no recurrent layer runs both ways")
    heard: dict[str, tuple[Any, Any]] = {}
    with setup.apart(), torch.enable_grad():
        setup.mode(training=True)
        handles = [m.register_forward_hook(lambda _, __, out, n=n: heard.update({n: out})) for n, m in layers.items()]
        specimen = setup.specimen()
        try:
            value = setup.loss_of(setup.forward(specimen), specimen)
        finally:
            for handle in handles:
                handle.remove()
        found = [_read(n, layers[n], value, *heard[n]) for n in layers if n in heard]
    return TwoWayReading(layers=tuple(f for f in found if f is not None))


def _read(name: str, layer: Any, value: Tensor, said: Any, state: Any) -> TwoWay | None:
    import torch

    if not isinstance(said, torch.Tensor) or not said.requires_grad or said.ndim != 3:  # packed rows end at places of their own
        return None
    last = state[0] if isinstance(state, tuple) else state
    on_said, on_last = torch.autograd.grad(value, [said, last], retain_graph=True, allow_unused=True)
    if on_said is None:
        return None
    time = 1 if layer.batch_first else 0
    halves = on_said.movedim(time, 0).abs().chunk(2, -1)
    steps = [tuple(int(t) for t in h.flatten(1).amax(1).nonzero().flatten()) for h in halves]
    ends = (False, False) if on_last is None else tuple(bool(on_last[-2 + k].abs().max() > 0) for k in (0, 1))
    return TwoWay(name=name, steps=said.shape[time], forwards=steps[0], backwards=steps[1], forwards_end=ends[0], backwards_end=ends[1])
