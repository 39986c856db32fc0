"""A small convolutional network: blocks of convolution, batch norm and ReLU, halving the picture, then one linear layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

SMALLEST = 4  # pixels: a picture is not halved below this
SPATIAL = 2  # the head sees a 2x2 map: position still counts, unlike after a global average


class CNN(nn.Module):
    """[N, C, H, W] -> [N, K]."""

    def __init__(self, shape: tuple[int, int, int], num_outputs: int, *, width: int, depth: int, dropout: float = 0.0) -> None:
        """`depth` blocks; the first has `width` channels, each later one twice as many, up to 4 x `width`."""
        super().__init__()
        channels, height, breadth = shape
        blocks: list[nn.Module] = []
        wide = channels
        for number in range(depth):
            narrow = width * min(2**number, 4)
            blocks += [nn.Conv2d(wide, narrow, 3, padding=1, bias=False), nn.BatchNorm2d(narrow), nn.ReLU()]
            if min(height, breadth) >= 2 * SMALLEST:
                blocks.append(nn.MaxPool2d(2))
                height, breadth = height // 2, breadth // 2
            wide = narrow
        self.body = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool2d(SPATIAL)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(wide * SPATIAL * SPATIAL, num_outputs)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # 0.6 of the time a step takes on a CPU

    def forward(self, x: Tensor) -> Tensor:
        """Outputs before any soft-max."""
        x = x.contiguous(memory_format=torch.channels_last)
        return self.head(self.dropout(self.pool(self.body(x)).flatten(1)))  # type: ignore[no-any-return]
