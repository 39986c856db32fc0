"""Transforms know train alone, come back from JSON equal, and never give out anything but finite numbers."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.data.image_transform import ImageTransform, fit_images
from nohero.data.raw import Raw
from nohero.data.table_transform import TableTransform, fit_table
from nohero.data.target_code import TargetCode, fit_target
from nohero.data.transforms import Transforms, fit_transforms
from nohero.run.errors import DataError
from nohero.run.values import dumps, loads

DAY = dt.date(2020, 1, 1)


def frame_of(count=200, seed=0):
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "plain": rng.normal(5, 3, count),
            "tail": rng.lognormal(3, 2, count),
            "gaps": [None if i % 7 == 0 else float(i % 13) for i in range(count)],
            "colour": [("red", "green", "blue", None)[i % 4] for i in range(count)],
            "rare": ["common" if i > 3 else f"rare{i}" for i in range(count)],
            "flag": [i % 3 == 0 for i in range(count)],
            "day": [DAY + dt.timedelta(days=5 * i) for i in range(count)],
            "text": [f"the {'good' if i % 2 else 'bad'} film number {i}" for i in range(count)],
            "number": np.arange(count),
            "same": ["x"] * count,
            "none": pl.Series([None] * count, dtype=pl.String),
            "key": [f"k{i}" for i in range(count)],
        }
    )


def test_each_column_by_its_kind():
    made = fit_table(frame_of())
    plans = {column.name: column for column in made.columns}
    assert [name for name, _ in made.dropped] == ["number", "same", "none", "key"]
    assert [reason.split(":")[0] for _, reason in made.dropped] == ["identifier", "constant", "empty", "identifier"]
    assert plans["tail"].log
    assert not plans["plain"].log
    assert plans["gaps"].names == ("gaps", "gaps is missing")
    assert plans["colour"].names == ("colour=blue", "colour=green", "colour=red", "colour is missing")
    assert plans["rare"].names == ("rare=common", "rare=(other)")
    assert plans["day"].cycles == ("year", "week")
    assert {"bad", "film", "good", "number", "the"} >= set(plans["text"].words) >= {"bad", "good"}
    assert len(made.names) == made.width == len(set(made.names))


def test_scaled_columns_have_mean_nought_and_deviation_one():
    frame = frame_of()
    made = fit_table(frame)
    x = made.apply(frame)
    assert x.dtype == np.float32
    for name in ("plain", "tail", "gaps"):
        column = x[:, made.names.index(name)]
        assert abs(column.mean()) < 0.05
        assert 0.9 < column.std() < 1.1


VALUE = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-5, 5).map(float))


@settings(max_examples=120)
@given(train=st.lists(VALUE, min_size=5, max_size=60), later=st.lists(VALUE, min_size=1, max_size=20))
def test_numbers_never_give_anything_but_finite_numbers(train, later):
    frame = pl.DataFrame({"x": pl.Series(train, dtype=pl.Float64), "keep": np.arange(len(train)) % 2 * 1.0})
    made = fit_table(frame)
    new = pl.DataFrame({"x": pl.Series(later, dtype=pl.Float64), "keep": np.zeros(len(later))})
    for part in (frame, new):
        x = made.apply(part)
        assert np.isfinite(x).all()
        assert np.abs(x).max() <= 10
    assert loads(TableTransform, dumps(made)) == made


@settings(max_examples=80)
@given(
    train=st.lists(st.one_of(st.none(), st.text(max_size=12)), min_size=5, max_size=80),
    later=st.lists(st.one_of(st.none(), st.text(max_size=12)), min_size=1, max_size=20),
)
def test_labels_and_texts_survive_anything(train, later):
    frame = pl.DataFrame({"x": pl.Series(train, dtype=pl.String), "keep": np.arange(len(train)) % 2 * 1.0})
    new = pl.DataFrame({"x": pl.Series(later, dtype=pl.String), "keep": np.zeros(len(later))})
    for roles in (None, {"x": "categorical"}, {"x": "text"}):
        made = fit_table(frame, roles)
        back = loads(TableTransform, dumps(made))
        assert back == made
        assert (back.apply(new) == made.apply(new)).all()
        assert set(np.unique(made.apply(frame)[:, : made.width - 1])) <= {0.0, 1.0}


def test_statistics_are_those_of_train_alone():
    train, rest = frame_of(seed=1), frame_of(seed=2).with_columns(pl.col("plain") * 1000)
    both = Raw(
        name="t", source="t", modality="table", frame=pl.concat([train, rest]), target=np.arange(400) * 1.0, target_name="y",
        items=np.arange(400).astype(str), sha256="",
    )  # fmt: skip
    fitted = fit_transforms(both, np.arange(200), "regression")
    assert fitted.inputs == fit_table(train)
    assert fitted.target.mean == np.arange(200).mean()
    assert loads(Transforms, dumps(fitted)) == fitted
    assert fitted.x(both).shape == (400, fitted.inputs.width)
    assert np.isfinite(fitted.x(both)).all()


def test_a_far_value_does_not_squeeze_the_others():
    values = np.r_[np.random.default_rng(0).normal(size=300), 1e9]
    made = fit_table(pl.DataFrame({"x": values}))
    x = made.apply(pl.DataFrame({"x": values}))[:, 0]
    assert x[:300].std() > 0.5
    assert x[300] <= 10


def test_unseen_labels_fall_to_the_rest_or_to_nought():
    made = fit_table(frame_of())
    new = frame_of(4).with_columns(colour=pl.lit("violet"), rare=pl.lit("unheard of"))
    x = made.apply(new)
    assert x[:, [i for i, n in enumerate(made.names) if n.startswith("colour")]].sum() == 0
    assert (x[:, made.names.index("rare=(other)")] == 1).all()


def test_levels_are_capped():
    made = fit_table(pl.DataFrame({"x": [f"v{i % 80}" for i in range(2000)]}))
    assert len(made.columns[0].levels) == 50
    assert made.names[-1] == "x=(other)"


def test_missing_and_extra_columns_are_named():
    made = fit_table(frame_of())
    with pytest.raises(DataError) as caught:
        made.apply(frame_of().rename({"colour": "Color"}))
    assert "`colour`" in caught.value.what
    assert "`Color`" in caught.value.mend
    assert made.check_columns(frame_of().with_columns(extra=pl.lit(1))) == ("extra",)


def test_text_where_a_number_should_be_is_an_error_with_its_row():
    made = fit_table(pl.DataFrame({"x": [1.0, 2.0, 3.5]}))
    new = pl.DataFrame({"x": ["1", "heavy", None]})
    with pytest.raises(DataError, match="`x`, row 2: `heavy`"):
        made.apply(new)
    assert np.isfinite(made.apply(pl.DataFrame({"x": ["1", None]}))).all()


def test_text_where_a_date_should_be_is_an_error_with_its_row():
    made = fit_table(frame_of().select("day", "plain"))
    with pytest.raises(DataError, match="`day`, row 2: `soon`"):
        made.apply(pl.DataFrame({"day": ["2020-01-01", "soon"], "plain": [1.0, 2.0]}))


def test_a_table_without_a_telling_column_is_refused():
    with pytest.raises(DataError, match="no column is left"):
        fit_table(frame_of().select("same", "number", "none"))


def test_roles_override():
    made = fit_table(frame_of(), {"plain": "drop", "number": "numeric"})
    assert "plain" in dict(made.dropped)
    assert "number" in made.names


def test_pictures_go_there_and_back():
    images = np.random.default_rng(0).integers(0, 256, (30, 5, 7, 3), dtype=np.uint8)
    made = fit_images(images)
    x = made.apply(images)
    assert x.shape == (30, 3, 5, 7)
    assert x.dtype == np.float32
    assert np.allclose(made.mean, (images / 255).mean(axis=(0, 1, 2)))
    assert np.allclose(made.std, (images / 255).std(axis=(0, 1, 2)))
    assert np.allclose(x.mean(axis=(0, 2, 3)), 0, atol=1e-4)
    assert (made.invert(x) == images).all()
    assert loads(ImageTransform, dumps(made)) == made


def test_a_flat_channel_stays_finite():
    assert np.isfinite(fit_images(np.zeros((3, 2, 2, 1), np.uint8)).apply(np.full((1, 2, 2, 1), 255, np.uint8))).all()


@given(st.lists(st.sampled_from(["a", "b", "ä", "10", "9", ""]), min_size=2, max_size=50))
def test_classes_go_there_and_back(values):
    target = np.array(values, dtype=object)
    code = fit_target(target, "y", "multiclass")
    assert code.decode(code.encode(target)).tolist() == values
    assert loads(TargetCode, dumps(code)) == code


def test_classes_that_are_numbers_stand_in_their_order():
    assert fit_target(np.array([10.0, 9.0, 1.0]), "y", "multiclass").classes == ("1", "9", "10")
    assert fit_target(np.array([1.5, 2.0]), "y", "binary").classes == ("1.5", "2")
    assert fit_target(np.array(["b", "10", "9"], dtype=object), "y", "multiclass").classes == ("10", "9", "b")


def test_an_unknown_class_is_an_error():
    code = fit_target(np.array(["cat", "dog"], dtype=object), "y", "binary")
    with pytest.raises(DataError, match="`cow`"):
        code.encode(np.array(["cat", "cow"], dtype=object))


def test_a_number_goes_there_and_back():
    target = np.random.default_rng(0).normal(1000, 50, 100)
    code = fit_target(target, "y", "regression", train=np.arange(50))
    assert code.mean == target[:50].mean()
    assert np.allclose(code.decode(code.encode(target)), target, rtol=1e-5)


def test_prepared_rows_are_turned_back_into_cells():
    frame = frame_of()
    made = fit_table(frame)
    back = made.invert(made.apply(frame))
    assert back.columns == [column.name for column in made.columns]
    for name in ("plain", "tail", "gaps"):
        assert np.allclose(back[name].to_numpy(), frame[name].cast(pl.Float64).to_numpy(), rtol=1e-5, atol=1e-6, equal_nan=True)
    assert back["colour"].to_list() == frame["colour"].to_list()
    assert back["rare"].to_list() == ["common" if i > 3 else "(other)" for i in range(frame.height)]
    assert back["flag"].to_list() == frame["flag"].to_list()
    assert back["day"].cast(pl.Date).to_list() == frame["day"].to_list()
    assert back["text"].to_list()[:2] == ["bad", "good"], "words that all texts have tell nothing and are not kept"
    with pytest.raises(DataError, match="shape"):
        made.invert(np.zeros((3, 2)))


@settings(max_examples=100)
@given(train=st.lists(VALUE, min_size=5, max_size=60))
def test_numbers_come_back_as_far_as_they_were_not_clipped(train):
    frame = pl.DataFrame({"x": pl.Series(train, dtype=pl.Float64), "keep": np.arange(len(train)) % 2 * 1.0})
    made = fit_table(frame)
    if "x" not in [column.name for column in made.columns]:
        return
    x = made.apply(frame)
    plan = made.columns[0]
    back, values = made.invert(x)["x"].to_numpy(), frame["x"].fill_null(float("nan")).to_numpy()
    assert np.array_equal(np.isnan(back), ~np.isfinite(values))
    inside = np.isfinite(values) & (np.abs(x[:, 0]) < 10)
    if not plan.log and not plan.constant:
        assert (np.abs(back - values)[inside] <= 1e-5 * (abs(plan.center) + 10 * plan.scale)).all()


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e30])
def test_numbers_that_no_row_was_ever_given_are_turned_back_without_an_end(odd):
    frame = frame_of()
    made = fit_table(frame)
    back = made.invert(np.full((2, made.width), odd, dtype=np.float32))
    assert len(list(back.iter_rows())) == 2


def test_hours_come_back_within_a_minute():
    times = [dt.datetime(2020, 1, 1) + dt.timedelta(hours=7 * i) for i in range(500)]  # noqa: DTZ001 (files have no zone)
    frame = pl.DataFrame({"at": times, "keep": np.arange(500) % 2 * 1.0})
    made = fit_table(frame)
    back = made.invert(made.apply(frame))["at"].to_list()
    assert max(abs((a - b).total_seconds()) for a, b in zip(back, times, strict=True)) < 60
