"""A table of numbers with four classes; gradients of three small batches make one update, clipped, with a one-cycle schedule inside the step."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, COLUMNS, CLASSES = 450, 8, 4
BATCH, EVERY, EPOCHS = 10, 3, 10


class Stepper:
    """A step with a count of its own: it updates after every third batch."""

    def __init__(self, optimizer: Any, updates: int) -> None:
        """`updates` is the schedule's whole length."""
        import torch

        self.seen = 0
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=updates)

    def __call__(self, model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        """One batch: backward always, the update when it is due."""
        import torch

        x_BC, y_B = batch
        model.train()
        value = loss(model(x_BC), y_B)
        (value / EVERY).backward()
        self.seen += 1
        if self.seen % EVERY == 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            if self.schedule.last_epoch < self.schedule.total_steps - 1:
                self.schedule.step()
            optimizer.zero_grad()
        return float(value.detach())


def make() -> Given:
    """An MLP with dropout, trained with AdamW."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(43)
    x_NC = torch.randn(ROWS, COLUMNS, generator=generator)
    y_N = (x_NC @ torch.randn(COLUMNS, CLASSES, generator=generator) + 0.3 * torch.randn(ROWS, CLASSES, generator=generator)).argmax(1)
    torch.manual_seed(23)
    model = nn.Sequential(nn.Linear(COLUMNS, 40), nn.ReLU(), nn.Dropout(0.1), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, CLASSES))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.01)
    rows = 360
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(TensorDataset(x_NC[:rows], y_N[:rows]), batch_size=BATCH, shuffle=True),
        val=DataLoader(TensorDataset(x_NC[rows:], y_N[rows:]), batch_size=30),
        optimizer=optimizer,
        epochs=EPOCHS,
        step=Stepper(optimizer, EPOCHS * (rows // BATCH) // EVERY),
    )
