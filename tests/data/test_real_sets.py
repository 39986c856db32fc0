"""Real files, with counts that were made by hand."""

import numpy as np
import pytest

from nohero.data.copies import copy_groups
from nohero.data.fields import describe_fields
from nohero.data.read import read
from nohero.data.schema import read_like, schema_of
from nohero.data.split import split
from nohero.data.task_kind import infer_task
from nohero.data.transforms import fit_transforms


def num_copies(raw):
    return len(raw) - len(np.unique(copy_groups(raw)))


@pytest.fixture
def adult(real):
    return read(real("adult/adult-train.csv"))


def test_adult(adult):
    assert adult.frame.shape == (32_561, 14)
    assert not adult.header
    assert adult.frame.select(gap=True).height == 1
    assert int(adult.frame.null_count().sum_horizontal()[0]) == 1836 + 1843 + 583
    assert sum(any(cell is None for cell in row) for row in adult.frame.iter_rows()) == 2399
    assert sorted(set(adult.target)) == ["<=50K", ">50K"]
    assert infer_task(adult)[0] == "binary"


def test_adult_from_raw_to_matrix(adult, real):
    divided = split(adult, "binary", seed=0)
    fitted = fit_transforms(adult, divided.train, "binary")
    assert np.isfinite(fitted.x(adult)).all()
    later = read_like(real("adult/adult-test.csv"), schema_of(adult))
    assert np.isfinite(fitted.x(later)).all()
    assert len(later) == 16_281


def test_titanic(real):
    raw = read(real("titanic/train.csv"), target="Survived")
    kinds = {field.name: field.kind for field in describe_fields(raw)}
    assert len(raw) == 891
    assert kinds["PassengerId"] == "identifier"
    assert kinds["Name"] == "text"
    assert raw.frame["Age"].null_count() == 177
    assert raw.frame["Cabin"].null_count() == 687
    divided = split(raw, "binary", seed=0)
    fitted = fit_transforms(raw, divided.train, "binary")
    later = read_like(real("titanic/test.csv"), schema_of(raw))
    assert later.target is None
    assert fitted.x(later).shape == (418, fitted.inputs.width)


def test_housing(real):
    raw = read(real("california-housing/housing.csv"), target="median_house_value")
    assert raw.frame.shape == (20_640, 9)
    assert raw.frame["total_bedrooms"].null_count() == 207
    assert infer_task(raw)[0] == "regression"
    logged = {
        column.name for column in fit_transforms(raw, np.arange(14_448), "regression").inputs.columns if getattr(column, "log", False)
    }
    assert {"population", "total_rooms"} <= logged


def test_abalone(real):
    raw = read(real("abalone/abalone.csv"))
    assert (len(raw), raw.frame.width, len(raw.columns)) == (4177, 8, 9)
    assert infer_task(raw)[0] == "regression"
    assert raw.target[:3].tolist() == [15, 7, 9]


@pytest.mark.parametrize(("colour", "rows", "repeats"), [("red", 1599, 240), ("white", 4898, 937)])
def test_wine(real, colour, rows, repeats):
    raw = read(real(f"wine-quality/winequality-{colour}.csv"))
    assert len(raw) == rows
    assert num_copies(raw) == repeats
    divided = split(raw, "regression", seed=0)
    assert f"{repeats} rows are exact copies" in divided.notes[0]


def test_messages(real, table):
    with open(real("sms-spam/SMSSpamCollection"), "rb") as file:  # noqa: PTH123
        raw = read(table(file.read(), "sms.tsv"), target="0")
    assert len(raw) == 5585
    assert [u.where for u in raw.unusable] == ["row 430", "row 431"]
    assert set(raw.target) == {"ham", "spam"}


def test_temperatures_are_split_by_time(real):
    raw = read(real("time-series/daily-min-temperatures.csv"), target="Temp", time="Date")
    divided = split(raw, "regression", seed=0)
    assert len(raw) == 3650
    assert divided.method == "by time"
    assert str(raw.times[divided.train].max()) < str(raw.times[divided.val].min())


def test_small_cifar(real):
    raw = read(real("cifar10-small"))
    assert int((raw.given_split == "train").sum()) == 3000
    assert int((raw.given_split == "test").sum()) == 1000
    assert raw.images.shape[1:] == (32, 32, 3)
    assert raw.unusable == ()
    train = read(real("cifar10-small/train"))
    assert len(train) == 3000
    assert set(np.unique(train.target, return_counts=True)[1]) == {300}


def test_eight_orientations_look_the_same(real):
    schema = schema_of(read("built-in:digits").take(np.arange(1)))
    raw = read_like(real("exif-orientation"), schema)
    assert len(raw) == 8
    grey = raw.images.astype(float)
    assert np.abs(grey - grey[4]).mean(axis=(1, 2, 3)).max() < 15  # the first is 13 grey levels brighter; turned, they differ by 40
    assert np.abs(grey[1:] - grey[4]).mean(axis=(1, 2, 3)).max() < 4


def test_adult_is_turned_back_from_its_matrix(adult):
    fitted = fit_transforms(adult, np.arange(20_000), "binary")
    back = fitted.inputs.invert(fitted.x(adult))
    for plan in fitted.inputs.columns:
        mine, theirs = back[plan.name], adult.frame[plan.name]
        if hasattr(plan, "levels"):
            rare = [v not in plan.levels and v is not None for v in theirs]
            assert mine.to_list() == ["(other)" if r else v for r, v in zip(rare, theirs, strict=True)]
        else:
            far = np.abs(fitted.x(adult)[:, fitted.inputs.names.index(plan.name)]) >= 10
            assert np.allclose(mine.to_numpy()[~far], theirs.cast(float).to_numpy()[~far], rtol=1e-4, atol=1e-3)
            assert far.mean() < 0.01
