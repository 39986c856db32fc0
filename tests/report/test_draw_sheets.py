"""Pictures, tables and text are set as they are, cut where they are too long, and never act."""

from __future__ import annotations

import math

import pytest

from nohero.report.draw import draw
from nohero.report.draw_sheets import LETTERS, LINES, ROWS, rows_of
from nohero.run.figure import Image, Images, Table, Text
from report.example_record import png
from report.read_page import assert_sound, read

HOSTILE = "<script>alert(1)</script>\"'&"


def test_pictures_have_their_caption_as_text_and_alternative():
    page = assert_sound(draw(Images(title="Digits", images=(Image(png=png(3), caption="a seven", tone="bad"), Image(png=png(4)))), "f"))
    first, second = page.all("img")
    assert first.attrs["alt"] == "bad: a seven"
    assert second.attrs["alt"] == "picture 2"
    assert "✗" in page.text
    assert [e.attrs["class"] for e in page.all("li")] == ["bad", "plain"]


def test_what_is_no_png_is_left_out_and_counted():
    images = (Image(png=png(3)), Image(png='"><script>alert(1)</script>'), Image(png="PHN2Zz4="))
    page = assert_sound(draw(Images(title="t", images=images), "f"))
    assert len(page.all("img")) == 1
    assert page.all("script") == []
    assert "2 pictures left out" in page.text


def test_no_picture_at_all_is_said():
    assert "No picture to show" in draw(Images(title="t", images=()), "f")
    assert "No picture to show" in draw(Images(title="t", images=(Image(png="x"),)), "f")


@pytest.mark.parametrize(("columns", "used"), [(0, 1), (-3, 1), (8, 8), (900, 24)])
def test_columns_stay_sensible(columns, used):
    assert f"--columns:{used}" in draw(Images(title="t", images=(Image(png=png(1)),), columns=columns), "f")


def test_a_table_has_heads_and_sets_numbers_to_the_right():
    page = assert_sound(draw(Table(title="t", columns=("name", "share"), rows=(("a", 0.25), ("b", None))), "f"))
    assert [(e.text, e.attrs.get("class")) for e in page.all("th")] == [("name", None), ("share", "num")]
    assert [e.text for e in page.all("td")] == ["a", "0.25", "b", ""]
    assert all(e.attrs["scope"] == "col" for e in page.all("th"))


def test_cells_of_every_kind():
    page = read(rows_of(("x",), ((True,), (False,), (None,), (math.nan,), (math.inf,), (12345,), (HOSTILE,))))
    assert [e.text for e in page.all("td")] == ["yes", "no", "", "not a number", "infinite", "12,345", HOSTILE]


def test_rows_and_heads_of_different_length():
    page = assert_sound(rows_of(("a",), ((1, 2, 3), (4,))))
    assert len(page.all("th")) == 3
    assert len(page.all("td")) == 4


def test_a_long_table_is_thinned_evenly_and_says_so():
    page = assert_sound(draw(Table(title="t", columns=("i",), rows=tuple((i,) for i in range(5000))), "f"))
    cells = [e.text for e in page.all("td")]
    assert len(cells) == ROWS
    assert (cells[0], cells[-1]) == ("0", "4,999")
    assert f"{ROWS} of 5,000 rows" in page.text


def test_an_empty_table_is_said():
    assert "No rows" in draw(Table(title="t", columns=("a",), rows=()), "f")


def test_text_stands_as_it_is():
    page = assert_sound(draw(Text(title="t", lines=("a  b", HOSTILE)), "f"))
    assert page.one("pre").text == f"a  b\n{HOSTILE}"
    assert page.all("script") == []


def test_long_text_is_cut_and_said():
    page = assert_sound(draw(Text(title="t", lines=tuple("x" * 9000 for _ in range(LINES + 5))), "f"))
    assert "And 5 more lines." in page.text
    assert len(page.one("pre").text) < (LETTERS + 10) * LINES
    assert "No text to show" in draw(Text(title="t", lines=()), "f")
