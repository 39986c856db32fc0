"""Padded sequences of readings with their lengths: a packed LSTM whose last state is classified; its own way of unpacking batches."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, LENGTH, FEATURES, WIDTH, CLASSES = 300, 9, 3, 16, 3


def make() -> Given:
    """An LSTM; the sum of each channel over the real steps says the class."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(16)
    length_N = torch.randint(3, LENGTH + 1, (ROWS,), generator=generator)
    x_NTF = torch.randn(ROWS, LENGTH, FEATURES, generator=generator) * (torch.arange(LENGTH) < length_N[:, None])[:, :, None]
    y_N = x_NTF.sum(1).argmax(1)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(FEATURES, WIDTH, batch_first=True)
            self.head = nn.Linear(WIDTH, CLASSES)

        def forward(self, x_BTF: Any, length_B: Any) -> Any:
            packed = nn.utils.rnn.pack_padded_sequence(x_BTF, length_B.cpu(), batch_first=True, enforce_sorted=False)
            _, (last_1BC, _) = self.lstm(packed)
            return self.head(last_1BC[-1])

    torch.manual_seed(10)
    model = Net()
    data = TensorDataset(x_NTF, length_N, y_N)
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(torch.utils.data.Subset(data, range(220)), batch_size=20, shuffle=True),
        val=DataLoader(torch.utils.data.Subset(data, range(220, ROWS)), batch_size=20),
        optimizer=torch.optim.Adam(model.parameters(), lr=1e-2),
        unpack=lambda batch: ((batch[0], batch[1]), batch[2]),
        epochs=15,
    )
