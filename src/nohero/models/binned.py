"""Piecewise-linear encoding of numbers (Gorishniy et al. 2022, arXiv:2203.05556): a number becomes how full each of its bins is.

A column with quantile edges e0 < e1 < … becomes clip((x - e_t) / (e_{t+1} - e_t), 0, 1) for each bin t; columns with few
values pass as they are. Networks then fit steps and bends that they would need many units for.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

BINS = 16
FEW = 8  # values: such a column is left as it is


class Binned(nn.Module):
    """[N, D] -> [N, D'] -> inner."""

    column: Tensor
    low: Tensor
    width: Tensor

    def __init__(self, inner: nn.Module, column: Tensor, low: Tensor, width: Tensor) -> None:
        """Bin b encodes `column[b]` from `low[b]` over `width[b]`."""
        super().__init__()
        self.inner = inner
        self.register_buffer("column", column)
        self.register_buffer("low", low)
        self.register_buffer("width", width)

    def forward(self, x: Tensor) -> Tensor:
        """The inner network's outputs for the numbers and their bins."""
        filled = ((x[:, self.column] - self.low) / self.width).clamp(0.0, 1.0)
        return self.inner(torch.cat([x, 2.0 * filled - 1.0], dim=1))  # type: ignore[no-any-return]


def edges(x_ND: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Column, lower edge and width of each bin, from the quantiles of the training inputs."""
    columns, lows, widths = [], [], []
    for d in range(x_ND.shape[1]):
        values = x_ND[:, d].double()
        if len(torch.unique(values[:2000])) <= FEW:
            continue
        sample = values[:: max(1, len(values) // 20_000)]
        cuts = torch.unique(torch.quantile(sample, torch.linspace(0, 1, BINS + 1, dtype=torch.float64)))
        columns += [d] * (len(cuts) - 1)
        lows += cuts[:-1].tolist()
        widths += cuts.diff().tolist()
    return torch.tensor(columns, dtype=torch.long), torch.tensor(lows, dtype=torch.float32), torch.tensor(widths, dtype=torch.float32)
