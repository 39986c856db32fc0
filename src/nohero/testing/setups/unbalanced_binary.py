"""A table of numbers in which one row in fifteen is positive: weighted BCE, the output's bias set to the prior, the user's own step."""

from __future__ import annotations

import math
from typing import Any

from nohero.setup.given import Given

ROWS, COLUMNS = 480, 6
SHARE = 0.07  # positives


def make() -> Given:
    """An MLP with one logit; the step drops its last axis before the loss."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(22)
    x_NC = torch.randn(ROWS, COLUMNS, generator=generator)
    score_N = 1.5 * x_NC[:, 0] - x_NC[:, 1] + 0.8 * x_NC[:, 2] * x_NC[:, 3] + 0.2 * torch.randn(ROWS, generator=generator)
    y_N = (score_N > score_N.quantile(1 - SHARE)).float()
    torch.manual_seed(10)
    model = nn.Sequential(nn.Linear(COLUMNS, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    weight = torch.tensor(3.0)  # a part of the inverse frequency, as is usual
    with torch.no_grad():
        model[-1].bias.fill_(math.log(float(weight) * SHARE / (1 - SHARE)))

    return Given(
        model=model,
        loss=nn.BCEWithLogitsLoss(pos_weight=weight),
        train=DataLoader(TensorDataset(x_NC[:360], y_N[:360]), batch_size=40, shuffle=True),
        val=DataLoader(TensorDataset(x_NC[360:], y_N[360:]), batch_size=40),
        optimizer=torch.optim.Adam(model.parameters(), lr=3e-3),
        epochs=20,
        step=step,
        evaluate=evaluate,
    )


def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
    """One step; the last axis is dropped before the loss."""
    x_BC, y_B = batch
    model.train()
    value = loss(model(x_BC).squeeze(-1), y_B)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return float(value.detach())


def evaluate(model: Any, batches: Any) -> float:
    """The mean of the classes' recalls."""
    import torch

    model.eval()
    right, seen = torch.zeros(2), torch.zeros(2)
    with torch.no_grad():
        for x_BC, y_B in batches:
            said_B = (model(x_BC).squeeze(-1) > 0).float()
            for k in (0, 1):
                right[k] += int(((said_B == k) & (y_B == k)).sum())
                seen[k] += int((y_B == k).sum())
    return float((right / seen.clamp(min=1)).mean())
