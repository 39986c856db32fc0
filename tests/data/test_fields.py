"""Fields: kinds, counts and spreads equal to those counted by hand."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.data.fields import LEVELS, Field, describe, describe_target, kind_of
from nohero.data.read import read
from nohero.run.values import dumps, loads


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.5, 2.5, None], "numeric"),
        ([3, 1, 2] * 10, "numeric"),
        (list(range(30)), "identifier"),
        (list(range(30, 0, -1)), "identifier"),
        ([i * 7 % 30 for i in range(30)], "identifier"),
        ([i * 3 for i in range(30)], "numeric"),
        ([2**i for i in range(30)], "numeric"),
        (["a", "b"] * 20, "categorical"),
        ([f"id-{i}" for i in range(30)], "identifier"),
        ([f"this is the story of number {i}" for i in range(30)], "text"),
        (["one long label of words"] * 20 + ["another long label"] * 20, "categorical"),
        ([True, False], "boolean"),
        ([dt.date(2024, 1, 1), dt.date(2024, 1, 2)], "date"),
        (["x"] * 5, "constant"),
        ([7, None, 7], "constant"),
        ([float("nan"), None], "empty"),
        ([None, None], "empty"),
    ],
)
def test_kinds(values, kind):
    series = pl.Series("x", values, strict=False)
    assert describe(series).kind == kind
    assert kind_of(series)[0] == kind


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(0, 5))
def test_numbers_as_numpy_has_them(values, gaps):
    field = describe(pl.Series("x", [*values, *[None] * gaps], dtype=pl.Float64))
    assert field.num_missing == gaps
    assert field.num_distinct == len(set(values))
    assert field.quantiles == pytest.approx(tuple(np.quantile(values, LEVELS)), abs=1e-6)
    assert field.mean == pytest.approx(np.mean(values), abs=1e-6)
    assert field.median == pytest.approx(np.median(values), abs=1e-6)
    assert loads(Field, dumps(field)) == field


def test_values_that_are_not_finite_count_as_missing():
    field = describe(pl.Series("x", [1.0, float("inf"), float("nan"), 3.0]))
    assert field.num_missing == 2
    assert field.maximum == 3


def test_commonest_first_then_by_name():
    assert describe(pl.Series("x", ["b", "a", "c", "c"])).top == (("c", 2), ("a", 1), ("b", 1))


def test_a_target_is_never_an_identifier():
    raw = read("built-in:diabetes")
    assert describe_target(raw).kind == "numeric"
    assert describe_target(read("built-in:wine")).top == (("class_1", 71), ("class_0", 59), ("class_2", 48))
