"""A variational autoencoder on zeros and ones made by two hidden numbers; it returns a tuple, and its loss has two terms."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, COLUMNS, HIDDEN = 400, 16, 2


def make() -> Given:
    """The model samples in train mode and gives the mean in eval mode; a batch is a single tensor."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(42)
    hidden_NZ = torch.randn(ROWS, HIDDEN, generator=generator)
    mix_ZC = 3.0 * torch.randn(HIDDEN, COLUMNS, generator=generator)
    x_NC = (hidden_NZ @ mix_ZC > 0).float()

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(COLUMNS, 32), nn.Tanh())
            self.mean = nn.Linear(32, HIDDEN)
            self.logvar = nn.Linear(32, HIDDEN)
            self.decoder = nn.Sequential(nn.Linear(HIDDEN, 32), nn.Tanh(), nn.Linear(32, COLUMNS))

        def forward(self, x_BC: Any) -> Any:
            seen = self.encoder(x_BC)
            mean_BZ, logvar_BZ = self.mean(seen), self.logvar(seen)
            drawn_BZ = mean_BZ + torch.randn_like(mean_BZ) * (0.5 * logvar_BZ).exp() if self.training else mean_BZ
            return self.decoder(drawn_BZ), mean_BZ, logvar_BZ

    torch.manual_seed(22)
    model = Net()
    return Given(
        model=model,
        loss=loss,
        train=DataLoader(TensorDataset(x_NC[:300]), batch_size=30, shuffle=True),
        val=DataLoader(TensorDataset(x_NC[300:]), batch_size=30),
        optimizer=torch.optim.Adam(model.parameters(), lr=5e-3),
        epochs=15,
    )


def loss(answer: Any, x_BC: Any) -> Any:
    """Reconstruction and divergence, summed over everything and divided by the items."""
    from torch import nn

    logit_BC, mean_BZ, logvar_BZ = answer
    reconstruction = nn.functional.binary_cross_entropy_with_logits(logit_BC, x_BC, reduction="sum")
    divergence = -0.5 * (1 + logvar_BZ - mean_BZ.square() - logvar_BZ.exp()).sum()
    return (reconstruction + divergence) / len(x_BC)
