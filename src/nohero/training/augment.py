"""Light augmentation that keeps the label: shifts (and mirror images where asked) for pictures, a little noise for tables."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

SHIFT = 0.1  # of the picture's side, at least one pixel
NOISE = 0.1  # of a standard deviation
PICTURE = 4  # dimensions of a batch of pictures


def augment(x: Tensor, generator: torch.Generator, *, flip: bool) -> Tensor:
    """A changed copy of a batch [N, D] or [N, C, H, W]."""
    if x.ndim != PICTURE:
        return x + NOISE * torch.randn(x.shape, generator=generator)
    reach = max(1, round(SHIFT * x.shape[-1]))
    padded = pad(x, (reach, reach, reach, reach))
    height, width = x.shape[-2:]
    down, right = torch.randint(0, 2 * reach + 1, (2, x.shape[0]), generator=generator)
    rows = (down[:, None] + torch.arange(height))[:, None, :, None]
    columns = (right[:, None] + torch.arange(width))[:, None, None, :]
    items = torch.arange(x.shape[0])[:, None, None, None]
    channels = torch.arange(x.shape[1])[None, :, None, None]
    moved = padded[items, channels, rows, columns]
    if flip:
        mirrored = torch.rand(x.shape[0], generator=generator) < 0.5
        moved = torch.where(mirrored[:, None, None, None], moved.flip(-1), moved)
    return moved
