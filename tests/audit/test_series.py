"""What is told of series that an item holds: no columns of anybody; and what stands in the steps themselves."""

import numpy as np
import pytest
import torch
from torch.utils.data import Dataset, TensorDataset

import nohero
from nohero.checkup import examine_collection
from nohero.run.finding import Status
from nohero.sources.anything import open_anything
from nohero.sources.series_fields import time_first

LOUD = (Status.FAIL, Status.WARN, Status.UNSURE, Status.ERROR)


def walks(count=240, steps=60, channels=3, seed=0):
    return np.random.default_rng(seed).normal(0, 1, (count, steps, channels)).cumsum(axis=1).astype(np.float32)


def told(*given):
    return {f.code: f for f in examine_collection(open_anything(*given)).findings if f.status in LOUD}


def parts(x, y, at=160):
    return {"train": TensorDataset(torch.tensor(x[:at]), torch.tensor(y[:at])), "test": TensorDataset(torch.tensor(x[at:]), torch.tensor(y[at:]))}


def test_fields_that_are_told_of_series_are_known():
    collection = open_anything((walks(), np.arange(240) % 2))
    assert collection.derived["x0 mean"] == ("mean", "x0")
    assert collection.plain.frame.columns == ["label"]
    assert len(collection.series["x"]) == 240


def test_they_are_no_columns():
    """All begin at zero, the least is the last, and one deviation tells the label: nothing of that is a fault."""
    x = np.abs(walks(steps=40))[:, ::-1].cumsum(axis=1)[:, ::-1].copy()
    y = np.arange(240) % 2
    x[:, :, 0] *= 1 + 4 * y[:, None]
    assert not {"DAT520", "DAT521", "DAT522", "DAT524", "DAT526", "DAT530", "DAT513", "DAT514", "DAT515"} & set(told((x, y)))


def test_a_dead_channel_and_a_channel_twice_are_told():
    x = walks()
    x[:, :, 1] = 0
    assert "x1 deviation" in told((x, np.arange(240) % 2))["DAT520"].where
    x[:, :, 1] = x[:, :, 2]
    assert told((x, np.arange(240) % 2))["DAT521"].where == ("x1", "x2")


@pytest.mark.parametrize("change", [lambda v: v * 1000, lambda v: (v - v.mean((0, 1))) / v.std((0, 1))])
def test_a_part_on_another_scale(change):
    x, y = walks() * 30 + 400, np.arange(240) % 2
    assert "DAT555" not in told(parts(x, y))
    x[160:] = change(x[160:])
    assert told(parts(x, y))["DAT555"].status == Status.WARN


def test_gaps_and_stuck_ends_are_named():
    x = walks()
    x[7, 20, 1] = np.nan
    found = told((x, np.arange(240) % 2))["DAT578"]
    assert (found.status, found.items) == (Status.WARN, ("item 7",))
    x = walks()
    x[[3, 50, 90], 40:] = x[[3, 50, 90], 39:40]
    assert told((x, np.arange(240) % 2))["DAT578"].items == ("item 3", "item 50", "item 90")


def test_filling_behind_shorter_series_is_no_fault():
    x = walks()
    for i, length in enumerate(np.random.default_rng(1).integers(20, 61, 240)):
        x[i, length:] = np.nan if i % 2 else 0
    assert "DAT578" not in told((x, np.arange(240) % 2))


class Tracks(Dataset):
    """Steps of twelve channels, of many lengths."""

    def __len__(self):
        return 90

    def __getitem__(self, i):
        return torch.tensor(walks(1, 9 + i % 13, 12, seed=i)[0]), i % 3


def test_steps_of_many_lengths_by_few_channels_are_no_pictures():
    collection = open_anything(Tracks())
    assert (collection.kind, len(collection.series["x"])) == ("row", 90)
    assert "x11 mean" in collection.derived
    assert nohero.audit(Tracks(), progress=False).all


def test_the_side_that_differs_is_time():
    assert time_first([np.zeros((12, n)) for n in (7, 9, 29)])[0].shape == (7, 12)
    assert time_first([np.zeros((n, 12)) for n in (7, 9, 29)])[0].shape == (7, 12)
    assert time_first([np.zeros((3, 50))] * 2)[0].shape == (50, 3)


def test_arrays_of_several_lengths_are_told(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((50, 1, 30)), y=np.zeros(49))
    with pytest.raises(nohero.run.errors.DataError, match="50 entries in `x` and 49 entries in `y`"):
        open_anything(tmp_path / "a.npz")


def test_a_part_that_drifts_on_the_scale_of_training_is_on_one_scale():
    draw = np.random.default_rng(3)
    x = draw.normal(0, 1, (400, 6)).astype(np.float32)
    x[:300] = (x[:300] - x[:300].mean(0)) / x[:300].std(0)
    x[300:] = x[300:] * 1.7 + 2.5
    assert "DAT555" not in told(parts(x, np.arange(400) % 2, at=300))
    x[300:] = x[300:] * 40 + 900
    assert told(parts(x, np.arange(400) % 2, at=300))["DAT555"].status == Status.WARN
