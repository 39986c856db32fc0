"""Pictures of stripes in three classes, one of them rare: random noise, shift and flip in training, a sampler that evens the classes, workers."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

PICTURES, SIDE, CLASSES = 260, 10, 3
SHARES = (0.6, 0.28, 0.12)


def make() -> Given:
    """A small CNN; two workers are set, validation is plain."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

    generator = torch.Generator().manual_seed(32)
    y_N = torch.multinomial(torch.tensor(SHARES), PICTURES, replacement=True, generator=generator)
    rows_HW, columns_HW = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    stripes_KHW = torch.stack([rows_HW % 4 < 2, columns_HW % 4 < 2, (rows_HW + columns_HW) % 4 < 2]).float()
    x_NCHW = stripes_KHW[y_N][:, None] + 0.4 * torch.randn(PICTURES, 1, SIDE, SIDE, generator=generator)

    class Pictures(Dataset[Any]):
        def __init__(self, rows: range, transform: Any = None) -> None:
            self.x, self.y, self.transform = x_NCHW[rows.start : rows.stop], y_N[rows.start : rows.stop], transform

        def __len__(self) -> int:
            return len(self.y)

        def __getitem__(self, i: int) -> Any:
            return (self.transform(self.x[i]) if self.transform else self.x[i]), self.y[i]

    train = Pictures(range(200), augmented)
    weight_N = (1 / torch.bincount(train.y, minlength=CLASSES))[train.y]
    torch.manual_seed(22)
    model = nn.Sequential(
        nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 16, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(2), nn.Flatten(), nn.Linear(64, CLASSES),
    )  # fmt: skip
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(train, batch_size=20, sampler=WeightedRandomSampler(weight_N.tolist(), len(train)), num_workers=2),
        val=DataLoader(Pictures(range(200, PICTURES)), batch_size=25, num_workers=2),
        optimizer=torch.optim.Adam(model.parameters(), lr=5e-3),
        epochs=15,
    )


def augmented(x_CHW: Any) -> Any:
    """Rolled along and with noise, at random."""
    import torch

    if torch.rand(()) < 0.5:
        x_CHW = x_CHW.roll(int(torch.randint(0, 4, ())), -1)
    return x_CHW + 0.1 * torch.randn_like(x_CHW)
