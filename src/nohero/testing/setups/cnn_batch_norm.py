"""Pictures of a bright bar, lying or standing or crossed, and a small CNN with batch norm; SGD with momentum, no step of their own."""

from __future__ import annotations

from nohero.setup.given import Given

PICTURES, SIDE, CLASSES = 320, 12, 3


def make() -> Given:
    """A CNN with batch norm and dropout."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(12)
    y_N = torch.randint(0, CLASSES, (PICTURES,), generator=generator)
    x_NCHW = 0.3 * torch.randn(PICTURES, 3, SIDE, SIDE, generator=generator)
    place = torch.randint(2, SIDE - 2, (PICTURES, 2), generator=generator)
    for i in range(PICTURES):
        if y_N[i] in (0, 2):
            x_NCHW[i, :, place[i, 0]] += torch.tensor([1.0, 0.6, 0.2])[:, None]
        if y_N[i] in (1, 2):
            x_NCHW[i, :, :, place[i, 1]] += torch.tensor([1.0, 0.6, 0.2])[:, None]
    torch.manual_seed(6)
    model = nn.Sequential(
        nn.Conv2d(3, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(12, 24, 3, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
        nn.Dropout(0.2), nn.Linear(96, CLASSES),
    )  # fmt: skip
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(TensorDataset(x_NCHW[:240], y_N[:240]), batch_size=24, shuffle=True),
        val=DataLoader(TensorDataset(x_NCHW[240:], y_N[240:]), batch_size=24),
        optimizer=torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9),
        epochs=10,
    )
