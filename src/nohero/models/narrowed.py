"""A network that sees less: some numbers of a row masked for good, or a picture at half its size."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

PICTURE = 4  # dimensions of a batch of pictures


class Narrowed(nn.Module):
    """Passes a narrowed input on to `inner`."""

    mask: Tensor

    def __init__(self, inner: nn.Module, mask: Tensor | None = None) -> None:
        """`mask` [D] of zeros and ones for rows; pictures are halved."""
        super().__init__()
        self.inner = inner
        self.register_buffer("mask", torch.ones(1) if mask is None else mask.float())

    def forward(self, x: Tensor) -> Tensor:
        """The inner network's outputs."""
        narrowed = avg_pool2d(x, 2) if x.ndim == PICTURE else x * self.mask
        return self.inner(narrowed)  # type: ignore[no-any-return]
