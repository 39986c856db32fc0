"""A table of numbers and a value for each row: own step, and an RMSE over the whole set whose last batch is smaller."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, COLUMNS = 330, 5


def make() -> Given:
    """An MLP with dropout and a scaled target."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(33)
    x_NC = torch.randn(ROWS, COLUMNS, generator=generator)
    y_N = x_NC[:, 0] - 0.7 * x_NC[:, 1] * x_NC[:, 2] + x_NC[:, 3].sin() + 0.1 * torch.randn(ROWS, generator=generator)
    torch.manual_seed(23)
    model = nn.Sequential(nn.Linear(COLUMNS, 48), nn.SiLU(), nn.Dropout(0.05), nn.Linear(48, 48), nn.SiLU(), nn.Linear(48, 1))
    return Given(
        model=model,
        loss=nn.MSELoss(),
        train=DataLoader(TensorDataset(x_NC[:240], y_N[:240, None]), batch_size=24, shuffle=True),
        val=DataLoader(TensorDataset(x_NC[240:], y_N[240:, None]), batch_size=28),
        optimizer=torch.optim.Adam(model.parameters(), lr=5e-3),
        epochs=20,
        step=step,
        evaluate=rmse,
    )


def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
    """One plain step in train mode."""
    model.train()
    x_BC, y_B1 = batch
    value = loss(model(x_BC), y_B1)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return float(value.item())


def rmse(model: Any, batches: Any) -> float:
    """The root of the mean squared error over every row."""
    import torch

    model.eval()
    total, seen = 0.0, 0
    with torch.inference_mode():
        for x_BC, y_B1 in batches:
            total += float(((model(x_BC) - y_B1) ** 2).sum())
            seen += len(y_B1)
    return (total / seen) ** 0.5
