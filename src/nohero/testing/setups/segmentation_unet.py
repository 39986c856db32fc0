"""Pictures with bright discs and the masks of the discs: a tiny U-Net, cross-entropy for every pixel, a random flip done to both."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

PICTURES, SIDE, CLASSES = 120, 12, 2


def make() -> Given:
    """A U-Net of one level; the training items are flipped at random, picture and mask alike."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset

    generator = torch.Generator().manual_seed(31)
    place_NP = torch.randint(3, SIDE - 3, (PICTURES, 2), generator=generator)
    radius_N = 1.5 + 2 * torch.rand(PICTURES, generator=generator)
    axis = torch.arange(SIDE)
    far_NHW = ((axis[None, :, None] - place_NP[:, :1, None]) ** 2 + (axis[None, None, :] - place_NP[:, 1:, None]) ** 2).float().sqrt()
    mask_NHW = (far_NHW < radius_N[:, None, None]).long()
    x_NCHW = mask_NHW[:, None] * 1.5 + 0.5 * torch.randn(PICTURES, 1, SIDE, SIDE, generator=generator)

    class Pairs(Dataset[Any]):
        def __init__(self, rows: range, *, flip: bool) -> None:
            self.rows, self.flip = rows, flip

        def __len__(self) -> int:
            return len(self.rows)

        def __getitem__(self, i: int) -> Any:
            x_CHW, mask_HW = x_NCHW[self.rows[i]], mask_NHW[self.rows[i]]
            if self.flip and torch.rand(()) < 0.5:
                x_CHW, mask_HW = x_CHW.flip(-1), mask_HW.flip(-1)
            return x_CHW, mask_HW

    torch.manual_seed(21)
    model = _net()
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(Pairs(range(90), flip=True), batch_size=10, shuffle=True),
        val=DataLoader(Pairs(range(90, PICTURES), flip=False), batch_size=10),
        optimizer=torch.optim.Adam(model.parameters(), lr=1e-2),
        epochs=10,
        evaluate=mean_iou,
    )


def mean_iou(model: Any, batches: Any) -> float:
    """Intersection over union, counted over all pixels of all batches, mean of the classes."""
    import torch

    model.eval()
    both_K, either_K = torch.zeros(CLASSES), torch.zeros(CLASSES)
    with torch.no_grad():
        for x_BCHW, mask_BHW in batches:
            said_BHW = model(x_BCHW).argmax(1)
            for k in range(CLASSES):
                both_K[k] += int(((said_BHW == k) & (mask_BHW == k)).sum())
                either_K[k] += int(((said_BHW == k) | (mask_BHW == k)).sum())
    return float((both_K / either_K.clamp(min=1)).mean())


def _net() -> Any:
    """The network."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU())
            self.deep = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2))
            self.up = nn.Sequential(nn.Conv2d(24, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, CLASSES, 1))

        def forward(self, x_BCHW: Any) -> Any:
            flat_BCHW = self.down(x_BCHW)
            return self.up(torch.cat([flat_BCHW, self.deep(flat_BCHW)], 1))

    return Net()
