"""Inputs beside labels, in lists, arrays, dicts and frames, are the fields that they were meant to be."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from nohero.run.errors import UsageError
from nohero.sources.anything import open_anything
from nohero.sources.object_columns import columns_of
from nohero.sources.series_fields import time_first

TEXTS = [f"the {i * 7919 % 997} words of a text" for i in range(40)]
MARKS = ["good" if i % 3 else "bad" for i in range(40)]
WINDOWS = np.random.default_rng(3).normal(size=(40, 50)).astype(np.float32)


@pytest.mark.parametrize(("given", "shape"), [
    ((TEXTS, MARKS), ["x", "label"]), ([TEXTS, MARKS], ["x", "label"]), ((TEXTS, np.array(MARKS)), ["x", "label"]), ((WINDOWS[:, :2].tolist(), [i % 2 for i in range(40)]), ["x0", "x1", "label"]),
    ((list(WINDOWS[:, :2]), MARKS), ["x0", "x1", "label"]),
])  # fmt: skip
def test_two_lists_are_inputs_and_labels(given, shape):
    found = open_anything(given)
    assert len(found) == 40
    assert found.label == "label"
    assert found.frame.columns == shape


def test_two_items_of_some_fields_are_items():
    assert len(open_anything([("a", 1), ("b", 2)])) == 2


def test_arrays_of_several_lengths_beside_numbers():
    found = open_anything(([np.arange(float(20 + i % 5)) for i in range(30)], [i % 3 for i in range(30)]))
    assert len(found) == 30
    assert "x" in found.series
    assert found.label == "label"


@pytest.mark.parametrize("given", [(WINDOWS, [i % 2 for i in range(40)]), (TEXTS, MARKS)])
def test_inputs_and_labels_are_no_parts(given):
    with pytest.raises(UsageError, match="inputs and labels"):
        open_anything(*given)


def test_two_lists_of_texts_are_parts():
    assert open_anything(TEXTS[:20], TEXTS[20:]).parts == ("train", "test")


def test_what_train_test_split_gives_is_no_set():
    with pytest.raises(UsageError, match="4 lists or arrays"):
        open_anything((WINDOWS[:30], WINDOWS[30:], MARKS[:30], MARKS[30:]))


@pytest.mark.parametrize("names", [("X_TRAIN", "y_TRAIN", "X_TEST", "y_TEST"), ("x_train", "y_train", "x_test", "y_test"), ("train_x", "train_y", "test_x", "test_y"), ("train_images", "train_labels", "test_images", "test_labels")])
def test_arrays_named_by_part(names):
    y = np.arange(40) % 2
    found = open_anything(dict(zip(names, (WINDOWS[:30], y[:30], WINDOWS[30:], y[30:]), strict=True)))
    assert len(found) == 40
    assert found.label == "label"
    assert found.frame["part"].to_list() == ["train"] * 30 + ["test"] * 10


def test_labels_without_inputs_are_refused():
    with pytest.raises(UsageError, match="no inputs"):
        open_anything({"x_train": WINDOWS, "y_train": MARKS, "y_test": MARKS})


def test_one_hot_labels_are_classes():
    y = np.eye(3)[np.arange(40) % 3]
    y[5], y[7] = 0, 1
    columns, notes = columns_of((WINDOWS, y))
    assert columns["label"][:8] == ["0", "1", "2", "0", "1", None, "0", "0+1+2"]
    assert "1 rows name none and 1 several" in notes[0]


def test_several_labels_an_item_are_fields():
    y = (np.random.default_rng(0).random((40, 3)) < 0.6).astype(int)
    assert "label0" in columns_of((WINDOWS, y))[0]


def test_an_index_of_times_is_a_field():
    class Index:
        nlevels, name, dtype = 1, "day", "datetime64[ns]"

        def get_level_values(self, level):
            return SimpleNamespace(name="day", dtype=self.dtype, to_list=lambda: [1, 2])

    class Frame:
        columns, shape, index = ("a",), (2, 1), Index()

        def __getitem__(self, name):
            return pl.Series([3, 4])

    frame = Frame()
    columns, notes = columns_of(frame)
    assert columns == {"day": [1, 2], "a": [3, 4]}
    assert notes == ("the index is taken as a field: `day`",)


def test_series_that_lie_across_are_turned_round():
    found = time_first([np.zeros((6, 100))] * 9 + [np.zeros((100, 6))])
    assert {v.shape for v in found} == {(100, 6)}


def test_times_of_an_array_stay_times():
    """A thousand millionth of a second is more than Python's own times hold: they are rounded, and no whole numbers."""
    times = np.arange("2020-01-01", "2020-03-21", dtype="datetime64[D]").astype("datetime64[ns]")
    for given in ({"time": times, "v": np.arange(80.0)}, (times, np.arange(80.0))):
        assert open_anything(given).frame.to_series(0).dtype.is_temporal()
