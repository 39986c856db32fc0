"""What reading items again tells: numbers that turn with a picture, bytes that run over, laws of wear, windows with channels first; each against a plain twin."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from nohero.evidence.setup import carried_state, drawn_negatives, item_reading, shared_windows, step_inputs, turned_numbers, wrapped_values
from nohero.setup.given import Given
from nohero.setup.items import parts_of
from nohero.setup.setup import Setup


def blobs(n=200, side=24, seed=0):
    """Pictures (n, side, side, 1) of one blob, and where it lies."""
    place = np.random.default_rng(seed).uniform(4, side - 4, (n, 2))
    grid = np.arange(side)
    x = np.exp(-((grid[None, None] - place[:, :1, None]) ** 2 + (grid[None, :, None] - place[:, 1:, None]) ** 2) / 8)
    return x[..., None], place


@pytest.mark.parametrize(("numbers", "move", "fate"), [
    (lambda x, place: place, "flipped left to right", True),
    (lambda x, place: place[:, :1] - 12, "flipped left to right", True),
    (lambda x, place: place[:, 1:], "flipped left to right", False),
    (lambda x, place: place[:, 1:], "flipped upside down", True),
    (lambda x, place: np.random.default_rng(1).normal(size=(len(x), 1)), "flipped left to right", None),
    (lambda x, place: place, "shifted", None),
])  # fmt: skip
def test_a_probe_tells_numbers_that_turn_from_numbers_that_stay(numbers, move, fate):
    x, place = blobs()
    y = numbers(x, place)
    assert turned_numbers.turns(lambda i: (x[i], y[i]), len(x), move) is fate


@pytest.mark.parametrize("shift", [20, 77, 200])
def test_the_share_that_runs_over_is_counted_as_the_plain_sum_says(shift):
    x = np.random.default_rng(shift).integers(0, 256, (16, 16)).astype(float)
    share, beside = wrapped_values._fall(x, (x + shift) % 256, 256.0)
    plain = float((x + shift > 255).mean())
    assert share == pytest.approx(min(plain, 1 - plain))
    assert beside[2] > beside[3]
    assert wrapped_values._fall(x, np.minimum(x + shift, 255), 256.0)[0] == 0
    assert wrapped_values._fall(x, np.where(x > 128, 255 - x, x), 256.0)[0] == 0
    assert wrapped_values._fall(x, x[::-1], 256.0) is None


def test_windows_are_found_whichever_axis_is_time():
    series = np.random.default_rng(0).normal(size=400).astype(np.float32)
    rows = np.stack([series[i : i + 20] for i in range(0, 380, 2)])
    order = np.random.default_rng(1).permutation(len(rows))
    found = {}
    for name, shape in (("first", (-1, 1, 20)), ("last", (-1, 20, 1))):
        x = torch.tensor(rows[order]).reshape(shape)
        y = torch.arange(len(x)) % 2
        model = nn.Sequential(nn.Flatten(), nn.Linear(20, 2))
        given = Given(model=model, loss=nn.CrossEntropyLoss(), train=(x[:140], y[:140]), val=(x[140:], y[140:]))
        parts = parts_of(Setup(given))
        found[name] = shared_windows.shared(parts["train"], parts["val"])
    plain = sum(any(abs(int(a) - int(b)) * 2 <= 10 for b in order[:140]) for a in order[140:])
    assert found["first"] == found["last"] == (plain, plain, len(order) - 140)


class Wearing:
    """Rows that every reading changes in place, or that chance changes."""

    def __init__(self, change):
        self.rows, self.change = 50 + 9 * torch.randn(12, 5, generator=torch.Generator().manual_seed(0)), change

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        self.rows[i] = self.change(self.rows[i].clone())
        return self.rows[i].clone(), i % 2


@pytest.mark.parametrize(("change", "worn"), [
    (lambda x: (x - 50) / torch.tensor([1.0, 9.0, 3.0, 200.0, 0.5]), True),
    (lambda x: x / 255, True),
    (lambda x: x + 0.001, True),
    (lambda x: x + 0.01 * torch.randn(5), False),
    (lambda x: x, False),
])  # fmt: skip
def test_a_line_for_each_number_is_a_law_of_wear(change, worn):
    given = Given(model=nn.Linear(5, 2), loss=nn.CrossEntropyLoss(), train=DataLoader(Wearing(change), batch_size=4, shuffle=True))
    assert item_reading.measure(Setup(given)).worn is worn


@pytest.mark.parametrize(("prepare", "told"), [(lambda x: (x - 3) / 2, True), (lambda x: x, False), (lambda x: x + torch.randn_like(x), False)])
def test_a_step_that_rescales_its_batches_is_heard(prepare, told):
    def step(model, batch, loss, optimizer):
        optimizer.zero_grad()
        value = loss(model(prepare(batch[0])), batch[1])
        value.backward()
        optimizer.step()
        return value.item()

    model = nn.Linear(4, 2)
    data = TensorDataset(torch.randn(64, 4, generator=torch.Generator().manual_seed(9)), torch.arange(64) % 2)
    given = Given(model=model, loss=nn.CrossEntropyLoss(), train=DataLoader(data, batch_size=16), step=step, optimizer=torch.optim.SGD(model.parameters(), lr=0.1))
    assert step_inputs.rescaled(Setup(given)) is told


def test_the_same_batch_again_is_no_state_that_is_carried():
    model = nn.Sequential(nn.Identity(), nn.ReLU(), nn.Linear(4, 2))
    batch = (torch.rand(16, 4), torch.arange(16) % 2)
    given = Given(model=model, loss=nn.CrossEntropyLoss(), train=[batch] * 6, optimizer=torch.optim.SGD(model.parameters(), lr=0.1))
    assert carried_state.measure(Setup(given)).modules == ()


class Drawn:
    """Even items stay, odd ones are drawn among all numbers."""

    def __len__(self):
        return 400

    def __getitem__(self, i):
        pair = torch.tensor([i // 2 % 20, i // 40]) if i % 2 == 0 else torch.stack([torch.randint(0, 20, ()), torch.randint(0, 20, ())])
        return pair, float(i % 2 == 0)


def test_drawn_items_are_looked_up_among_those_that_stay():
    model = nn.Sequential(nn.Embedding(20, 4), nn.Flatten(), nn.Linear(8, 1), nn.Flatten(0))
    given = Given(model=model, loss=nn.BCEWithLogitsLoss(), train=DataLoader(Drawn(), batch_size=20))
    setup = Setup(given)
    found = drawn_negatives.measure(setup)
    part = parts_of(setup)["train"]
    x, y = part.inputs["inputs.0"], part.y
    stay = {tuple(p) for p, label in zip(x.tolist(), y, strict=True) if label == 1}
    assert found.known == sum(tuple(p) in stay for p, label in zip(x.tolist(), y, strict=True) if label == 0)
    assert (found.fixed, found.drawn, found.n) == (1.0, 0.0, 200)
