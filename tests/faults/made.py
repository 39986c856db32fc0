"""Small learnable data and steps that the reported faults share."""

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 (as everybody writes it)
from torch.utils.data import DataLoader, TensorDataset


def table(n=320, columns=8, classes=3, seed=1):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, columns, generator=g)
    w = torch.randn(columns, classes, generator=g)
    return x, (x @ w + 0.4 * torch.randn(n, classes, generator=g)).argmax(1)


def numbers(n=320, columns=6, seed=2):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, columns, generator=g)
    return x, x[:, 0] - 0.5 * x[:, 1] + 0.3 * x[:, 2] * x[:, 3] + 0.1 * torch.randn(n, generator=g)


def blobs(n=240, side=12, channels=3, classes=4, seed=3):
    """Pictures of a bright square in one of four corners."""
    g = torch.Generator().manual_seed(seed)
    y = torch.randint(0, classes, (n,), generator=g)
    x = 0.2 * torch.rand(n, channels, side, side, generator=g)
    for i in range(n):
        r, c = divmod(int(y[i]), 2)
        x[i, :, r * 6 + 1 : r * 6 + 5, c * 6 + 1 : c * 6 + 5] += torch.tensor([0.8, 0.5, 0.2])[:channels, None, None]
    return x, y


def tokens(n=160, length=12, vocabulary=14, seed=4):
    """Sequences that count upwards by a step of their own."""
    g = torch.Generator().manual_seed(seed)
    start = torch.randint(0, vocabulary, (n, 1), generator=g)
    by = torch.randint(1, 4, (n, 1), generator=g)
    return (start + by * torch.arange(length + 1)) % vocabulary


def series(n=240, length=10, features=4, seed=5):
    """Sequences whose class hangs on the mean of one feature's second half."""
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, length, features, generator=g)
    y = (x[:, length // 2 :, 0].mean(1) > 0).long()
    x[:, length // 2 :, 0] += 0.5 * (2 * y[:, None] - 1)
    return x, y


def loader(*tensors, batch=32, shuffle=True, **rest):
    return DataLoader(TensorDataset(*tensors), batch_size=batch, shuffle=shuffle, **rest)


def mlp(inputs, outputs, width=32, seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs))


def cnn(classes=4, seed=0, **norm):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 12, 3, padding=1), nn.BatchNorm2d(12, **norm), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(12, 16, 3, padding=1), nn.BatchNorm2d(16, **norm), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(64, classes),
    )  # fmt: skip


def plain_step(model, batch, loss, optimizer):
    x, y = batch
    model.train()
    optimizer.zero_grad()
    value = loss(model(x), y)
    value.backward()
    optimizer.step()
    return value.item()


def sequence_loss(out, y):
    return F.cross_entropy(out.flatten(0, 1), y.flatten())
