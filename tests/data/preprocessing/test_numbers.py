"""Transforms of numbers: there and back within the stated error, on drawn and on real columns; nothing but train is ever fitted on."""

from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nohero.data.preprocessing import Bucketise, Chain, Impute, Log, Quantile, Scale, Whiten, from_json, to_json
from nohero.run.errors import DataError, UsageError

SIZE = st.floats(-1e100, 1e100, allow_nan=False, allow_subnormal=False)
CELL = st.one_of(SIZE, st.integers(-3, 3).map(float), st.just(np.nan))


def tables(cell, least=2, most=30):
    return st.tuples(st.integers(least, most), st.integers(1, 3)).flatmap(lambda shape: arrays(np.float64, shape, elements=cell))


FITS = {
    "impute": Impute.fit,
    "impute by mean": partial(Impute.fit, by="mean"),
    "impute by the commonest": partial(Impute.fit, by="commonest"),
    "standard": Scale.fit,
    "robust": partial(Scale.fit, by="robust"),
    "range": partial(Scale.fit, by="range"),
    "log": Log.fit,
    "quantile": Quantile.fit,
    "bucketise": Bucketise.fit,
    "bucketise by width": partial(Bucketise.fit, by="width"),
    "pca": Whiten.fit,
    "zca": partial(Whiten.fit, by="zca"),
    "chain": partial(Chain.fit, steps=[Impute.fit, Log.fit, Scale.fit]),
}


def mixed(rows=400, seed=0):
    """Columns of several shapes, without gaps."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.normal(5, 3, rows), rng.lognormal(3, 2, rows), rng.poisson(0.4, rows) * 1.0, -rng.exponential(1e6, rows)], axis=1)


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_test_never_changes_what_was_fitted_and_storage_gives_it_back_bit_for_bit(fit):
    train, test = mixed(), mixed(seed=1) * 1000
    fitted = fit(train)
    text = to_json(fitted)
    first, later = fitted.apply(train), fitted.apply(test)
    assert to_json(fitted) == text
    back = from_json(text)
    assert back == fitted
    assert back.apply(train).tobytes() == first.tobytes()
    assert back.apply(test).tobytes() == later.tobytes()
    assert fit(train) == fitted
    assert (train == mixed()).all(), "what is handed in stays as it was"


@settings(max_examples=150)
@given(tables(CELL), tables(CELL))
def test_gaps_are_filled_marked_and_come_back(train, later):
    columns = min(train.shape[1], later.shape[1])
    train, later = train[:, :columns], later[:, :columns]
    if np.isnan(train).all(axis=0).any():
        with pytest.raises(DataError, match="holds no number"):
            Impute.fit(train)
        return
    fitted = Impute.fit(train)
    made = fitted.apply(train)
    assert made.shape == (len(train), columns + np.isnan(train).any(axis=0).sum())
    assert np.isfinite(made).all()
    assert np.array_equal(fitted.invert(made), train, equal_nan=True)
    unmarked = np.isnan(later) & ~np.asarray(fitted.marked)
    assert np.array_equal(fitted.invert(fitted.apply(later)), np.where(unmarked, np.asarray(fitted.fills), later), equal_nan=True)


@settings(max_examples=150)
@given(tables(CELL), st.sampled_from(["standard", "robust", "range"]))
def test_scaled_columns_come_back_within_rounding(train, by):
    train = np.nan_to_num(train)
    fitted = Scale.fit(train, by=by)
    made = fitted.apply(train)
    error = np.abs(fitted.invert(made) - train)
    least = np.finfo(float).tiny * np.asarray(fitted.scale)  # what is less has no float, in scaled units
    assert (error <= 8 * np.finfo(float).eps * (np.abs(train) + np.abs(fitted.center)) + least).all()
    if by == "range":
        assert np.abs(made).max() <= 1 + 1e-12


@pytest.mark.parametrize(
    ("by", "center", "width"),
    [("standard", np.mean, np.std), ("robust", np.median, lambda c: np.subtract(*np.quantile(c, [0.75, 0.25])) / 1.349)],
)
def test_scales_are_those_of_the_field(by, center, width):
    train = mixed()[:, :2]
    fitted = Scale.fit(train, by=by)
    assert np.allclose(fitted.center, [center(c) for c in train.T])
    assert np.allclose(fitted.scale, [width(c) for c in train.T])


@settings(max_examples=200)
@given(tables(st.one_of(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False), st.just(0.0))))
def test_logarithms_come_back_for_any_number_there_is(train):
    fitted = Log.fit(train)
    made = fitted.apply(train)
    assert np.isfinite(made).all()
    with np.errstate(over="ignore"):
        back = fitted.invert(made)
    big = np.abs(train) > 1e307  # rounding may carry these over the edge of what a float holds
    error = np.abs(np.where(big, 0, back) - np.where(big, 0, train))
    assert (error <= 1e-12 * np.abs(train) + 1e-290 * np.asarray(fitted.units)).all()
    order = np.argsort(train, axis=0)
    assert (np.diff(np.take_along_axis(made, order, axis=0), axis=0) >= 0).all()


def test_a_logarithm_is_the_same_in_grams_and_in_tons():
    train = mixed()
    assert np.allclose(Log.fit(train).apply(train), Log.fit(train / 1e6).apply(train / 1e6))


@settings(max_examples=150)
@given(tables(CELL, least=3, most=60))
def test_places_come_back_between_the_ends_of_train(train):
    train = np.nan_to_num(train)
    fitted = Quantile.fit(train)
    made = fitted.apply(train)
    assert np.abs(made).max() <= 1
    span = np.ptp(train, axis=0)
    assert (np.abs(fitted.invert(made) - train) <= 1e-9 * span).all()
    beyond = fitted.invert(fitted.apply(train + 10 * span + 1))
    assert (beyond == train.max(axis=0)).all(), fitted.lost


def test_places_are_even_whatever_the_shape():
    made = Quantile.fit(mixed(5000)).apply(mixed(5000))
    for column in (0, 1, 3):
        assert np.abs(np.sort(made[:, column]) - np.linspace(-1, 1, 5000)).max() < 0.01


@settings(max_examples=150)
@given(tables(CELL, least=3, most=60), st.integers(1, 20), st.sampled_from(["quantile", "width"]))
def test_buckets_come_back_as_themselves(train, buckets, by):
    if np.isnan(train).all(axis=0).any():
        return
    fitted = Bucketise.fit(train, buckets=buckets, by=by)
    codes = fitted.apply(train)
    assert codes.dtype == np.int64
    back = fitted.invert(codes)
    assert (fitted.apply(back) == codes).all()
    assert np.array_equal(np.isnan(back), np.isnan(train))
    for column, count in enumerate(fitted.num_codes):
        seen = set(codes[~np.isnan(train[:, column]), column].tolist())
        assert seen == set(range(count - 1)), "no bucket is empty in train"
        assert count - 1 <= buckets


def test_a_value_lies_in_its_bucket():
    train = mixed()
    fitted = Bucketise.fit(train, buckets=8)
    codes, back = fitted.apply(train), fitted.invert(fitted.apply(train))
    for k in range(train.shape[1]):
        bounds = np.r_[train[:, k].min(), fitted.edges[k], train[:, k].max()]
        assert (np.abs(back[:, k] - train[:, k]) <= np.diff(bounds)[codes[:, k]]).all()
    assert np.ptp(np.bincount(codes[:, 0])) <= 2


@pytest.mark.parametrize("by", ["pca", "zca"])
def test_whitened_columns_have_the_identity_for_covariance(by):
    train = mixed() @ np.triu(np.random.default_rng(2).normal(size=(4, 4))) + 7
    fitted = Whiten.fit(train, by=by)
    made = fitted.apply(train)
    assert np.abs(np.cov(made, rowvar=False, bias=True) - np.eye(4)).max() < 1e-6
    assert np.allclose(made.mean(axis=0), 0, atol=1e-9)
    assert (np.abs(fitted.invert(made) - train).max(axis=0) < 1e-9 * np.abs(train).max(axis=0)).all()
    variances = np.linalg.eigvalsh(np.corrcoef(train, rowvar=False))
    assert np.isclose(fitted.condition, variances[-1] / variances[0], rtol=1e-3)


def test_a_column_that_follows_from_others_is_turned_and_comes_back():
    train = mixed()[:, [0, 2]]
    train = np.c_[train, train.sum(axis=1)]
    fitted = Whiten.fit(train)
    assert fitted.condition == np.inf
    assert np.abs(fitted.apply(train)[:, 2]).max() < 1e-6
    new = train + np.array([0, 0, 5.0])
    assert np.allclose(fitted.invert(fitted.apply(new)), new)
    assert from_json(to_json(fitted)) == fitted


def test_whitening_one_column_is_scaling_it():
    train = mixed()[:, 0]
    assert np.allclose(np.abs(Whiten.fit(train).apply(train)[:, 0]), np.abs(Scale.fit(train).apply(train)))


def test_a_chain_fits_each_step_on_what_the_former_makes():
    train = mixed()
    train[::7, 1] = np.nan
    fitted = Chain.fit(train, [Impute.fit, Log.fit, partial(Scale.fit, by="range")])
    made = fitted.apply(train)
    assert np.isclose(np.abs(made).max(axis=0), 1).all()
    assert np.allclose(fitted.invert(made), train, rtol=1e-9, equal_nan=True)
    assert fitted.lost == Impute.lost


def test_one_column_may_come_without_its_axis():
    column = mixed()[:, 1]
    for fit in (Scale.fit, Log.fit, Quantile.fit, Bucketise.fit):
        fitted = fit(column)
        made = fitted.apply(column)
        assert made.shape == column.shape == fitted.invert(made).shape
        assert (made == fitted.apply(column[:, None])[:, 0]).all()


@pytest.mark.parametrize("fit", [Scale.fit, Log.fit, Quantile.fit])
def test_gaps_are_passed_over_and_stay(fit):
    train = mixed()
    holes = train.copy()
    holes[::3] = np.nan
    fitted = fit(holes)
    assert fitted == fit(train[~np.isnan(holes).any(axis=1)])
    assert np.array_equal(np.isnan(fitted.apply(holes)), np.isnan(holes))


def test_columns_that_never_vary_stay_finite():
    flat = np.full((5, 2), 3.0)
    for fit in FITS.values():
        fitted = fit(flat)
        assert np.isfinite(fitted.apply(flat + np.arange(5)[:, None])).all()


@pytest.mark.parametrize("name", ["population", "total_rooms", "median_income"])
def test_housing_there_and_back(real, name):
    values = pl.read_csv(real("california-housing/housing.csv"))[name].to_numpy()
    train, test = values[:15_000], values[15_000:]
    for fit in (Scale.fit, Log.fit):
        fitted = fit(train)
        assert np.abs(fitted.invert(fitted.apply(test)) / test - 1).max() < 1e-12
    inside = test[(test >= train.min()) & (test <= train.max())]
    places = Quantile.fit(train)
    assert np.abs(places.invert(places.apply(inside)) / inside - 1).max() < 1e-9


def test_housing_has_gaps_that_come_back(real):
    values = pl.read_csv(real("california-housing/housing.csv"))["total_bedrooms"].cast(pl.Float64).to_numpy()
    fitted = Impute.fit(values[:15_000])
    assert fitted.apply(values).shape == (20_640, 2)
    assert np.array_equal(fitted.invert(fitted.apply(values))[:, 0], values, equal_nan=True)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Scale.fit(mixed()).apply(mixed()[:, :3]), "shape"),
        (lambda: Scale.fit(mixed(), by="minmax"), "`minmax` is no way of scaling"),
        (lambda: Scale.fit([["a", "b"]]), "no numbers"),
        (lambda: Scale.fit([[1.0, np.inf]]), "row 0, column 1 holds an infinite value: inf"),
        (lambda: Scale.fit(np.empty((0, 2))), "column 0 of train holds no number"),
        (lambda: Whiten.fit([[1.0, 2.0], [np.nan, 3.0]]), "row 1, column 0 holds a missing value"),
        (lambda: Bucketise.fit(mixed()).invert(np.full((1, 4), 99)), "99 is no bucket of column 0"),
        (lambda: Scale.fit(np.zeros((2, 2, 2))), "shape"),
        (lambda: from_json("{}"), "no stored transform"),
        (lambda: from_json('{"kind":"Popen","center":[1]}'), "no stored transform"),
        (lambda: from_json('{"kind":"Scale","center":[1.0]}'), "no stored transform"),
        (lambda: from_json("[1]"), "no stored transform"),
        (lambda: from_json('{"kind":"Scale","center":[1.0],"scale":[1.0,2.0]}'), "the fields of Scale do not fit"),
        (lambda: from_json('{"kind":"Scale","center":"a","scale":[1.0]}'), "the fields of Scale do not fit"),
        (lambda: from_json('{"kind":"Spectrogram","rate":8000,"size":7}'), "window of 7"),
        (lambda: from_json('{"kind":"Chain","steps":[{"kind":"Tokens","pieces":[]}]}'), "the fields of Chain do not fit"),
        (lambda: from_json('{"kind":"LogMel"}'), "no stored transform"),
    ],
)
def test_what_cannot_be_is_told(call, told):
    with pytest.raises((DataError, UsageError)) as caught:
        call()
    assert told in caught.value.what
    assert caught.value.expected
    assert caught.value.mend
