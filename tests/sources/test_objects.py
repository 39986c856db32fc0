"""Data sets that a program holds become collections: torch's, Hugging Face's, frames and arrays."""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset

import nohero
from nohero.run.errors import DataError, UsageError
from nohero.sources import object_items
from nohero.sources.anything import open_anything

DRAW = np.random.default_rng(0)


class Item(NamedTuple):
    a: int
    b: str


class Items(Dataset):
    """Any list of items."""

    def __init__(self, items, **more):
        self.items = items
        vars(self).update(more)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        if isinstance(self.items[i], Exception):
            raise self.items[i]
        return self.items[i]


class Stream(IterableDataset):
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


def faces(count, sizes=((9, 12),), mode="RGB"):
    return [Image.fromarray(DRAW.integers(0, 255, (*sizes[i % len(sizes)], 3), dtype=np.uint8)).convert(mode) for i in range(count)]


def test_tuples_of_tensors_are_rows():
    collection = open_anything(TensorDataset(torch.randn(80, 3), torch.arange(80) % 2))
    assert (collection.kind, collection.frame.columns, collection.label) == ("row", ["x0", "x1", "x2", "label"], "label")
    assert collection.items[17] == "item 17"
    assert nohero.audit(TensorDataset(torch.randn(80, 3), torch.arange(80) % 2), progress=False).all


def test_dicts_of_numbers_and_strings():
    items = [{"age": torch.tensor(20 + i % 7), "town": ["Cork", "Faro"][i % 2], "when": None, "target": i % 3, "mask": torch.zeros(3, 4, 5, 6)} for i in range(60)]
    collection = open_anything(Items(items))
    assert collection.frame.columns == ["age", "town", "when", "target"]
    assert collection.label == "target"
    assert any("`mask` is left out" in note for note in collection.notes)


def test_tensors_of_pictures_with_the_names_of_classes():
    data = Items([(torch.rand(3, 8, 10), i % 2) for i in range(40)], classes=["cat", "dog"])
    collection = open_anything(Subset(data, list(range(30))), target="label")
    assert (collection.kind, collection.pictures.shape) == ("picture", (30, 8, 10, 3))
    assert set(collection.labels) == {"cat", "dog"}


@pytest.mark.parametrize("sizes", [((9, 12),), ((9, 12), (14, 11))])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_pil_pictures(sizes, mode):
    collection = open_anything(Items([(face, ["a", "b"][i % 2]) for i, face in enumerate(faces(30, sizes, mode))]))
    assert (collection.kind, len(collection)) == ("picture", 30)
    if len(sizes) > 1:
        assert set(collection.frame["width"]) == {12, 11}
        assert collection.root.is_dir()
    report = nohero.audit(Items([(face, ["a", "b"][i % 2]) for i, face in enumerate(faces(30, sizes, mode))]), progress=False)
    assert [f for f in report.all if f.status == "ERROR"] == []


def test_a_copied_picture_is_named_by_its_item():
    pictures = faces(30)
    report = nohero.audit(Items([(face, 0) for face in [*pictures, pictures[3]]]), progress=False)
    assert "item 30" in " ".join(report["copied-pictures"].items + report["copied-pictures"].where)


def test_texts():
    words = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "and", "sleeps"]
    items = [(" ".join(DRAW.permutation(words)) + f" {i}", i % 2) for i in range(60)]
    collection = open_anything(Items(items))
    assert collection.texts is not None
    assert collection.label == "label"


def test_an_item_that_cannot_be_read_is_named():
    items = [(torch.randn(2), i % 2) for i in range(50)]
    items[7] = OSError("no such file")
    report = nohero.audit(Items(items), progress=False)
    assert report["unreadable-items"].items == ("item 7",)
    with pytest.raises(DataError, match="no such file"):
        open_anything(Items([OSError("no such file")] * 3))


def test_a_set_without_a_length_is_read_from_its_beginning(monkeypatch):
    monkeypatch.setattr(object_items, "MOST", 50)
    collection = open_anything(Stream([(torch.randn(2), 1)] * 80))
    assert len(collection) == 50
    assert any("without a length" in note for note in collection.notes)
    drawn = open_anything(Items([(i, i % 2) for i in range(500)]))
    assert len(drawn) == 50
    assert "50 of 500 items" in drawn.notes[0]


def test_a_stream_that_breaks_off_is_told():
    def broken():
        yield from ((i, i % 2) for i in range(30))
        raise OSError("connection lost")

    stream = Stream(None)
    stream.__class__ = type("Broken", (Stream,), {"__iter__": lambda self: broken()})
    collection = open_anything(stream)
    assert len(collection) == 30
    assert (collection.unusable[0].where, "connection lost" in collection.unusable[0].reason) == ("item 30", True)


def test_parts():
    one, two = (TensorDataset(torch.randn(60, 2), torch.arange(60) % 2) for _ in range(2))
    two.tensors[0][:5] = one.tensors[0][:5]
    for given in ((one, two), ({"train": one, "test": two},)):
        collection = open_anything(*given)
        assert collection.parts == ("train", "test")
        report = nohero.audit(*given, progress=False)
        assert report["shared-rows"].items == tuple(f"test item {i}" for i in range(5))


class HuggingFace:
    """What a Hugging Face data set shows of itself."""

    def __init__(self, rows, names):
        self.rows = rows
        self.features = {"label": SimpleNamespace(names=names)}

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


def test_class_labels_of_a_divided_set():
    rows = [{"size": i, "label": i % 2} for i in range(40)]
    collection = open_anything({"unsupervised": HuggingFace(rows, ["neg", "pos"]), "train": HuggingFace(rows, ["neg", "pos"])})
    assert set(collection.labels) == {"neg", "pos"}
    assert collection.parts == ("train", "unsupervised")


def test_hugging_face_itself():
    datasets = pytest.importorskip("datasets")
    made = datasets.Dataset.from_dict({"size": list(range(40)), "label": [0, 1] * 20}, features=datasets.Features({"size": datasets.Value("int64"), "label": datasets.ClassLabel(names=["neg", "pos"])}))
    collection = open_anything(datasets.DatasetDict({"train": made, "test": made.select(range(20))}))
    assert (set(collection.labels), collection.parts, len(collection)) == ({"neg", "pos"}, ("train", "test"), 60)
    assert open_anything(made.to_iterable_dataset()).label == "label"


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        ((np.zeros((30, 2)), np.arange(30) % 3), ["x0", "x1", "label"]),
        (np.zeros((30, 2)), ["x0", "x1"]),
        ({"a": np.arange(30), "b": ["u", "v", "w"] * 10}, ["a", "b"]),
        (pl.DataFrame({"a": range(30), "y": ["u", "v"] * 15}), ["a", "y"]),
        ([Item(i, "s") for i in range(30)], ["a", "b"]),
    ],
)  # fmt: skip
def test_arrays_and_frames(given, columns):
    collection = open_anything(given)
    assert collection.frame.columns == columns
    assert len(collection) == 30


def test_arrays_of_pictures():
    collection = open_anything((DRAW.integers(0, 255, (20, 8, 8), dtype=np.uint8), np.arange(20) % 2))
    assert (collection.kind, collection.label, collection.pictures.shape) == ("picture", "label", (20, 8, 8))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((5,), "no items"),
        (([],), "no item could be read"),
        (("a.csv", [1]), "together"),
        (([1], [2], [3], [4]), "4 objects"),
        ((np.array([object()] * 4),), "objects"),
        (({"a": np.arange(3), "b": np.arange(4)},), "3 to 4 entries"),
        (({},), "is empty"),
        (({"a": 1, "b": 2},), "single value"),
        (([{"a": object()}] * 5,), "left out"),
    ],
)  # fmt: skip
def test_what_cannot_be_audited_is_said(given, said):
    with pytest.raises((UsageError, DataError), match=said) as caught:
        open_anything(*given)
    assert caught.value.expected
    assert caught.value.mend


def test_pictures_with_masks_or_boxes_are_pictures():
    """They alone make up the items: what lies beside them is told as left out, and nothing breaks."""
    for beside, told in ((torch.zeros(32, 32), "pictures are those of `x`"), ({"boxes": torch.rand(3, 4)}, "it holds dict")):
        collection = open_anything(Items([(torch.rand(3, 32, 32), beside)] * 40))
        assert (collection.kind, len(collection)) == ("picture", 40)
        assert any("`label` is left out" in note and told in note for note in collection.notes)
        assert any("`x` is taken for pictures: arrays of shape [3, 32, 32]" in note for note in collection.notes)


def test_a_loader_is_read_item_by_item():
    data = TensorDataset(torch.randn(80, 8), torch.arange(80) % 2)
    collection = open_anything(DataLoader(data, batch_size=16))
    assert (collection.kind, len(collection), collection.label) == ("row", 80, "label")
    assert any("loader's data set" in note for note in collection.notes)


@pytest.mark.parametrize("shape", [(100, 6), (128, 9), (6, 100)])
def test_windows_are_series(shape):
    collection = open_anything(Items([(torch.rand(shape), i % 2) for i in range(40)]))
    assert (collection.kind, collection.label) == ("row", "label")
    assert {"x0 mean", f"x{min(shape) - 1} last"} <= set(collection.frame.columns)
    assert any(f"series of shape {list(shape)}" in note for note in collection.notes)


@pytest.mark.parametrize("shape", [(16, 16, 16), (3, 500, 8)])
def test_volumes_are_no_pictures(shape):
    collection = open_anything(Items([(torch.rand(shape), i % 2) for i in range(40)]))
    assert (collection.kind, collection.frame.columns) == ("row", ["label"])
    assert any(f"arrays of shape {list(shape)}" in note for note in collection.notes)
