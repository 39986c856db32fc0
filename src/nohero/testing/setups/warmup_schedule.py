"""A table of numbers with one continuous target; a warm-up and a cosine over every batch of the run, as a function of the step."""

from __future__ import annotations

import math

from nohero.setup.given import Given

ROWS, COLUMNS, BATCH, EPOCHS = 400, 7, 20, 10
WARM, FLOOR = 15, 0.1  # batches; share of the peak


def make() -> Given:
    """An MLP with layer norm, AdamW and LambdaLR stepped after every batch."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(44)
    x_NC = torch.randn(ROWS, COLUMNS, generator=generator)
    y_N1 = (x_NC[:, :1] - 0.6 * x_NC[:, 1:2] + 0.5 * x_NC[:, 2:3] * x_NC[:, 3:4] + 0.1 * torch.randn(ROWS, 1, generator=generator)).contiguous()
    torch.manual_seed(24)
    model = nn.Sequential(nn.Linear(COLUMNS, 40), nn.LayerNorm(40), nn.GELU(), nn.Linear(40, 40), nn.GELU(), nn.Linear(40, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-3)
    rows = 300
    steps = EPOCHS * rows // BATCH

    def factor(step: int) -> float:
        if step < WARM:
            return (step + 1) / WARM
        done = min(1.0, (step - WARM) / max(1, steps - WARM))
        return FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * done))

    return Given(
        model=model,
        loss=nn.MSELoss(),
        train=DataLoader(TensorDataset(x_NC[:rows], y_N1[:rows]), batch_size=BATCH, shuffle=True),
        val=DataLoader(TensorDataset(x_NC[rows:], y_N1[rows:]), batch_size=BATCH),
        optimizer=optimizer,
        scheduler=torch.optim.lr_scheduler.LambdaLR(optimizer, factor),
        scheduler_steps="batch",
        epochs=EPOCHS,
    )
