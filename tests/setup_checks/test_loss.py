"""The loss on the bench: measurements against slow, plain twins, and programs at the edges that must stay quiet or be told."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from nohero.checks.check import setup_checks
from nohero.checkup import examine
from nohero.evidence.setup import answer_range, counted_labels, loss_pairing, start_loss, task_facts
from nohero.evidence.setup.loss_bench import heard_losses
from nohero.run.finding import Status
from nohero.setup.given import Given
from nohero.setup.setup import Setup

CODES = {*(f"SKE{n}" for n in range(340, 353)), "DAT385"}
ALARMS = (Status.FAIL, Status.WARN, Status.ERROR)


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def labels(k, *shape, seed=1):
    return torch.randint(0, k, shape, generator=torch.Generator().manual_seed(seed))


def net(inputs, outputs, *after):
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(inputs, 16), nn.ReLU(), nn.Linear(16, outputs), *after)


def given(model, loss, *tensors, **rest):
    return Given(model=model, loss=loss, train=DataLoader(TensorDataset(*tensors), batch_size=16), optimizer=torch.optim.Adam(model.parameters()), **rest)


def alarms(program):
    found = examine(program, budget=None, checks=[c for c in setup_checks() if c.code in CODES])
    return {f.code: f for f in found.findings if f.status in ALARMS}


def measured(program, module):
    setup = Setup(program)
    facts = task_facts.measure(setup)
    return module.measure(setup, facts, answer_range.measure(setup, facts))


def test_best_constant_is_the_entropy_of_the_labels():
    y = (torch.arange(64) % 8 == 0).long()
    start = measured(given(net(5, 2), nn.CrossEntropyLoss(), numbers(64, 5), y), start_loss)
    share = 1 / 8
    assert start.undecided == pytest.approx(math.log(2), abs=1e-5)
    assert start.constant == pytest.approx(-share * math.log(share) - (1 - share) * math.log(1 - share), abs=0.02)


def test_best_constant_of_squares_is_the_variance():
    y = numbers(64, 1, seed=4) + 3
    start = measured(given(net(5, 1), nn.MSELoss(), numbers(64, 5), y), start_loss)
    assert start.constant == pytest.approx(float(y[: 16 * start.batches].var(unbiased=False)), rel=1e-4)


def test_class_weights_are_read_off_the_slope():
    weight = torch.tensor([0.5, 1.0, 2.5])
    counted = measured(given(net(5, 3), nn.CrossEntropyLoss(weight=weight), numbers(64, 5), labels(3, 64)), counted_labels)
    ratio = [c.weight / counted.classes[0].weight for c in counted.classes]
    assert ratio == pytest.approx((weight / weight[0]).tolist(), rel=0.2)


def test_doubling_tells_mean_sum_and_twice_divided():
    for loss, ratio in ((functional.mse_loss, 1.0), (lambda o, t: functional.mse_loss(o, t, reduction="sum"), 2.0), (lambda o, t: functional.mse_loss(o, t) / len(t), 0.5)):
        assert measured(given(net(5, 1), loss, numbers(64, 5), numbers(64, 1, seed=2)), loss_pairing).doubled == pytest.approx(ratio, rel=1e-4)


def test_a_loss_inside_the_model_is_heard():
    calls = heard_losses(lambda: nn.CrossEntropyLoss()(numbers(4, 3), labels(3, 4)))
    assert [name for name, *_ in calls] == ["cross_entropy"]


class Embedded(nn.Module):
    def __init__(self, tokens, *, first_axis=0):
        super().__init__()
        torch.manual_seed(5)
        self.token, self.head, self.first = nn.Embedding(tokens, 8), nn.Linear(8, tokens), first_axis

    def forward(self, x):
        out = self.head(self.token(x))
        return out.transpose(0, 1) if self.first else out


class OwnLoss(nn.Module):
    def __init__(self, *, squeezed):
        super().__init__()
        self.net, self.squeezed = net(5, 4), squeezed

    def forward(self, x, y):
        out = self.net(x)
        return functional.cross_entropy(out.softmax(1) if self.squeezed else out, y), out


def supervised_contrast(z, y):
    z = functional.normalize(z, dim=1)
    near = z @ z.T / 0.1 - 1e9 * torch.eye(len(z))
    same = (y[:, None] == y[None]).float() - torch.eye(len(z))
    return -(near.log_softmax(1) * same).sum() / same.sum().clamp(min=1)


def hardest_triplets(z, y):
    gap, same = torch.cdist(z, z), y[:, None] == y[None]
    return functional.relu((gap * same).max(1).values - (gap + 1e9 * same).min(1).values + 0.5).mean()


def pairs_ranked(o, t):
    gap, sign = o.flatten()[:, None] - o.flatten()[None], torch.sign(t[:, None] - t[None])
    return functional.softplus(-gap * sign).mean()


def squared_probabilities(o, t):
    return ((o - functional.one_hot(t, 4)) ** 2).sum(1).mean()


def ctc(o, t):
    return functional.ctc_loss(o, t, torch.full((o.shape[1],), o.shape[0]), torch.full((len(t),), t.shape[1]))


class Frames(nn.Module):
    def __init__(self, *, logits):
        super().__init__()
        self.head, self.logits = nn.Linear(4, 6), logits

    def forward(self, x):
        out = self.head(x).transpose(0, 1)
        return out if self.logits else out.log_softmax(-1)


HEALTHY = {
    "contrast": lambda: given(net(5, 8), supervised_contrast, numbers(64, 5), labels(4, 64)),
    "triplets": lambda: given(net(5, 8), hardest_triplets, numbers(64, 5), labels(4, 64)),
    "ranking": lambda: given(net(5, 1), pairs_ranked, numbers(64, 5), numbers(64, seed=2)),
    "squared probabilities": lambda: given(net(5, 4, nn.Softmax(1)), squared_probabilities, numbers(64, 5), labels(4, 64)),
    "logarithm of a soft-max": lambda: given(net(5, 4, nn.Softmax(1)), lambda o, t: functional.nll_loss((o + 1e-8).log(), t), numbers(64, 5), labels(4, 64)),
    "ctc": lambda: given(Frames(logits=False), ctc, numbers(64, 12, 4), 1 + labels(5, 64, 4)),
    "random labels": lambda: given(net(5, 10), nn.CrossEntropyLoss(), numbers(64, 5), labels(10, 64)),
    "batch of one at the end": lambda: given(net(5, 4), nn.CrossEntropyLoss(), numbers(65, 5), labels(4, 65)),
    "own loss": lambda: given(OwnLoss(squeezed=False), None, numbers(64, 5), labels(4, 64)),
    "poisson": lambda: given(net(5, 1), lambda o, t: functional.poisson_nll_loss(o.squeeze(1), t), numbers(64, 5), labels(4, 64).float()),
}
FAULTS = {
    "SKE341": lambda: given(OwnLoss(squeezed=True), None, numbers(64, 5), labels(4, 64)),
    "SKE342": lambda: given(Frames(logits=True), ctc, numbers(64, 12, 4), 1 + labels(5, 64, 4)),
    "SKE345": lambda: given(Embedded(9, first_axis=1), nn.CrossEntropyLoss(), labels(9, 64, 7), labels(9, 64, 7), step=reshaped),
}


def reshaped(model, batch, loss, optimizer):
    """Answers time first, labels item first."""
    optimizer.zero_grad()
    value = loss(model(batch[0]).reshape(-1, 9), batch[1].reshape(-1))
    value.backward()
    optimizer.step()
    return float(value.detach())


@pytest.mark.parametrize("name", HEALTHY)
def test_odd_and_sound_losses_are_quiet(name):
    assert {code: f.message for code, f in alarms(HEALTHY[name]()).items()} == {}


@pytest.mark.parametrize("code", FAULTS)
def test_faults_that_hide_in_steps_and_models_are_told(code):
    found = alarms(FAULTS[code]())
    assert code in found
    assert found[code].component == "loss"
    assert found[code].remedies


def test_several_models_are_skipped():
    pair = {"one": net(5, 4), "other": net(4, 5)}
    program = Given(model=pair, train=(numbers(32, 5), labels(4, 32)), step=lambda model, batch, loss, optimizer: 0.0)
    assert alarms(program) == {}
