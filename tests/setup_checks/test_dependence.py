"""Which answer depends on which input: against plain Jacobians, and on programs as users write them."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from nohero.checks.setup.data import wrongly_shifted_targets
from nohero.checks.setup.model import (
    future_leak,
    ignored_region,
    lost_order,
    mixed_samples,
    mixed_samples_in_training,
    padding_effect,
    position_along_batch,
    unused_input,
)
from nohero.checkup import Checkup
from nohero.setup.given import Given
from nohero.setup.setup import Setup

FILES = (mixed_samples, mixed_samples_in_training, position_along_batch, future_leak, wrongly_shifted_targets, unused_input, ignored_region, padding_effect, lost_order)
CE = nn.CrossEntropyLoss()


def evidence(given, name):
    setup = Setup(given)
    try:
        checkup = Checkup(setup)
        return checkup.evidence(name), checkup._missing.get(name)
    finally:
        setup.close()


def verdicts(given):
    setup = Setup(given)
    try:
        found = Checkup(setup).judge_all([file.CHECK for file in FILES])
    finally:
        setup.close()
    return {f.code: str(f.status) for f in found if f.status not in ("PASS", "SKIP")}


def tokens(rows=64, steps=10, known=12, seed=0):
    return torch.randint(1, known, (rows, steps), generator=torch.Generator().manual_seed(seed))


class Reader(nn.Module):
    """Tokens through a recurrent network, one answer a step."""

    def __init__(self, *, both=False):
        super().__init__()
        self.token, self.net = nn.Embedding(12, 8), nn.GRU(8, 8, batch_first=True, bidirectional=both)
        self.head = nn.Linear(16 if both else 8, 12)

    def forward(self, x):
        return self.head(self.net(self.token(x))[0])


def per_step(out, y):
    return nn.functional.cross_entropy(out.reshape(-1, out.shape[-1]), y.reshape(-1))


def test_the_chart_of_time_is_the_jacobian():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv1d(2, 6, 3, padding=1), nn.Tanh(), nn.Conv1d(6, 2, 3, padding=1))
    x = torch.randn(32, 2, 12).cumsum(2)
    found, _ = evidence(Given(model=net, loss=nn.MSELoss(), train=(x[:, :, :-1].contiguous(), x[:, :, 1:].contiguous())), "TimeDependence")
    one = x[:1, :, :-1]
    plain = torch.autograd.functional.jacobian(net, one)[0, :, :, 0].abs().sum((0, 2)) > 0  # (answer's step, input's step)
    assert torch.equal(torch.tensor(found.chart).T, plain)
    assert found.shift == 1
    assert found.ahead() == (1, 2)


def test_mixing_is_what_the_jacobian_says():
    class Mixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 2)

        def forward(self, x):
            h = self.a(x)
            return self.b(h - h.cumsum(0) / len(x))  # item i sees items up to i

    net, x = Mixed(), torch.randn(48, 4)
    found, _ = evidence(Given(model=net, loss=CE, train=(x, torch.randint(0, 2, (48,)))), "SampleDependence")
    across = torch.autograd.functional.jacobian(net, x[: found.n]).abs().sum((1, 3)) > 0
    later = [i for i in range(found.n) if across[i].sum() > 1]
    assert set(found.mixed) <= set(later)
    assert found.mixed


@pytest.mark.parametrize("shift_in_loss", [False, True])
def test_a_shift_in_the_loss_counts(shift_in_loss):
    row = tokens(steps=11)
    loss = (lambda out, y: per_step(out[:, :-1], y[:, 1:])) if shift_in_loss else per_step
    found, _ = evidence(Given(model=Reader(), loss=loss, train=(row, row)), "TimeDependence")
    assert (found.shift, found.shift_in_loss) == ((1, 1) if shift_in_loss else (0, 0))
    assert verdicts(Given(model=Reader(), loss=loss, train=(row, row))) == ({} if shift_in_loss else {"SKE311": "FAIL"})


def test_a_step_that_cuts_answers_and_targets_is_followed():
    def step(model, batch, loss, optimizer):
        optimizer.zero_grad()
        value = loss(model(batch[0])[:, :-1].reshape(-1, 12), batch[0][:, 1:].reshape(-1))
        value.backward()
        optimizer.step()
        return value.item()

    for both, told in ((False, {}), (True, {"SKE310": "FAIL"})):
        net = Reader(both=both)
        train = DataLoader(TensorDataset(tokens()), 16)
        assert verdicts(Given(model=net, loss=CE, train=train, optimizer=torch.optim.Adam(net.parameters()), step=step)) == told


def test_time_first_language_model_is_no_mixing():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.token, self.net, self.head = nn.Embedding(12, 8), nn.LSTM(8, 8), nn.Linear(8, 12)

        def forward(self, x_TB):
            return self.head(self.net(self.token(x_TB))[0])

    data = torch.randint(0, 12, (120, 7))
    batches = [(data[i : i + 9], data[i + 1 : i + 10]) for i in range(0, 100, 9)]
    assert verdicts(Given(model=Net(), loss=per_step, train=batches)) == {}


def test_a_model_that_keeps_a_state_is_not_called_mixed():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.net, self.head = nn.GRU(3, 8, batch_first=True), nn.Linear(8, 2)
            self.state = torch.zeros(1, 16, 8)

        def forward(self, x):
            out, state = self.net(x, self.state)
            self.state = state.detach()
            return self.head(out[:, -1])

    net = Net()
    found, why = evidence(Given(model=net, loss=CE, train=DataLoader(TensorDataset(torch.randn(64, 5, 3), torch.randint(0, 2, (64,))), 16)), "SampleDependence")
    assert found is None
    assert "state" in why
    assert net.state.abs().sum() == 0


def test_one_graph_in_a_closure_and_a_bag_are_left_alone():
    near = (torch.rand(40, 40) < 0.1).float()
    layer = nn.Linear(5, 3)

    class Graph(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return near @ self.layer(x)

    assert verdicts(Given(model=Graph(), loss=CE, train=[(torch.randn(40, 5), torch.randint(0, 3, (40,)))])) == {}


def test_influence_that_fades_is_no_ignored_region():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.net, self.head = nn.LSTM(2, 8, batch_first=True), nn.Linear(8, 1)

        def forward(self, x):
            return self.head(self.net(x)[0][:, -1])

    assert verdicts(Given(model=Net(), loss=nn.MSELoss(), train=(torch.randn(32, 260, 2), torch.randn(32, 1)))) == {}


def test_influence_on_tokens_is_that_on_their_embeddings():
    from nohero.evidence.setup.leaves import influence

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.token, self.head = nn.Embedding(12, 8), nn.Linear(8, 2)

        def forward(self, x):
            h = self.token(x)
            h += 1  # in place, as users do
            return self.head(h[:, 3:7].tanh().mean(1))

    setup = Setup(Given(model=Net(), loss=CE, train=(tokens(), torch.randint(0, 2, (64,)))))
    with setup.apart():
        felt = influence(setup, setup.specimen(), "inputs.0")
    setup.close()
    assert (felt.sum(0) > 0).tolist() == [False] * 3 + [True] * 4 + [False] * 3


def test_a_mask_that_is_ignored_without_harm_is_quiet():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.reader = Reader()

        def forward(self, ids, mask):
            return self.reader(ids)

    ids = tokens(64)
    mask = torch.arange(10) < torch.randint(3, 11, (64, 1))
    batches = [((ids[i : i + 16] * mask[i : i + 16], mask[i : i + 16]), (ids[i : i + 16] % 5)) for i in range(0, 64, 16)]
    assert verdicts(Given(model=Net(), loss=per_step, train=batches)) == {}


def test_baskets_and_batch_first_mistakes():
    class Net(nn.Module):
        def __init__(self, **how):
            super().__init__()
            self.token, self.head = nn.Embedding(40, 8), nn.Linear(8, 3)
            self.block = nn.TransformerEncoderLayer(8, 2, 16, **how)

        def forward(self, x):
            return self.head(self.block(self.token(x)).mean(1))

    baskets = torch.stack([torch.randperm(40)[:6] for _ in range(64)])
    labels = torch.randint(0, 3, (64,))
    assert verdicts(Given(model=Net(batch_first=True), loss=CE, train=(baskets, labels))) == {"SKE335": "UNSURE"}
    assert verdicts(Given(model=Net(), loss=CE, train=(baskets, labels)))["SKE300"] == "FAIL"
    found, _ = evidence(Given(model=Net(), loss=CE, train=(baskets, labels)), "SampleDependence")
    assert found.swapped == "block"
