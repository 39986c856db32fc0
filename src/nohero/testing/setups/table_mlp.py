"""A table of numbers with three classes, and a small MLP trained with Adam; the user's own step, evaluation and schedule."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, COLUMNS, CLASSES = 480, 6, 3


def make() -> Given:
    """Everything a user may hand over."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(11)
    x_NC = torch.randn(ROWS, COLUMNS, generator=generator)
    score = torch.stack([x_NC[:, 0] + 0.5 * x_NC[:, 1], x_NC[:, 2] - 0.4 * x_NC[:, 3], 0.7 * x_NC[:, 4] * x_NC[:, 0]], 1)
    y_N = (score + 0.3 * torch.randn(ROWS, CLASSES, generator=generator)).argmax(1)
    torch.manual_seed(5)
    model = nn.Sequential(nn.Linear(COLUMNS, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, CLASSES))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(TensorDataset(x_NC[:360], y_N[:360]), batch_size=32, shuffle=True),
        val=DataLoader(TensorDataset(x_NC[360:], y_N[360:]), batch_size=32),
        optimizer=optimizer,
        scheduler=torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20),
        epochs=20,
        step=step,
        evaluate=accuracy,
    )


def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
    """One plain step."""
    x, y = batch
    model.train()
    optimizer.zero_grad()
    value = loss(model(x), y)
    value.backward()
    optimizer.step()
    return float(value.detach())


def accuracy(model: Any, batches: Any) -> float:
    """The share of right answers."""
    import torch

    model.eval()
    right = seen = 0
    with torch.no_grad():
        for x, y in batches:
            right += int((model(x).argmax(1) == y).sum())
            seen += len(y)
    model.train()
    return right / seen
