"""Labels dealt apart from their inputs: in training alone, in all parts, and where a probe could find nothing anyhow."""

import pytest
import torch
from sklearn.datasets import load_diabetes, load_digits, load_wine
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import nohero
from nohero.run.finding import Status


def parts(load):
    x, y = load(return_X_y=True)
    rng = torch.Generator().manual_seed(0)
    order = torch.randperm(len(x), generator=rng)
    x, y = torch.tensor(StandardScaler().fit_transform(x), dtype=torch.float32)[order], torch.tensor(y)[order]
    y = y.long() if load is not load_diabetes else (y.float()[:, None] - y.float().mean()) / y.float().std()
    cut = len(x) * 2 // 3
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def dealt(x, y):
    return x, y[torch.randperm(len(y), generator=torch.Generator().manual_seed(1))]


def found(train, val):
    values = train[1].is_floating_point()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(train[0].shape[1], 16), nn.ReLU(), nn.Linear(16, 1 if values else int(train[1].max()) + 1))
    loader, val_loader = [DataLoader(TensorDataset(*p), batch_size=32, shuffle=s) for p, s in ((train, True), (val, False))]
    report = nohero.check(model, nn.MSELoss() if values else nn.CrossEntropyLoss(), loader, val=val_loader, optimizer=torch.optim.Adam(model.parameters(), 1e-3), select=("DAT354",), progress=False)
    return report["DAT354"]


@pytest.mark.parametrize("load", [load_digits, load_wine, load_diabetes])
def test_labels_dealt_in_training_alone_fail(load):
    train, val = parts(load)
    assert found(train, val).status is Status.PASS
    assert found(dealt(*train), val).status is Status.FAIL


def test_dealt_everywhere_is_told_as_what_it_may_be():
    train, val = parts(load_digits)
    finding = found(dealt(*train), dealt(*val))
    assert finding.status is Status.UNSURE
    assert "parted from their items" in finding.message


def test_drawn_numbers_are_no_fault():
    rng = torch.Generator().manual_seed(2)
    few = tuple((torch.randn(n, 8, generator=rng), torch.randint(0, 3, (n,), generator=rng)) for n in (200, 100))
    assert found(*few).status is Status.PASS


@pytest.mark.parametrize(("change", "status"), [(lambda y: y.roll(1, 0), Status.FAIL), (lambda y: 1000 * y, Status.UNSURE)])
def test_an_evaluation_of_ones_own_may_know_another_unit_and_not_other_items(change, status):
    """Labels a row off are wrong whatever the evaluation does with their unit."""
    train, (x, y) = parts(load_diabetes)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))

    def error(model, batches):
        with torch.no_grad():
            return sum(float((model(x) - y).square().sum()) for x, y in batches)

    report = nohero.check(
        model, nn.MSELoss(), DataLoader(TensorDataset(*train), batch_size=32, shuffle=True), val=DataLoader(TensorDataset(x, change(y)), batch_size=32), evaluate=error,
        optimizer=torch.optim.Adam(model.parameters(), 1e-3), select=("DAT352",), progress=False,
    )  # fmt: skip
    assert report["DAT352"].status is status
