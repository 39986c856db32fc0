"""A table of numbers with a continuous target and a few gross errors in it, fitted with the Huber loss."""

from __future__ import annotations

from nohero.setup.given import Given

ROWS, COLUMNS = 400, 5


def make() -> Given:
    """An MLP with one output."""
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(14)
    x_NC = torch.randn(ROWS, COLUMNS, generator=generator)
    y_N1 = (x_NC[:, :1] + 0.5 * x_NC[:, 1:2] * x_NC[:, 2:3] - 0.7 * x_NC[:, 3:4]).contiguous() + 0.1 * torch.randn(ROWS, 1, generator=generator)
    torch.manual_seed(8)
    model = nn.Sequential(nn.Linear(COLUMNS, 48), nn.Tanh(), nn.Linear(48, 24), nn.Tanh(), nn.Linear(24, 1))
    return Given(
        model=model,
        loss=nn.HuberLoss(),
        train=(x_NC[:300], y_N1[:300]),
        val=(x_NC[300:], y_N1[300:]),
        optimizer=lambda parameters: torch.optim.Adam(parameters, lr=3e-3),
        epochs=20,
    )
