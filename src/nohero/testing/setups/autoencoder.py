"""Small pictures of two crossing waves, and a convolutional autoencoder that gives the picture back; the target is the input."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

PICTURES, SIDE, CODE = 300, 8, 6


def make() -> Given:
    """Convolutions down to a short code and back up, the mean square as loss, the user's own step."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(43)
    place = torch.arange(SIDE) * (2 * torch.pi / SIDE)
    turn_N2 = 2 * torch.pi * torch.rand(PICTURES, 2, generator=generator)
    x_NCHW = (torch.sin(place + turn_N2[:, :1])[:, None, :, None] + torch.sin(place + turn_N2[:, 1:])[:, None, None, :]) / 2
    x_NCHW = x_NCHW + 0.05 * torch.randn(x_NCHW.shape, generator=generator)
    torch.manual_seed(23)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(64, CODE),
        nn.Linear(CODE, 64), nn.ReLU(), nn.Unflatten(1, (16, 2, 2)), nn.ConvTranspose2d(16, 8, 2, stride=2), nn.ReLU(), nn.ConvTranspose2d(8, 1, 2, stride=2),
    )  # fmt: skip

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        (x_BCHW,) = batch
        optimizer.zero_grad()
        value = loss(model(x_BCHW), x_BCHW)
        value.backward()
        optimizer.step()
        return float(value.detach())

    return Given(
        model=model,
        loss=nn.MSELoss(),
        train=DataLoader(TensorDataset(x_NCHW[:220]), batch_size=20, shuffle=True),
        val=DataLoader(TensorDataset(x_NCHW[220:]), batch_size=20),
        optimizer=torch.optim.Adam(model.parameters(), lr=5e-3),
        epochs=15,
        step=step,
    )
