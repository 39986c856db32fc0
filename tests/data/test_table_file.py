"""Every bad table gets an answer in three parts or a counted row, and every readable one is read."""

import io
import pickle
import zipfile

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.data.read import read
from nohero.data.table_file import load_table
from nohero.run.errors import DataError, NoheroError, UsageError

ROWS = "".join(f"{i},{i * 1.5},{'red' if i % 3 else 'blue'},{i % 2}\n" for i in range(40))
GOOD = "size,weight,colour,label\n" + ROWS


def three_parts(error: NoheroError) -> bool:
    return bool(error.what and error.expected and error.mend) and "help" in str(error)


def test_a_plain_table(table):
    raw = read(table(GOOD))
    assert len(raw) == 40
    assert raw.frame.columns == ["size", "weight", "colour"]
    assert raw.frame.dtypes == [pl.Int64, pl.Float64, pl.String]
    assert raw.target_name == "label"
    assert raw.target.dtype == np.float64
    assert raw.items[0] == "row 1"
    assert raw.items[-1] == "row 40"
    assert len(raw.sha256) == 64


@pytest.mark.parametrize("wanted", ["colour", "COLOUR", "2", "-2"])
def test_the_target_by_name_or_place(table, wanted):
    raw = read(table(GOOD), target=wanted)
    assert raw.target_name == "colour"
    assert set(raw.target) == {"red", "blue"}
    assert "colour" not in raw.frame.columns


@pytest.mark.parametrize(("wanted", "hint"), [("labell", "`label`"), ("9", "last column"), ("-9", "last column")])
def test_an_unknown_target_is_answered_with_the_nearest(table, wanted, hint):
    with pytest.raises(UsageError) as caught:
        read(table(GOOD), target=wanted)
    assert hint in caught.value.mend


def test_without_a_target_the_columns_are_listed(table):
    with pytest.raises(DataError) as caught:
        read(table(GOOD.replace("label", "state")))
    assert "size, weight, colour, state" in caught.value.expected


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("\n\n  \n", "empty"),
        ("a,b,label\n", "no rows"),
        ("a,b,a,label\n1,2,3,4\n", "`a` stands 2 times"),
        ("label\n1\n2\n", "no column to predict from"),
        ("a,label\n1,\n2,\n", "missing in all"),
        (b"PK\x03\x04rest of a zip", "zip archive"),
        (b"PAR1 and so on", "parquet"),
        (b"\x1f\x8b\x08 gzip", "gzip"),
        (pickle.dumps({"a": 1}), "never loaded"),
        (b"a,b\x00c,label\n1,2,3\n", "binary"),
    ],
)
def test_unusable_files_are_refused_in_three_parts(table, content, says):
    with pytest.raises(DataError) as caught:
        read(table(content), target="label")
    assert says in caught.value.what
    assert three_parts(caught.value)


def test_a_zip_named_csv(table):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data.csv", GOOD)
    with pytest.raises(DataError, match="zip"):
        read(table(packed.getvalue()))


def test_ragged_rows_are_counted_with_their_numbers(table):
    raw = read(table(GOOD + "1,2\n5,6,red,1\n1,2,3,4,5,6\n"))
    assert len(raw) == 41
    assert [(u.where, "cells where most rows have 4" in u.reason) for u in raw.unusable] == [("row 41", True), ("row 43", True)]
    assert raw.items[-1] == "row 42"


def test_rows_without_a_target_are_counted(table):
    raw = read(table(GOOD + "1,2,red,\n1,2,red,?\n1,2,red,NaN\n"))
    assert len(raw) == 40
    assert [u.where for u in raw.unusable] == ["row 41", "row 42", "row 43"]
    assert np.isfinite(raw.target).all()


def test_text_in_a_numeric_column_becomes_a_gap_with_a_note(table):
    raw = read(table(GOOD + "7,heavy,red,1\n"))
    assert raw.frame["weight"].null_count() == 1
    assert any("`heavy` in row 41" in note for note in raw.notes)


def test_text_in_a_numeric_target(table):
    raw = read(table("x,y\n" + "".join(f"{i},{i}\n" for i in range(60)) + "1,oops\n2,inf\n"))
    assert [u.reason for u in raw.unusable] == ["target `oops` is not a number", "target `inf` is not finite"]
    assert len(raw) == 60


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_any_common_encoding(table, encoding):
    raw = read(table(GOOD.replace("red", "grün").encode(encoding)))
    assert set(raw.frame["colour"]) == {"grün", "blue"}
    assert raw.frame.columns[0] == "size"
    assert any("cp1252" in note for note in raw.notes) == (encoding in ("latin-1", "cp1252"))


def test_bytes_that_cp1252_lacks(table):
    raw = read(table(GOOD.encode().replace(b"red", b"r\x81d")))
    assert any("latin-1" in note for note in raw.notes)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(table, separator, end):
    raw = read(table(GOOD.replace(",", separator).replace("\n", end)))
    assert raw.frame.columns == ["size", "weight", "colour"]
    assert len(raw) == 40


def test_columns_laid_out_with_spaces(table):
    raw = read(table("x  yy label\n" + "".join(f" {i}   {i * 2.5}  {i % 2}\n" for i in range(30))))
    assert raw.frame.columns == ["x", "yy"]
    assert any("spaces" in note for note in raw.notes)


@pytest.mark.parametrize("head", ["x,label\n", "x,label,\n"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_separator_at_the_end_of_each_line_is_no_column(table, head, quote):
    raw = read(table(head + "".join(f"{quote}{i}{quote},{i % 2},\n" for i in range(30))))
    assert raw.columns == ("x", "label")
    assert len(raw) == 30


def test_a_title_above_the_header_is_counted(table):
    raw = read(table("made on Monday\n" + GOOD))
    assert raw.unusable[0].where == "record 1, above the header"
    assert raw.items[0] == "row 1"


def test_cells_in_quotes(table):
    text = 'name,note,label\n"Braund, Mr.","said ""no""",1\n' + "".join(f'"N{i}, x","two\nlines",{i % 2}\n' for i in range(30))
    raw = read(table(text))
    assert raw.frame["name"][0] == "Braund, Mr."
    assert raw.frame["note"][0] == 'said "no"'
    assert len(raw) == 31


def test_a_stray_quotation_mark_swallows_nothing(table):
    raw = read(table('label\ttext\nham\t"hello\n' + "spam\tbuy now\nham\thi there\n" * 20))
    assert len(raw) == 41
    assert raw.frame["text"][0] == '"hello'


def test_group_and_time(table):
    text = "day,patient,x,label\n" + "".join(f"2024-01-{i + 1:02d},p{i % 5},{i},{i % 2}\n" for i in range(28))
    raw = read(table(text + ",p1,3,1\n2024-02-01,,3,1\n"), group="patient", time="day")
    assert raw.frame.columns == ["day", "x"]
    assert raw.times.dtype.kind == "M"
    assert raw.groups[-1] == "(row 30)"
    assert raw.unusable[0].reason == "no `day`"
    with pytest.raises(UsageError):
        read(table(text), time="dya")
    with pytest.raises(DataError, match="neither dates nor numbers"):
        read(table(text), time="patient")


def test_a_feature_equal_to_the_target_is_read(table):
    raw = read(table("copy,label\n" + "".join(f"{i % 2},{i % 2}\n" for i in range(30))))
    assert (raw.frame["copy"].to_numpy() == raw.target).all()


def test_parquet(tmp_path):
    path = tmp_path / "t.parquet"
    frame = pl.DataFrame(
        {"a": [1.0, float("nan"), 3.0], "s": ["x", " NA ", "y"], "l": [[1], [2], [3]], "d": ["1", "2", "3"], "y": ["p", "q", None]}
    )
    frame.write_parquet(path)
    raw = read(str(path))
    assert raw.frame["a"].null_count() == 1
    assert raw.frame["s"].to_list() == ["x", None]
    assert len(raw) == 2
    assert any("`l` is left out" in note for note in raw.notes)
    path.write_bytes(b"PAR1 broken")
    with pytest.raises(DataError, match="parquet"):
        read(str(path))


def test_ten_thousand_columns(table):
    names = [f"c{i}" for i in range(10_000)]
    lines = [",".join(str((i * 7 + j) % 10) for j in range(10_000)) for i in range(5)]
    raw = read(table(",".join(names) + ",label\n" + "".join(f"{line},{i % 2}\n" for i, line in enumerate(lines))))
    assert raw.frame.shape == (5, 10_000)


def test_the_quick_way_and_the_patient_way_agree(table):
    quick = load_table(pathlike(table(GOOD, "quick.csv")), "quick")
    slow = load_table(pathlike(table(GOOD.replace("red", '"red"'), "slow.csv")), "slow")
    assert quick.frame.equals(slow.frame)
    assert (quick.rows == slow.rows).all()


def pathlike(name: str):
    from pathlib import Path

    return Path(name)


@settings(max_examples=60)
@given(content=st.binary(max_size=400))
def test_no_bytes_lead_to_a_traceback(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_bytes(content)
    try:
        raw = read(str(path), target="-1")
    except NoheroError as error:
        assert three_parts(error)  # noqa: PT017 - either outcome is fine, a traceback is not
    else:
        assert len(raw) == len(raw.target) == raw.frame.height


CELL = st.text(st.characters(codec="utf-8", exclude_characters='",\n\r\0'), max_size=6)


@settings(max_examples=60)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=30))
def test_every_row_is_kept_or_counted(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "x.csv"
    lines = [",".join(row) for row in rows]
    path.write_text("a,b,label\n" + "".join(f"1,2,{i}\n" for i in range(40)) + "\n".join(lines), encoding="utf-8")
    raw = read(str(path))
    blank = sum(not any(cell.strip() for cell in row) for row in rows)
    assert 40 + len(rows) - blank <= len(raw) + len(raw.unusable) <= 40 + len(rows)


@pytest.mark.parametrize("content", [b"sep=;", b"sep=;\n"])
def test_a_file_of_remarks_alone_is_empty_and_said_to_be(content):
    from nohero.data.table_text import parse_text
    from nohero.run.errors import NoheroError

    with pytest.raises(NoheroError):
        parse_text(content, "x.csv")
