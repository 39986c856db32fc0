"""What stands in the batches: measurements against slow, plain twins, and programs at the edge that must stay quiet."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, SubsetRandomSampler, TensorDataset

from nohero.checks.check import setup_checks
from nohero.checkup import examine
from nohero.evidence.setup import item_copies, probing, split_comparison
from nohero.run.finding import Status
from nohero.setup.given import Given
from nohero.setup.items import parts_of
from nohero.setup.setup import Setup
from nohero.testing.setups import setups

CHECKS = [c for c in setup_checks() if c.code.startswith("DAT3")]


def alarms(given):
    return {f.name: f for f in examine(given, budget=None, checks=CHECKS).findings if f.status in (Status.FAIL, Status.WARN, Status.ERROR)}


def net(width, answers):
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(width, 8), nn.ReLU(), nn.Linear(8, answers))


def classified(x, y, val=None, **rest):
    k = int(y.max()) + 1
    return Given(model=net(x[0].numel(), k), loss=nn.CrossEntropyLoss(), train=DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True), val=val, **rest)


def rows(n, d, seed=0):
    x = torch.randn(n, d, generator=torch.Generator().manual_seed(seed))
    return x, (x[:, 0] + x[:, 1] > 0).long()


def test_items_are_read_in_the_order_of_the_data_set_though_the_loader_shuffles():
    x, y = rows(100, 32)  # the last batch holds 4 items, and each item as many numbers as a full batch has items
    part = parts_of(Setup(classified(x, y)))["train"]
    assert part.ordered
    assert part.complete
    assert np.array_equal(part.inputs["inputs.0"], x.numpy())
    assert np.array_equal(part.targets["target"], y.numpy())


def test_a_sampler_names_the_items_of_its_part():
    x, y = rows(90, 4)
    given = Given(model=net(4, 2), loss=nn.CrossEntropyLoss(), train=DataLoader(TensorDataset(x, y), batch_size=16, sampler=SubsetRandomSampler(range(60))))
    assert parts_of(Setup(given))["train"].index.tolist() == list(range(60))


def test_ridge_left_out_is_ridge_fitted_without_each_item():
    x, y = rows(40, 3)
    x, columns = x.numpy().astype(float), probing.wanted(y.numpy(), 2)
    quick = probing.ridge_left_out(x, columns)
    a = np.concatenate([x, np.ones((40, 1))], 1)
    penalty = 1e-2 * np.sqrt(40) * np.eye(4)
    for i in range(40):
        keep = np.arange(40) != i
        slow = a[i] @ np.linalg.solve(a[keep].T @ a[keep] + penalty, a[keep].T @ columns[keep])
        assert quick[i] == pytest.approx(slow, abs=1e-8)


def test_neighbours_are_the_nearest():
    x = rows(50, 3)[0].numpy().astype(float)
    near = probing.neighbours(x)
    for i in range(50):
        far = ((x - x[i]) ** 2).sum(1)
        far[i] = np.inf
        assert set(near[i]) == set(np.argsort(far)[:10])


def test_repeats_are_counted_as_a_plain_search_counts_them():
    x, y = rows(60, 4)
    x, y = torch.cat([x, x[5:25], x[5:10]]), torch.cat([y, y[5:25], y[5:10]])
    seen, repeats = set(), 0
    for row in x.tolist():
        repeats += tuple(row) in seen
        seen.add(tuple(row))
    assert item_copies.measure(Setup(classified(x, y))).repeats == repeats == 25


def test_total_variation_against_counting():
    a, b = np.asarray([1, 1, 2, 3]), np.asarray([1, 2, 2, 5])
    plain = sum(abs((a == v).mean() - (b == v).mean()) for v in range(7)) / 2
    assert split_comparison._distance(a, b) == pytest.approx(plain)


def test_unseeded_generators_of_both_parts_are_no_leak():
    def draw():
        while True:
            x = torch.randn(32, 6)
            yield x, (x[:, 0] > 0).long()

    given = Given(model=net(6, 2), loss=nn.CrossEntropyLoss(), train=draw, val=draw)
    assert "leaked-items" not in alarms(given)


@pytest.mark.parametrize("name", ["truth-table", "random", "same-batch", "one-item", "sorted", "sampled"])
def test_odd_but_sound_programs_stay_quiet(name):
    x, y = rows(120, 6, seed=3)
    bits = torch.tensor([[float(b) for b in f"{i:06b}"] for i in range(64)])
    order = y.argsort(stable=True)
    programs = {
        "truth-table": lambda: classified(bits, (bits.sum(1) % 2).long(), val=(bits, (bits.sum(1) % 2).long())),
        "random": lambda: classified(x, torch.randint(0, 4, (120,)), val=(torch.randn(50, 6), torch.randint(0, 4, (50,)))),
        "same-batch": lambda: Given(model=net(6, 2), loss=nn.CrossEntropyLoss(), train=[(x[:16], y[:16])] * 20),
        "one-item": lambda: Given(model=net(6, 2), loss=nn.CrossEntropyLoss(), train=[(x[:1], y[:1])]),
        "sorted": lambda: classified(x[order], y[order], val=rows(60, 6, seed=4)),
        "sampled": lambda: Given(
            model=net(6, 2), loss=nn.CrossEntropyLoss(),
            train=DataLoader(TensorDataset(x, y), batch_size=16, sampler=SubsetRandomSampler(range(80))),
            val=DataLoader(TensorDataset(x, y), batch_size=16, sampler=SubsetRandomSampler(range(80, 120))),
        ),
    }  # fmt: skip
    assert not alarms(programs[name]())


def test_a_generator_that_cannot_be_listed_and_several_models_do_not_break():
    assert not alarms(setups()["gan"]())


def test_shared_places_of_one_data_set_are_a_leak():
    x, y = rows(200, 5)
    loaders = [DataLoader(TensorDataset(x, y), batch_size=16, sampler=SubsetRandomSampler(span)) for span in (range(150), range(120, 200))]
    found = alarms(Given(model=net(5, 2), loss=nn.CrossEntropyLoss(), train=loaders[0], val=loaders[1]))
    assert found["leaked-items"].status == Status.FAIL
    assert found["leaked-items"].component == "data"


def test_the_data_set_is_read_without_a_trace():
    x, y = rows(80, 4)
    given = classified(x, y, val=rows(40, 4, seed=2))
    torch.manual_seed(5)
    before = torch.rand(3)
    torch.manual_seed(5)
    alarms(given)
    assert torch.equal(torch.rand(3), before)
