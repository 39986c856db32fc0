"""Types of columns of strings: what counts as a number, a date, a truth; and that a form reads later cells alike."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.data.table_header import has_header
from nohero.data.table_types import blank_missing, misfits, retype, type_columns, typed


def column(cells):
    frame = blank_missing(pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)}))
    return typed(frame["x"], np.arange(1, len(cells) + 1))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2", "-3", "+4"], pl.Int64),
        (["1", "2.5", "1e-3", ".5"], pl.Float64),
        (["1", "", "?", "NA", "nan"], pl.Int64),
        (["1", "2", "-", "--"], pl.Int64),
        (["00123", "04567"], pl.String),
        (["0", "1", "0"], pl.Int64),
        (["True", "false", "TRUE"], pl.Boolean),
        (["yes", "no"], pl.String),
        (["2024-01-31", "1999-12-01"], pl.Date),
        (["31/01/2024", "01/02/2024"], pl.Date),
        (["01/31/2024", "02/01/2024"], pl.Date),
        (["2024-01", "2024-02"], pl.Date),
        (["2024-01-31 12:30", "2024-01-31 12:31"], pl.Datetime("us")),
        (["2024-01-31T12:30:05Z", "2024-01-31T12:31:00Z"], pl.Datetime("us")),
        (["1,5", "2,25", "3,0"], pl.Float64),
        (["1,500", "22,250", "3,000,000"], pl.Int64),
        (["$1.50", "$2"], pl.Float64),
        (["15%", "20 %"], pl.Int64),
        (["a", "b", "1"], pl.String),
        (["belted", "none", "None"], pl.String),
        (["1", "None", "2.5"], pl.Float64),
        (["true", "none", "False"], pl.Boolean),
        (["2024-01-31", "none", "1999-12-01"], pl.Date),
        (["", "", ""], pl.String),
        (["1e400", "1"], pl.Float64),
        (["-", "-", "-"], pl.String),
        (["99999999999999999999", "1"], pl.Float64),
    ],
)
def test_kinds(cells, kind):
    assert column(cells).series.dtype == kind


def test_day_before_month_is_found_from_the_cells():
    assert column(["01/31/2024", "02/01/2024"]).form == "date %m/%d/%Y"
    assert column(["31/01/2024", "02/01/2024"]).form == "date %d/%m/%Y"


def test_one_odd_cell_in_twenty_is_a_gap_and_more_make_labels():
    numbers = [str(i) for i in range(95)]
    few, many = column([*numbers, *"abcde"]), column([*numbers, *"abcdef"])
    assert few.series.dtype == pl.Int64
    assert few.series.null_count() == 5
    assert "5 cells are not numbers" in few.notes[0]
    assert "`a` in row 96" in few.notes[0]
    assert many.series.dtype == pl.String


@given(st.lists(st.one_of(st.integers(-(10**6), 10**6), st.floats(allow_nan=False, width=32)), min_size=1, max_size=40))
def test_written_numbers_are_read_back(values):
    read = column([repr(v) for v in values]).series
    assert read.cast(pl.Float64).to_list() == [float(v) for v in values]


@given(st.lists(st.text(max_size=8), min_size=1, max_size=30))
def test_no_cells_break_it_and_many_at_a_time_agree_with_one(cells):
    frame = blank_missing(pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)}))
    rows = np.arange(len(cells))
    one, many = typed(frame["x"], rows), type_columns(frame, rows)[0]
    assert one.series.equals(many.series)
    assert one.form == many.form
    assert one.series.len() == len(cells)


def test_a_form_reads_later_cells_alike():
    later = pl.Series("x", ["3.250,5", "1,5", "-", "abc"])
    fitted = retype(later, column(["1,5", "2,5"]).form)
    assert fitted.to_list()[:2] == [3250.5, 1.5]
    assert misfits(later, fitted, "number, decimal comma").to_list() == [3]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["$1,550.33", "$165.26", "-$5"], [1550.33, 165.26, -5]),
        (["(1,550.00)", "20.50"] * 10, [-1550.0, 20.5] * 10),
        (["1.234,56", "12,5", "7"], [1234.56, 12.5, 7]),
        (["0,696", "11,206"], [0.696, 11.206]),
        (["1,206", "11,206"], [1206, 11206]),
        (["1 234,56", "1\u202f234,5", "12,25"], [1234.56, 1234.5, 12.25]),
        (["1'234.50", "99.25"], [1234.5, 99.25]),
        (["\u22123.5", "2.25"], [-3.5, 2.25]),
        (["70.5 kg", "81 kg"], [70.5, 81]),
        (["CHF 12.30", "CHF 7.00"], [12.3, 7.0]),
    ],
)
def test_numbers_as_people_write_them(cells, values):
    assert column(cells).series.to_list() == pytest.approx(values)


@pytest.mark.parametrize("cells", [["A12", "A13"], ["70 kg", "154 lb"], ["70", "71", "69", "72", "154 lb"], ["2A", "3B"], ["12-3", "14-5"]])
def test_codes_and_mixed_units_stay_text(cells):
    assert column(cells).series.dtype == pl.String


def test_one_table_has_one_decimal_sign():
    frame = pl.DataFrame({"price": ["1,5", "2,25"], "weight": ["12,500", "11,250"], "people": ["1,234,567", "12,500"]})
    assert [c.series.to_list() for c in type_columns(frame, np.arange(2))] == [[1.5, 2.25], [12.5, 11.25], [1234567, 12500]]


@pytest.mark.parametrize(("cells", "first"), [(["01/08/19", "23/08/19"], "2019-08-01"), (["08/23/19", "08/01/19"], "2019-08-23"), (["01/08/2019 02:51:00 PM"] * 2, "2019-01-08 14:51:00")])
def test_days_of_short_years_and_clocks_of_twelve_hours(cells, first):
    assert str(column(cells).series[0]) == first


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([["a", "b"], ["1", "2"], ["3", "4"]], True),
        ([["1", "2"], ["3", "4"]], False),
        ([["M", "0.4"], ["F", "0.5"], ["M", "0.6"]], False),
        ([["?", "0.4"], ["1", "0.5"], ["2", "0.6"]], False),
        ([["label", "text"], ["ham", "hello"], ["spam", "buy"]], True),
        ([["ham", "hello"], ["ham", "oh"], ["spam", "buy"]], False),
        ([["id", "1990", "1991"], ["1", "5", "6"], ["2", "7", "8"]], True),
        ([["", "a", "b"], ["0", "5", "6"], ["1", "7", "8"]], True),
        ([["a", "b"]], True),
    ],
)
def test_headers(rows, named):
    frame = pl.DataFrame(rows, schema=[str(i) for i in range(len(rows[0]))], orient="row")
    assert has_header(frame) is named
