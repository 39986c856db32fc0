"""Programs whose fault is heard while they run: derivatives, alignments, decoders, states, attention; and sound ones that look alike."""

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

import nohero
from nohero.run.finding import Status

ALARMS = (Status.FAIL, Status.WARN, Status.ERROR)


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def status(code, model, loss, *tensors, **rest):
    train = rest.pop("train", None) or DataLoader(TensorDataset(*tensors), batch_size=16, shuffle=True)
    given = {"optimizer": torch.optim.Adam(model.parameters(), 1e-3), **rest}
    return nohero.check(model, loss, train, select=(code,), progress=False, **given)[code].status


class Field(nn.Module):
    """An energy whose slope is the answer, made in forward as potentials of molecules are."""

    def __init__(self, graph):
        super().__init__()
        torch.manual_seed(1)
        self.graph, self.net = graph, nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, x):
        with torch.enable_grad():
            x = x.clone().requires_grad_()
            energy = self.net(x)
            (slope,) = torch.autograd.grad(energy.sum(), x, create_graph=self.graph, retain_graph=True)
        return {"energy": energy, "force": -slope}


@pytest.mark.parametrize("graph", [False, True])
def test_forces_train_the_energy_only_with_a_graph(graph):
    x = numbers(96, 3)
    energy = 0.5 * x.square().sum(1, keepdim=True)

    def loss(out, target):
        return functional.mse_loss(out["energy"], target["energy"]) + functional.mse_loss(out["force"], target["force"])

    rows = [(x[i], {"energy": energy[i], "force": -x[i]}) for i in range(96)]
    found = status("SKE363", Field(graph), loss, train=DataLoader(rows, batch_size=16))
    assert found is (Status.PASS if graph else Status.WARN)


class Recurrent(nn.Module):
    """Two layers that run both ways; what is read of the last is said."""

    def __init__(self, read, **layout):
        super().__init__()
        torch.manual_seed(1)
        self.read, self.memory, self.head = read, nn.LSTM(2, 6, num_layers=2, bidirectional=True, **layout), nn.Linear(12, 2)

    def forward(self, x):
        return self.head(self.read(*self.memory(x)))


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda out, _: out[:, -1], True),
        (lambda out, state: out[:, -1] + torch.cat([state[0][-2], state[0][-1]], 1), False),  # the last state is read as well
        (lambda out, _: out.amax(1), False),
        (lambda out, _: out[:, 4], False),  # the middle, where both have seen half
    ],
)
def test_a_direction_read_where_it_begins(read, told):
    assert (status("SKE233", Recurrent(read, batch_first=True), nn.CrossEntropyLoss(), numbers(96, 9, 2), torch.arange(96) % 2) in ALARMS) is told


@pytest.mark.parametrize(("equation", "told"), [("bqk,bkd->bqd", False), ("bkq,bkd->bqd", True)])
def test_attention_written_as_a_sum_over_letters(equation, told):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(1)
            self.place, self.head = nn.Linear(2, 8), nn.Linear(8, 2)

        def forward(self, x):
            h = self.place(x)
            weights = torch.einsum("bqd,bkd->bqk", h, 2 * h).softmax(-1)
            return self.head(torch.einsum(equation, weights, h).amax(1))

    assert (status("SKE234", Net(), nn.CrossEntropyLoss(), numbers(96, 7, 2), torch.arange(96) % 2) in ALARMS) is told


def test_weights_that_no_item_makes_may_be_laid_as_they_like():
    class Net(nn.Module):  # a learnt graph, whose rows say where each place sends
        def __init__(self):
            super().__init__()
            torch.manual_seed(1)
            self.edges, self.head = nn.Parameter(torch.randn(7, 7)), nn.Linear(14, 2)

        def forward(self, x):
            return self.head(torch.einsum("bvc,vw->bwc", x, self.edges.softmax(1)).flatten(1))

    assert status("SKE234", Net(), nn.CrossEntropyLoss(), numbers(96, 7, 2), torch.arange(96) % 2) not in ALARMS


@pytest.mark.parametrize(("power", "told"), [(0.0, False), (2.0, True)])
def test_a_mean_that_is_bent(power, told):
    def loss(out, y):
        ce = functional.cross_entropy(out, y)
        return (1 - torch.exp(-ce)) ** power * ce

    assert (status("SKE360", nn.Linear(4, 3), loss, numbers(96, 4), torch.arange(96) % 3) in ALARMS) is told


def test_ordinal_labels_outnumber_the_answers():
    def loss(out, y):
        return functional.binary_cross_entropy_with_logits(out, (y[:, None] > torch.arange(3)).float())

    assert status("SKE360", nn.Linear(4, 3), loss, numbers(96, 4), torch.arange(96) % 4) is not Status.ERROR


def test_an_energy_is_low_for_what_is_true():
    def loss(energy, y):
        return energy[y == 1].mean() - energy[y == 0].mean() + 0.1 * energy.square().mean()

    assert status("SKE344", nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1)), loss, numbers(96, 4), torch.arange(96) % 2) is Status.UNSURE


@pytest.mark.parametrize("kept", [False, True])
def test_a_pair_of_states_kept_in_a_tuple(kept):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(1)
            self.memory, self.head, self.state = nn.LSTM(2, 6, batch_first=True), nn.Linear(6, 2), None

        def forward(self, x):
            if not kept or self.state is None or self.state[0].shape[1] != len(x):
                self.state = (torch.zeros(1, len(x), 6), torch.zeros(1, len(x), 6))
            out, state = self.memory(x, self.state)
            self.state = tuple(s.detach() for s in state)
            return self.head(out[:, -1])

    assert (status("SKE235", Net(), nn.CrossEntropyLoss(), numbers(96, 5, 2), torch.arange(96) % 2) is Status.FAIL) is kept
