"""The dullest network for a modality, at a given size: a linear layer or an MLP for numbers, a small CNN for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from nohero.models.cnn import CNN
from nohero.models.mlp import MLP

if TYPE_CHECKING:
    from torch import nn

PICTURE = 3  # dimensions of an item that is a picture: channels, height, width


def build(shape: tuple[int, ...], num_outputs: int, *, width: int, depth: int, dropout: float, seed: int) -> nn.Module:
    """A freshly initialised network for items of `shape`; the global random state is left as found."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if len(shape) == PICTURE and depth:
            return CNN((shape[0], shape[1], shape[2]), num_outputs, width=width, depth=depth, dropout=dropout)
        num_inputs = int(torch.Size(shape).numel())
        return MLP(num_inputs, num_outputs, width=width, depth=depth, dropout=dropout)


def last_linear(model: nn.Module) -> nn.Linear | None:
    """The linear layer registered last: the output layer of any usual network."""
    found = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]
    return found[-1] if found else None


def set_output_bias(model: nn.Module, bias: tuple[float, ...]) -> bool:
    """Start the output layer at the best constant; says whether there was a bias of that size to set."""
    layer = last_linear(model)
    if layer is None or layer.bias is None or layer.bias.numel() != len(bias):
        return False
    with torch.no_grad():
        layer.bias.copy_(torch.tensor(bias, dtype=layer.bias.dtype))
    return True
