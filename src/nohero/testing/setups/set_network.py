"""Sets of points with a value each: every point alone through a small network, their mean through another; order does not count."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

SETS, POINTS, FEATURES, WIDTH = 320, 8, 2, 32


def make() -> Given:
    """Deep sets; the target is the spread of the points along one feature plus their mean along the other."""
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(17)
    spread_N11 = 0.3 + torch.rand(SETS, 1, 1, generator=generator)
    x_NPF = torch.randn(SETS, POINTS, FEATURES, generator=generator) * spread_N11 + torch.randn(SETS, 1, FEATURES, generator=generator)
    y_N = x_NPF[:, :, 0].std(1) + x_NPF[:, :, 1].mean(1)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.each = nn.Sequential(nn.Linear(FEATURES, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU())
            self.all = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1))

        def forward(self, x_BPF: Any) -> Any:
            return self.all(self.each(x_BPF).mean(1)).squeeze(1)

    torch.manual_seed(11)
    model = Net()
    return Given(
        model=model,
        loss=nn.MSELoss(),
        train=(x_NPF[:240], y_N[:240]),
        val=(x_NPF[240:], y_N[240:]),
        optimizer=torch.optim.Adam(model.parameters(), lr=5e-3),
        epochs=20,
    )
