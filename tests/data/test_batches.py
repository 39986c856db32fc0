"""Batches show every item once an epoch, in an order that the seed and the epoch decide."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nohero.data.batches import Batches, array_set
from nohero.run.errors import UsageError


def items(count):
    return array_set(np.arange(count * 2, dtype=np.float32).reshape(count, 2), np.arange(count) % 3, np.arange(count) + 100)


@given(st.integers(1, 50), st.integers(1, 60), st.booleans(), st.booleans(), st.integers(0, 3))
def test_an_epoch(count, size, shuffle, drop_last, epoch):
    batches = Batches(items(count), size, shuffle=shuffle, seed=1, drop_last=drop_last)
    seen = list(batches.epoch(epoch))
    assert len(seen) == len(batches)
    rows = np.concatenate([r for _, _, r in seen])
    assert len(set(rows)) == len(rows)
    assert len(rows) == (count // size * size if drop_last and count >= size else count)
    for x, y, r in seen:
        assert len(x) == len(y) == len(r) <= size
        assert (x[:, 0].numpy() == 2 * (r - 100)).all()
        assert (y.numpy() == (r - 100) % 3).all()


def test_order_follows_seed_and_epoch_and_leaves_the_global_generator():
    state = torch.get_rng_state()
    first = Batches(items(40), 8, shuffle=True, seed=1)
    assert torch.equal(first.order(0), Batches(items(40), 8, shuffle=True, seed=1).order(0))
    assert not torch.equal(first.order(0), first.order(1))
    assert not torch.equal(first.order(0), Batches(items(40), 8, shuffle=True, seed=2).order(0))
    assert torch.equal(state, torch.get_rng_state())


def test_iterating_goes_from_epoch_to_epoch():
    batches = Batches(items(40), 40, shuffle=True)
    assert not torch.equal(next(iter(batches))[0], next(iter(batches))[0])


def test_kinds_of_targets_and_pictures():
    assert items(3).y.dtype == torch.int64
    pictures = array_set(np.zeros((2, 3, 4, 4), np.uint8), np.array([0.5, 1.5]), [0, 1])
    assert pictures.x.dtype == torch.uint8
    assert pictures.y.dtype == torch.float32


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(UsageError):
        Batches(items(3), 0, shuffle=False)
