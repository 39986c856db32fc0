"""A small healthy layer with its inputs; faults are planted in it to prove the checks of layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Tried:
    """What is handed to `nohero.check_layer`."""

    layer: Any
    inputs: tuple[Any, ...]


def gated() -> Tried:
    """A gate and a scale, as users write layers."""
    import torch
    from torch import nn

    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(6, 12)
            self.scale = nn.Parameter(torch.ones(6))

        def forward(self, x_BC: Any) -> Any:
            left, right = self.inner(x_BC).chunk(2, -1)
            return self.scale * left * torch.sigmoid(right)

    torch.manual_seed(2)
    return Tried(Gated(), (torch.randn(5, 6),))


LAYERS: dict[str, Callable[[], Tried]] = {"layer": gated}


def facts_of(tried: Tried) -> Any:
    """Its evidence."""
    from nohero.evidence.layer_facts import measure
    from nohero.layering import layer_of

    return measure(layer_of(tried.layer, tried.inputs))
