"""A mixed table, as from a database: numbers in units and standardised, one-hot groups, rare flags, a heavy tail; two classes."""

from __future__ import annotations

from nohero.setup.given import Given

ROWS, TRAIN, VAL = 560, 400, 80


def make() -> Given:
    """An MLP with one logit; train, validation and test rows are divided at random."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(31)
    number_NC = torch.randn(ROWS, 4, generator=generator)
    age_N = torch.randint(18, 90, (ROWS,), generator=generator).float()
    income_N = torch.exp(1.2 * torch.randn(ROWS, generator=generator))  # heavy-tailed, and right
    region_NC = nn.functional.one_hot(torch.randint(0, 5, (ROWS,), generator=generator), 5).float()
    flag_NC = (torch.rand(ROWS, 3, generator=generator) < torch.tensor([0.5, 0.08, 0.015])).float()
    score_N = 2 * number_NC[:, 0] - 1.5 * number_NC[:, 1] + 1.5 * region_NC[:, 2] + income_N.log() + 0.03 * (age_N - 54) + flag_NC[:, 0]
    y_N1 = (score_N + 0.8 * torch.randn(ROWS, generator=generator) > 0.7).float()[:, None]
    numbers_NC = torch.cat([number_NC, age_N[:, None] / 50, income_N[:, None]], 1)
    centre, spread = numbers_NC[:TRAIN].mean(0), numbers_NC[:TRAIN].std(0)
    x_NC = torch.cat([(numbers_NC - centre) / spread, region_NC, flag_NC], 1)
    train, val, test = (TensorDataset(x_NC[part], y_N1[part]) for part in (slice(0, TRAIN), slice(TRAIN, TRAIN + VAL), slice(TRAIN + VAL, ROWS)))
    torch.manual_seed(9)
    model = nn.Sequential(nn.Linear(x_NC.shape[1], 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
    return Given(
        model=model,
        loss=nn.BCEWithLogitsLoss(),
        train=DataLoader(train, batch_size=32, shuffle=True),
        val=DataLoader(val, batch_size=32),
        test=DataLoader(test, batch_size=32),
        optimizer=torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01),
        epochs=15,
    )
