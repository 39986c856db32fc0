"""What a CUDA kernel would assert is raised before; tried on the CPU, where the same questions can be asked."""

import pytest
import torch
from torch.nn import functional

from nohero.setup.kernels import _mode, asked_before

WRONG = {
    "embedding": lambda: functional.embedding(torch.tensor([0, 5]), torch.zeros(5, 2)),
    "cross-entropy": lambda: functional.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 3])),
    "cross-entropy of places": lambda: functional.cross_entropy(torch.zeros(2, 3, 4), torch.full((2, 4), -1)),
    "binary cross-entropy": lambda: functional.binary_cross_entropy(torch.tensor([1.5]), torch.tensor([1.0])),
    "binary cross-entropy against classes": lambda: functional.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([2.0])),
    "index": lambda: torch.zeros(3)[torch.tensor([3])],
    "index of the second axis": lambda: torch.zeros(9, 3)[:, torch.tensor([-4])],
    "gather": lambda: torch.zeros(2, 3).gather(1, torch.tensor([[3]])),
    "scatter": lambda: torch.zeros(2, 3).scatter_(1, torch.tensor([[3]]), 1.0),
    "index_add": lambda: torch.zeros(3).index_add(0, torch.tensor([4]), torch.ones(1)),
    "index_put": lambda: torch.zeros(3).index_put_((torch.tensor([7]),), torch.ones(1)),
    "multinomial": lambda: torch.tensor([0.5, float("nan")]).multinomial(1),
}
RIGHT = {
    "embedding": lambda: functional.embedding(torch.tensor([0, 4]), torch.zeros(5, 2)),
    "ignored labels": lambda: functional.cross_entropy(torch.zeros(2, 3), torch.tensor([0, -100])),
    "soft labels": lambda: functional.cross_entropy(torch.zeros(2, 3), torch.full((2, 3), 1 / 3)),
    "counted from the end": lambda: torch.zeros(9, 3)[:, torch.tensor([-3])],
    "a mask": lambda: torch.zeros(3, 2)[torch.tensor([True, False, True])],
    "a mask and an index": lambda: torch.zeros(2, 3, 4)[torch.tensor([[True, False, True], [False, False, False]]), torch.tensor([3, 3])],
    "nothing": lambda: torch.zeros(0, 2)[torch.zeros(0, dtype=torch.long)],
    "scalar": lambda: torch.tensor(3.0).gather(0, torch.tensor(0)),
    "under vmap": lambda: torch.vmap(lambda x, i: x[i])(torch.rand(4, 3), torch.tensor([0, 1, 2, 0])),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_would_be_asserted_is_raised(name):
    with _mode("cpu"), pytest.raises((IndexError, RuntimeError), match=r"range|bounds|between|probability"):
        WRONG[name]()


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_goes_through(name):
    with _mode("cpu"):
        RIGHT[name]()


def test_nothing_is_asked_where_devices_raise_by_themselves():
    with asked_before(torch.device("cpu")) as mode:
        assert mode is None
