"""Pictures with a backbone learnt elsewhere and frozen on purpose, its batch norm kept in eval by the step; only the head is trained."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

PICTURES, SIDE, CLASSES, PRETRAINING = 320, 10, 3, 25


def make() -> Given:
    """A small CNN as backbone, a two-layer head, an optimizer over the head alone."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(21)
    x_NCHW, y_N = _bars(generator)
    elsewhere_NCHW, other_N = _bars(generator)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.backbone = nn.Sequential(
                nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
                nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
            )  # fmt: skip
            self.head = nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, CLASSES))

        def forward(self, x_NCHW: Any) -> Any:
            return self.head(self.backbone(x_NCHW))

    torch.manual_seed(12)
    model = Net()
    _pretrain(model.backbone, elsewhere_NCHW, other_N)
    for parameter in model.backbone.parameters():
        parameter.requires_grad_(False)

    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(TensorDataset(x_NCHW[:240], y_N[:240]), batch_size=24, shuffle=True),
        val=DataLoader(TensorDataset(x_NCHW[240:], y_N[240:]), batch_size=24),
        optimizer=torch.optim.Adam(model.head.parameters(), lr=3e-3),
        epochs=10,
        step=step,
    )


def _bars(generator: Any) -> tuple[Any, Any]:
    """A bright bar that lies, stands, or both."""
    import torch

    y_N = torch.randint(0, CLASSES, (PICTURES,), generator=generator)
    x_NCHW = 0.4 * torch.randn(PICTURES, 1, SIDE, SIDE, generator=generator)
    place = torch.randint(2, SIDE - 2, (PICTURES, 2), generator=generator)
    for i in range(PICTURES):
        if y_N[i] in (0, 2):
            x_NCHW[i, :, place[i, 0]] += 1.5
        if y_N[i] in (1, 2):
            x_NCHW[i, :, :, place[i, 1]] += 1.5
    return x_NCHW, y_N


def _pretrain(backbone: Any, x_NCHW: Any, y_N: Any) -> None:
    import torch
    from torch import nn

    head = nn.Linear(64, CLASSES)
    optimizer = torch.optim.Adam([*backbone.parameters(), *head.parameters()], lr=5e-3)
    for start in range(PRETRAINING):
        rows = torch.arange(start * 64, (start + 1) * 64) % len(y_N)
        optimizer.zero_grad()
        nn.functional.cross_entropy(head(backbone(x_NCHW[rows])), y_N[rows]).backward()
        optimizer.step()


def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
    """One plain step with the backbone in eval mode."""
    x_NCHW, y_B = batch
    model.train()
    model.backbone.eval()
    optimizer.zero_grad()
    value = loss(model(x_NCHW), y_B)
    value.backward()
    optimizer.step()
    return float(value.detach())
