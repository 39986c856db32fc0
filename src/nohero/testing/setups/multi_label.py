"""A table of numbers with five labels that may all hold at once, each with a frequency of its own; BCE on the logits."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, COLUMNS, LABELS = 400, 8, 5


def make() -> Given:
    """An MLP with a logit for every label."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(21)
    x_NC = torch.randn(ROWS, COLUMNS, generator=generator)
    mix_CK = torch.randn(COLUMNS, LABELS, generator=generator)
    cut_K = torch.tensor([-1.5, 0.0, 0.5, 1.0, 2.0])
    y_NK = (x_NC @ mix_CK + 0.4 * torch.randn(ROWS, LABELS, generator=generator) > cut_K).float()
    torch.manual_seed(9)
    model = nn.Sequential(nn.Linear(COLUMNS, 40), nn.GELU(), nn.LayerNorm(40), nn.Linear(40, 40), nn.GELU(), nn.Linear(40, LABELS))
    return Given(
        model=model,
        loss=nn.BCEWithLogitsLoss(),
        train=DataLoader(TensorDataset(x_NC[:300], y_NK[:300]), batch_size=20, shuffle=True),
        val=DataLoader(TensorDataset(x_NC[300:], y_NK[300:]), batch_size=20),
        optimizer=torch.optim.AdamW(model.parameters(), lr=3e-3),
        epochs=12,
        evaluate=hits,
    )


def hits(model: Any, batches: Any) -> float:
    """The share of labels that are right."""
    import torch

    model.eval()
    right = seen = 0
    with torch.no_grad():
        for x, y in batches:
            right += int(((model(x) > 0) == (y > 0.5)).sum())
            seen += y.numel()
    return right / seen
