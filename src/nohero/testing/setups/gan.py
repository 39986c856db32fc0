"""Two networks at odds: a generator of points on a ring and a discriminator, two optimizers and the user's own step."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

POINTS, NOISE, WIDTH = 320, 4, 32


def make() -> Given:
    """A GAN in a dict; real points come as a batch of one tensor."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(41)
    angle_N = 6.2832 * torch.rand(POINTS, generator=generator)
    x_N2 = torch.stack([angle_N.cos(), angle_N.sin()], 1) + 0.05 * torch.randn(POINTS, 2, generator=generator)
    torch.manual_seed(21)
    model = {
        "generator": nn.Sequential(nn.Linear(NOISE, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 2)),
        "discriminator": nn.Sequential(nn.Linear(2, WIDTH), nn.LeakyReLU(0.2), nn.Linear(WIDTH, WIDTH), nn.LeakyReLU(0.2), nn.Linear(WIDTH, 1)),
    }
    optimizer = {name: torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999)) for name, net in model.items()}
    return Given(
        model=model,
        loss=nn.BCEWithLogitsLoss(),
        train=DataLoader(TensorDataset(x_N2), batch_size=32, shuffle=True, drop_last=True),
        optimizer=optimizer,
        epochs=20,
        step=step,
    )


def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
    """The discriminator's turn, then the generator's."""
    import torch

    (real_B2,) = batch
    made_B2 = model["generator"](torch.randn(len(real_B2), NOISE, device=real_B2.device))
    optimizer["discriminator"].zero_grad()
    on_real = model["discriminator"](real_B2)
    on_made = model["discriminator"](made_B2.detach())
    cost = loss(on_real, torch.ones_like(on_real)) + loss(on_made, torch.zeros_like(on_made))
    cost.backward()
    optimizer["discriminator"].step()
    optimizer["generator"].zero_grad()
    fooled = model["discriminator"](made_B2)
    loss(fooled, torch.ones_like(fooled)).backward()  # the discriminator's gradients of this pass are cleared on its next turn
    optimizer["generator"].step()
    return float(cost.detach())
