"""Pictures of one blob in a corner, read as dicts, and a residual CNN whose branches begin at zero."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

PICTURES, SIDE, CORNERS, WIDTH = 240, 8, 4, 16


def make() -> Given:
    """Two residual blocks, the last norm of each begun at zero; batches are dicts of pixels and label."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset

    generator = torch.Generator().manual_seed(41)
    y_N = torch.randint(0, CORNERS, (PICTURES,), generator=generator)
    x_NCHW = 0.4 * torch.randn(PICTURES, 3, SIDE, SIDE, generator=generator)
    half = SIDE // 2
    jitter_N2 = torch.randint(0, half - 1, (PICTURES, 2), generator=generator)
    for i in range(PICTURES):
        top, left = half * (int(y_N[i]) // 2) + int(jitter_N2[i, 0]), half * (int(y_N[i]) % 2) + int(jitter_N2[i, 1])
        x_NCHW[i, :, top : top + 2, left : left + 2] += torch.tensor([1.5, 1.0, 0.5])[:, None, None]

    class Pictures(Dataset[Any]):
        def __init__(self, first: int, last: int) -> None:
            self.x_NCHW, self.y_N = x_NCHW[first:last], y_N[first:last]

        def __len__(self) -> int:
            return len(self.y_N)

        def __getitem__(self, i: int) -> dict[str, Any]:
            return {"pixels": self.x_NCHW[i], "label": self.y_N[i]}

    torch.manual_seed(21)
    model = nn.Sequential(
        nn.Conv2d(3, WIDTH, 3, padding=1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU(),
        _block(WIDTH), _block(WIDTH), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * WIDTH, CORNERS),
    )  # fmt: skip
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(Pictures(0, 180), batch_size=20, shuffle=True),
        val=DataLoader(Pictures(180, PICTURES), batch_size=20),
        optimizer=torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01),
        epochs=10,
        unpack=lambda batch: (batch["pixels"], batch["label"]),
    )


def _block(width: int) -> Any:
    from torch import nn

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.branch = nn.Sequential(
                nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
                nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width),
            )  # fmt: skip
            nn.init.zeros_(self.branch[-1].weight)

        def forward(self, x_BCHW: Any) -> Any:
            return nn.functional.relu(x_BCHW + self.branch(x_BCHW))

    return Block()
