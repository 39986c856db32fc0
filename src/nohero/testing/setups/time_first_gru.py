"""Sequences with the time axis first, (T, B, F), as torch's recurrent layers take them by default; one class a sequence."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, LENGTH, FEATURES, WIDTH, CLASSES, BATCH = 288, 7, 4, 20, 3, 24


def make() -> Given:
    """A GRU; the collate function stacks sequences along axis 1."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(19)
    x_NTF = torch.randn(ROWS, LENGTH, FEATURES, generator=generator)
    y_N = (x_NTF[:, :, :CLASSES] * torch.linspace(0.2, 1, LENGTH)[:, None]).sum(1).argmax(1)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru = nn.GRU(FEATURES, WIDTH)
            self.head = nn.Linear(WIDTH, CLASSES)

        def forward(self, x_TBF: Any) -> Any:
            out_TBC, _ = self.gru(x_TBF)
            return self.head(out_TBC[-1])

    def time_first(rows: Any) -> Any:
        return torch.stack([x for x, _ in rows], 1), torch.stack([y for _, y in rows])

    torch.manual_seed(13)
    model = Net()
    data = TensorDataset(x_NTF, y_N)
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(torch.utils.data.Subset(data, range(216)), batch_size=BATCH, shuffle=True, collate_fn=time_first),
        val=DataLoader(torch.utils.data.Subset(data, range(216, ROWS)), batch_size=BATCH, collate_fn=time_first),
        optimizer=torch.optim.Adam(model.parameters(), lr=1e-2),
        epochs=15,
    )
