"""Windows of one series and the value that comes next; trained on the past, validated on what follows, without a common value."""

from __future__ import annotations

from nohero.setup.given import Given

LENGTH, WINDOW, CUT, STRIDE = 700, 16, 500, 2


def make() -> Given:
    """A small GRU with a linear head."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(32)
    time_T = torch.arange(LENGTH).float()
    noise_T = torch.zeros(LENGTH)
    shock_T = 0.15 * torch.randn(LENGTH, generator=generator)
    for t in range(1, LENGTH):
        noise_T[t] = 0.6 * noise_T[t - 1] + shock_T[t]
    series_T = torch.sin(time_T / 3.7) + 0.5 * torch.sin(time_T / 11.3 + 1) + noise_T
    series_T = (series_T - series_T[:CUT].mean()) / series_T[:CUT].std()

    def windows(part_T: torch.Tensor) -> TensorDataset:
        rows_NW = part_T.unfold(0, WINDOW + 1, STRIDE).clone()
        return TensorDataset(rows_NW[:, :-1, None].contiguous(), rows_NW[:, -1:].contiguous())

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(1, 24, batch_first=True)
            self.head = nn.Linear(24, 1)

        def forward(self, x_BW1: torch.Tensor) -> torch.Tensor:
            states_BWH, _ = self.rnn(x_BW1)
            return self.head(states_BWH[:, -1])

    torch.manual_seed(10)
    model = Net()
    return Given(
        model=model,
        loss=nn.MSELoss(),
        train=DataLoader(windows(series_T[:CUT]), batch_size=32, shuffle=True),
        val=DataLoader(windows(series_T[CUT:]), batch_size=32),
        optimizer=torch.optim.Adam(model.parameters(), lr=5e-3),
        epochs=12,
    )
