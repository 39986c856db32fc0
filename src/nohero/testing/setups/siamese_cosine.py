"""Pairs of vectors that belong together or not: one encoder for both, a cosine embedding loss, batches as dicts, answers as a tuple."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

PAIRS, COLUMNS, KINDS = 400, 10, 5


def make() -> Given:
    """A siamese encoder; `label` is 1 for two of a kind and -1 for strangers."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    generator = torch.Generator().manual_seed(22)
    centre_KC = 1.5 * torch.randn(KINDS, COLUMNS, generator=generator)
    left_N = torch.randint(0, KINDS, (PAIRS,), generator=generator)
    same_N = torch.rand(PAIRS, generator=generator) < 0.5
    right_N = torch.where(same_N, left_N, (left_N + torch.randint(1, KINDS, (PAIRS,), generator=generator)) % KINDS)
    left_NC = centre_KC[left_N] + 0.6 * torch.randn(PAIRS, COLUMNS, generator=generator)
    right_NC = centre_KC[right_N] + 0.6 * torch.randn(PAIRS, COLUMNS, generator=generator)
    rows = [{"left": left_NC[i], "right": right_NC[i], "label": 2.0 * same_N[i].float() - 1} for i in range(PAIRS)]

    torch.manual_seed(13)
    model = _net()
    loss = nn.CosineEmbeddingLoss(margin=0.2)

    return Given(
        model=model,
        loss=lambda pair, label_B: loss(pair[0], pair[1], label_B),
        train=DataLoader(rows[:320], batch_size=32, shuffle=True),
        val=DataLoader(rows[320:], batch_size=32),
        optimizer=torch.optim.Adam(model.parameters(), lr=3e-3),
        epochs=15,
        step=step,
        evaluate=evaluate,
    )


def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
    """One plain step on a dict."""
    model.train()
    optimizer.zero_grad()
    value = loss(model(batch["left"], batch["right"]), batch["label"])
    value.backward()
    optimizer.step()
    return float(value.detach())


def evaluate(model: Any, batches: Any) -> float:
    """The share of pairs on the right side of a cosine of 0.6."""
    import torch
    from torch import nn

    model.eval()
    right = seen = 0
    with torch.no_grad():
        for batch in batches:
            left_BD, right_BD = model(batch["left"], batch["right"])
            near_B = nn.functional.cosine_similarity(left_BD, right_BD) > 0.6
            right += int((near_B == (batch["label"] > 0)).sum())
            seen += len(near_B)
    return right / seen


def _net() -> Any:
    """The network."""
    from torch import nn

    class Siamese(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(COLUMNS, 32), nn.ReLU(), nn.Linear(32, 16))

        def forward(self, left: Any, right: Any) -> Any:
            return self.encoder(left), self.encoder(right)

    return Siamese()
