"""Two hundred classes with two or three items each, read in batches of eight: noisy copies of each class's own pattern."""

from __future__ import annotations

from nohero.setup.given import Given

CLASSES, COLUMNS, EACH = 200, 24, 3


def make() -> Given:
    """An MLP without a hidden norm; most classes are missing from any batch."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(24)
    pattern_KC = torch.randn(CLASSES, COLUMNS, generator=generator)
    y_N = torch.arange(CLASSES).repeat(EACH)
    x_NC = pattern_KC[y_N] + 0.25 * torch.randn(len(y_N), COLUMNS, generator=generator)
    order = torch.randperm(2 * CLASSES, generator=generator)
    torch.manual_seed(12)
    model = nn.Sequential(nn.Linear(COLUMNS, 96), nn.ReLU(), nn.Linear(96, CLASSES))
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(TensorDataset(x_NC[order], y_N[order]), batch_size=8, shuffle=True),
        val=DataLoader(TensorDataset(x_NC[2 * CLASSES :], y_N[2 * CLASSES :]), batch_size=8),
        optimizer=torch.optim.Adam(model.parameters(), lr=3e-3),
        epochs=10,
    )
