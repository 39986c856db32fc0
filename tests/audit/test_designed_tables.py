"""Tables whose rows are so by design: crossed with their label, sorted by it, with a class of a single row, numbers that are names."""

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.sources.anything import open_anything

RNG = np.random.default_rng


def said(frame, code, **words):
    """The status, of a check that was not asked too, and what it names."""
    (found,) = (f for f in examine_collection(open_anything(frame, **words), checks=[find_check(code)]).findings if f.code == code)
    return str(found.status), set(found.where)


def test_a_row_for_each_label_is_no_contradiction():
    draw = RNG(0)
    years, jobs = np.repeat(np.arange(15), 40), np.tile(np.arange(40), 15)
    both = pl.DataFrame({"year": np.tile(years, 2), "job": [f"job {j}" for j in np.tile(jobs, 2)], "sex": ["m"] * 600 + ["f"] * 600, "share": np.round(draw.random(1200), 1)})
    assert said(both, "DAT541", target="sex") == ("UNSURE", {"year", "job"})


def test_a_file_in_the_order_of_its_label_is_measured_as_any_other():
    draw = RNG(1)
    able = draw.normal(size=1000)
    right = (able[:, None] + draw.logistic(size=(1000, 5)) > (-2.8, -1.0, -0.2, -1.3, -2.1)).astype(int)
    frame = pl.DataFrame({f"q{k}": right[:, k] for k in range(5)}).sort("q4").with_columns(pl.all().cast(str))
    assert said(frame, "DAT541", target="q4")[0] == "PASS"


def test_a_class_of_a_single_row_breaks_nothing():
    draw = RNG(3)
    frame = pl.DataFrame({"a": draw.normal(size=120), "b": draw.normal(size=120), "y": ["yes"] * 119 + ["no"]})
    for code in ("DAT531", "DAT536", "DAT764"):
        assert said(frame, code, target="y")[0] in {"PASS", "UNSURE"}


def test_values_that_go_to_and_fro_do_not_stand_on_a_line():
    draw = RNG(4)
    version = np.round(draw.normal(5, 3, 400), 1)
    version[100:140] = np.tile([0.7, 0.6], 20)
    straight = version.copy()
    straight[100:140] = np.round(1 + 0.1 * np.arange(40), 1)
    assert said(pl.DataFrame({"version": version, "x": draw.normal(size=400)}), "DAT571")[0] == "PASS"
    assert said(pl.DataFrame({"version": straight, "x": draw.normal(size=400)}), "DAT571")[0] == "WARN"


@pytest.mark.parametrize(("name", "told"), [("id", False), ("customer_id", False), ("paid", True)])
def test_numbers_that_name_a_thing_have_no_outliers(name, told):
    draw = RNG(5)
    values = draw.integers(1000, 2000, 500)
    values[7] = 9_000_000
    frame = pl.DataFrame({name: values, "x": draw.normal(size=500), "again": draw.integers(0, 9, 500)})
    assert (said(frame, "DAT514")[0] != "PASS") is told
