"""A multi-layer perceptron: Linear, ReLU, and dropout where asked; no hidden layer makes it a linear model."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn


class MLP(nn.Module):
    """[N, D] (or anything that flattens to it) -> [N, K]."""

    def __init__(self, num_inputs: int, num_outputs: int, *, width: int, depth: int, dropout: float = 0.0) -> None:
        """`depth` hidden layers of `width` units."""
        super().__init__()
        sizes = [num_inputs, *[width] * depth]
        layers: list[nn.Module] = []
        for wide, narrow in pairwise(sizes):
            layers += [nn.Linear(wide, narrow), nn.ReLU()]
            if dropout:
                layers.append(nn.Dropout(dropout))
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(sizes[-1], num_outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs before any soft-max."""
        return self.head(self.body(x.flatten(1)))  # type: ignore[no-any-return]
