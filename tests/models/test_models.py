"""Networks: the right shapes, decided by the seed alone."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from nohero.models.binned import Binned, edges
from nohero.models.build import build, last_linear, set_output_bias
from nohero.models.narrowed import Narrowed
from nohero.models.settings import Settings, settings_text

SHAPES = [(7,), (1,), (1, 8, 8), (3, 28, 28), (3, 5, 9), (2, 1, 1)]


def made(shape, depth=2, seed=0, **rest):
    return build(shape, 3, **{"width": 4, "depth": depth, "dropout": 0.0, "seed": seed, **rest})


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_any_item_becomes_k_outputs(shape, depth):
    model = made(shape, depth).eval()
    assert model(torch.randn(5, *shape)).shape == (5, 3)
    assert sum(isinstance(m, torch.nn.Linear | torch.nn.Conv2d) for m in model.modules()) == depth + 1


@pytest.mark.parametrize("shape", [(7,), (1, 8, 8)], ids=str)
def test_the_seed_decides_and_the_global_state_does_not(shape):
    torch.manual_seed(1)
    one = made(shape)
    torch.manual_seed(2)
    np.random.seed(2)
    two = made(shape)
    other = made(shape, seed=1)
    for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(last_linear(one).weight, last_linear(other).weight)


def test_random_states_are_left_as_found():
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    made((3, 8, 8), dropout=0.5)
    assert torch.equal(torch.get_rng_state(), before)
    assert (np.random.get_state()[1] == numpy_before).all()


def test_dropout_is_where_it_is_asked_for():
    assert not any(isinstance(m, torch.nn.Dropout) for m in made((7,)).modules())
    assert [m.p for m in made((7,), dropout=0.3).modules() if isinstance(m, torch.nn.Dropout)] == [0.3, 0.3]
    assert [m.p for m in made((1, 8, 8), dropout=0.3).modules() if isinstance(m, torch.nn.Dropout)] == [0.3]


def test_the_output_starts_at_the_prior():
    model = made((7,))
    assert set_output_bias(model, (0.5, -1.0, 2.0))
    assert last_linear(model).bias.tolist() == [0.5, -1.0, 2.0]
    assert last_linear(model).bias.requires_grad
    with torch.no_grad():
        last_linear(model).weight.zero_()
    assert torch.equal(model(torch.randn(4, 7)), torch.tensor([0.5, -1.0, 2.0]).expand(4, 3))


def test_where_there_is_no_such_bias_it_says_so():
    assert not set_output_bias(made((7,)), (0.0,))
    assert not set_output_bias(torch.nn.Linear(2, 3, bias=False), (0.0, 0.0, 0.0))
    assert not set_output_bias(torch.nn.ReLU(), ())


def test_a_narrowed_network_cannot_see_what_is_masked():
    model = Narrowed(made((4,)), torch.tensor([1.0, 0.0, 1.0, 0.0]))
    x = torch.randn(6, 4)
    other = x.clone()
    other[:, [1, 3]] = torch.randn(6, 2)
    assert torch.equal(model(x), model(other))
    other[:, 0] += 1
    assert not torch.equal(model(x), model(other))
    assert "mask" in model.state_dict()


def test_a_narrowed_picture_is_half_as_large():
    x = torch.randn(2, 3, 8, 8)
    inner = made((3, 4, 4)).eval()
    assert torch.equal(Narrowed(inner)(x), inner(torch.nn.functional.avg_pool2d(x, 2)))


def test_settings_are_told_by_what_was_turned():
    assert settings_text(Settings()) == "the defaults"
    assert settings_text(Settings(width=64, learning_rate=1e-3, flip=True)) == "width 64, learning_rate 0.001, flip True"


def test_bins_are_how_full_each_of_them_is():
    x = torch.randn(500, 2)
    x[:, 1] = (x[:, 1] > 0).float()  # two values: left as it is
    column, low, width = edges(x)
    assert set(column.tolist()) == {0}
    caught = []
    inner = torch.nn.Linear(2 + len(column), 1)
    inner.register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0]))
    Binned(inner, column, low, width)(x)
    cuts = np.quantile(x[:, 0].double().numpy(), np.linspace(0, 1, len(column) + 1))
    for item, seen in zip(x.tolist(), caught[0].tolist(), strict=True):
        assert seen[:2] == item
        full = [2 * min(max((item[0] - a) / (b - a), 0.0), 1.0) - 1 for a, b in pairwise(cuts)]
        assert seen[2:] == pytest.approx(full, abs=1e-4)
