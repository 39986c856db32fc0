"""A schedule that has gone some of its way, as in a notebook's cell that is run again, is no fault."""

import warnings

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

import nohero

EPOCHS, BATCHES = 6, 10
MADE = {
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, EPOCHS * BATCHES),
    "steps": lambda o: lr_scheduler.StepLR(o, 2 * BATCHES, 0.1),
    "linear to zero": lambda o: lr_scheduler.LambdaLR(o, lambda t: max(0.0, 1 - t / (EPOCHS * BATCHES))),
    "one cycle": lambda o: lr_scheduler.OneCycleLR(o, 1e-2, total_steps=EPOCHS * BATCHES),
}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("done", [EPOCHS // 2, EPOCHS])
def test_it_is_left_in_peace(kind, done):
    x = torch.randn(BATCHES * 16, 6, generator=torch.Generator().manual_seed(0))
    train = DataLoader(TensorDataset(x, (x[:, 0] > 0).long()), batch_size=16)
    torch.manual_seed(0)
    model, loss = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2)), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    schedule = MADE[kind](optimizer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(done):
            for inputs, labels in train:
                optimizer.zero_grad()
                loss(model(inputs), labels).backward()
                optimizer.step()
                schedule.step()
    report = nohero.check(
        model, loss, train, optimizer=optimizer, scheduler=schedule, scheduler_steps="batch", epochs=EPOCHS, progress=False,
        select=("SKE407", "SKE440", "SKE441", "SKE442", "SKE443", "SKE444", "SKE445", "SKE446"),
    )  # fmt: skip
    assert not report.errors
    assert not report.warnings
