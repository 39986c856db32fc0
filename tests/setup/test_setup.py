"""The ways users hand things over: batches, models, losses, steps, optimizers, and what is wrong with them."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from nohero.run.errors import DataError, UsageError, UserCodeError
from nohero.setup.given import Given
from nohero.setup.setup import Setup

X, Y = torch.randn(40, 4), torch.randint(0, 3, (40,))
LOSS = nn.CrossEntropyLoss()


def net():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = net()

    def forward(self, features, labels=None):
        logits = self.inner(features)
        loss = None if labels is None else LOSS(logits, labels)
        return SimpleNamespace(loss=loss, logits=logits)


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = net()

    def forward(self, a, b):
        return {"logits": self.inner(a + b), "aux": b}


class Items(Dataset):
    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        return {"features": X[i], "labels": Y[i]}


class Stream(IterableDataset):
    def __iter__(self):
        return iter([(X[i], Y[i]) for i in range(20)])


def lost(given):
    setup = Setup(given)
    try:
        specimen = setup.specimen()
        return float(setup.loss_of(setup.forward(specimen), specimen).detach()), specimen.size
    finally:
        setup.close()


SHAPES = {
    "tensors": Given(model=net(), loss=LOSS, train=(X, Y)),
    "arrays": Given(model=net(), loss=LOSS, train=(X.numpy(), Y.numpy())),
    "factory": Given(model=net, loss=LOSS, train=(X, Y)),
    "loader": Given(model=net(), loss=LOSS, train=DataLoader(TensorDataset(X, Y), 8)),
    "list of batches": Given(model=net(), loss=LOSS, train=[(X[:8], Y[:8]), (X[8:16], Y[8:16])]),
    "generator function": Given(model=net(), loss=LOSS, train=lambda: ((X[i : i + 8], Y[i : i + 8]) for i in range(0, 40, 8))),
    "dict and own loss": Given(model=Named(), train=Items()),
    "dict and a loss": Given(model=Named(), loss=lambda out, y: LOSS(out.logits, y), train=Items()),
    "iterable data set": Given(model=net(), loss=LOSS, train=DataLoader(Stream(), 8)),
    "two inputs": Given(model=Two(), loss=lambda out, y: LOSS(out["logits"], y), train=[(X[:8], X[8:16], Y[:8])] * 2),
    "pair of inputs": Given(model=Two(), loss=lambda out, y: LOSS(out["logits"], y), train=[((X[:8], X[8:16]), Y[:8])] * 2),
    "unpack": Given(model=net(), loss=LOSS, train=[{"x": X[:8], "z": Y[:8]}] * 2, unpack=lambda b: (b["x"], b["z"])),
    "infinite": Given(model=net(), loss=LOSS, train=lambda: iter(lambda: (X[:8], Y[:8]), None)),
    "reconstruction": Given(model=nn.Linear(4, 4), loss=nn.MSELoss(), train=(X,)),
    "loss in the step": Given(model=net(), loss=LOSS, train=(X, Y), optimizer=lambda p: torch.optim.SGD(p, 0.1), step=lambda model, batch, loss, optimizer: float(loss(model(batch[0] * 2), batch[1]))),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_called_as_the_user_calls_it(shape):
    value, size = lost(SHAPES[shape])
    assert value > 0
    assert size in (8, 20, 32, 40)


def test_the_step_is_listened_to_where_it_calls_in_another_way():
    setup = Setup(SHAPES["loss in the step"])
    assert torch.equal(setup.specimen().args[0], X[:32] * 2)
    setup.close()


def test_a_step_with_fewer_parameters_is_called_by_their_names(capsys):
    setup = Setup(Given(model=net(), loss=LOSS, train=(X, Y), step=lambda batch, model: print(type(model).__name__, len(batch))))
    setup.close()
    assert "Sequential 2" in capsys.readouterr().out


BAD = {
    "nothing to train on": (Given(model=net(), loss=LOSS), UsageError, "no training batches"),
    "an empty loader": (Given(model=net(), loss=LOSS, train=[]), DataError, "no batch"),
    "an iterator": (Given(model=net(), loss=LOSS, train=iter([(X, Y)])), UsageError, "read only once"),
    "not a model": (Given(model=3, loss=LOSS, train=(X, Y)), UsageError, "model is a int"),
    "a factory of something else": (Given(model=lambda: 3, loss=LOSS, train=(X, Y)), UsageError, "returned int"),
    "lengths that differ": (Given(model=net(), loss=LOSS, train=(X, Y[:5])), UsageError, "40 and 5"),
    "a step that wants other things": (Given(model=net(), loss=LOSS, train=(X, Y), step=lambda batch, index: 0), UsageError, r"step takes \(batch, index\)"),
    "a forward that raises": (Given(model=nn.Linear(7, 3), loss=LOSS, train=(X, Y)), UserCodeError, r"float32\[32, 4\]"),
    "a step that raises": (Given(model=net(), loss=LOSS, train=(X, Y), step=lambda model, batch, loss, optimizer: 1 / 0), UserCodeError, "ZeroDivisionError"),
    "labels outside the classes": (Given(model=net(), loss=LOSS, train=(X, Y + 5)), UserCodeError, "out of bounds"),
    "a loss of one number an item": (Given(model=net(), loss=nn.CrossEntropyLoss(reduction="none"), train=(X, Y)), UsageError, "one number an item"),
    "a lazy model": (Given(model=nn.LazyLinear(3), loss=LOSS, train=(X, Y)), UsageError, "holds no numbers yet"),
    "a model on the meta device": (Given(model=nn.Linear(4, 3, device="meta"), loss=LOSS, train=(X, Y)), UsageError, "meta device"),
    "an unknown word in expect": (Given(model=net(), loss=LOSS, train=(X, Y), expect={"frozn": []}), UsageError, "frozen"),
    "an optimizer that is none": (Given(model=net(), loss=LOSS, train=(X, Y), optimizer=0.1), UsageError, "optimizer is a float"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_told_in_three_parts(what):
    given, kind, words = BAD[what]
    with pytest.raises(kind) as caught:
        Setup(given)
    told = str(caught.value)
    import re

    assert re.search(words, told), told
    assert "expected" in told
    assert "help" in told


def test_experiments_may_be_nested_and_leave_no_trace():
    model = net()
    optimizer = torch.optim.Adam(model.parameters(), 0.1)
    setup = Setup(Given(model=model, loss=LOSS, train=(X, Y), optimizer=optimizer))
    before = [p.detach().clone() for p in model.parameters()]
    stream = torch.get_rng_state()
    with setup.apart():
        setup.train_step(setup.batches(1)[0])
        inside = [p.detach().clone() for p in model.parameters()]
        with setup.apart(1):
            setup.train_step(setup.batches(1)[0])
        assert all(torch.equal(a, b) for a, b in zip(inside, model.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert torch.equal(stream, torch.get_rng_state())
    setup.close()


def test_a_model_that_cannot_be_copied_is_no_trouble():
    class Uncopied(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = net()
            self.stream = (i for i in range(10))  # generators cannot be copied

        def forward(self, x):
            return self.inner(x)

    assert lost(Given(model=Uncopied(), loss=LOSS, train=(X, Y)))[0] > 0
