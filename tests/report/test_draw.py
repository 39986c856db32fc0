"""Every figure has a caption and, where it is drawn, words and numbers for those who cannot see it."""

from __future__ import annotations

import math

import pytest

from nohero.report.data_table import data_table
from nohero.report.draw import draw
from nohero.report.draw_sheets import ROWS
from nohero.run.figure import Bar, Bars, Image, Images, Lines, Rule, Series, Table, Text
from report.example_record import curve, ladder
from report.read_page import assert_sound

HOSTILE = '</svg><script>alert(\'x\')</script>"><img src=x onerror="y">&'
BAD = (math.nan, math.inf, -math.inf)


def of_every_kind(text):
    """One figure of each kind in which every string is `text`."""
    return (
        Lines(
            title=text,
            x_label=text,
            y_label=text,
            series=(Series(name=text, x=(1.0, 2.0), y=(1.0, 2.0)), Series(name=text, x=(1.0,), y=(2.0,))),
            rules=(Rule(label=text, value=1.5),),
            sentence=text,
        ),
        Lines(title=text, x_label=text, y_label=text, series=(Series(name=text, x=(1.0, 2.0), y=(1.0, 2.0)),), points=True),
        Bars(
            title=text,
            value_label=text,
            bars=(Bar(label=text, value=1.0, note=text, role=text), Bar(label=text, value=2.0, low=1.0, high=3.0)),
            rules=(Rule(label=text, value=1.0),),
        ),
        Images(title=text, images=(Image(png=text, caption=text, tone=text),), sentence=text),
        Table(title=text, columns=(text, text), rows=((text, 1.0), (None, text))),
        Text(title=text, lines=(text,)),
    )


@pytest.mark.parametrize("figure", of_every_kind(HOSTILE))
def test_hostile_words_add_no_element(figure):
    tame = assert_sound(draw(of_every_kind("tame")[of_every_kind(HOSTILE).index(figure)], "f"))
    page = assert_sound(draw(figure, "f"))
    assert page.all("script") == []
    assert all("onerror" not in e.attrs for e in page.elements)
    assert {e.tag for e in page.elements} <= {e.tag for e in tame.elements}


@pytest.mark.parametrize("figure", of_every_kind("word"))
def test_every_figure_has_a_caption(figure):
    page = assert_sound(draw(figure, "f"))
    assert page.one("figcaption").path[-1] == "figure"
    assert page.one("strong").text == "word"


@pytest.mark.parametrize("figure", of_every_kind("word")[:3])
def test_drawn_figures_are_one_image_with_words_and_the_numbers_beside_it(figure):
    page = assert_sound(draw(figure, "f"))
    assert page.one("figure").attrs["role"] == "img"
    assert page.one("figure").attrs["aria-label"].startswith("word. ")
    assert "figure" not in page.one("details").path  # inside of it, a screen reader would not find it
    assert all(svg.attrs["aria-hidden"] == "true" for svg in page.all("svg"))


@pytest.mark.parametrize("figure", of_every_kind("word")[3:])
def test_set_figures_keep_their_structure(figure):
    assert "role" not in assert_sound(draw(figure, "f")).one("figure").attrs


@pytest.mark.parametrize("figure", of_every_kind(""))
def test_figures_without_any_words(figure):
    assert_sound(draw(figure, "f"))


def test_every_svg_scales():
    for figure in (*of_every_kind("w")[:3], ladder()):
        svgs = assert_sound(draw(figure, "f")).all("svg")
        assert svgs
        assert all("viewbox" in svg.attrs for svg in svgs)
        assert all("width" not in svg.attrs for svg in svgs)


def test_nothing_leaves_the_page():
    for figure in of_every_kind("w"):
        html = draw(figure, "f")
        assert "http" not in html
        assert "<style" not in html


def table_of(figure):
    page = assert_sound(data_table(figure))
    return [e.text for e in page.all("th")], [e.text for e in page.all("td")], page.text


def test_curves_over_one_x_stand_side_by_side():
    figure = Lines(title="t", x_label="step", y_label="loss", series=(curve("a", 2, 1, steps=3), curve("b", 3, 1, steps=3)))
    heads, cells, _ = table_of(figure)
    assert heads == ["step", "a", "b"]
    assert len(cells) == 9


def test_curves_over_different_x_stand_one_after_another():
    figure = Lines(title="t", x_label="step", y_label="loss", series=(curve("a", 2, 1, steps=3), curve("b", 3, 1, steps=4)))
    heads, cells, _ = table_of(figure)
    assert heads == ["curve", "step", "loss"]
    assert len(cells) == 21
    assert (cells[0], cells[-3]) == ("a", "b")


def test_bands_and_levels_are_in_the_table():
    band = Series(name="a", x=(1.0, 2.0), y=(1.0, 2.0), low=(0.5, 1.5), high=(1.5, 2.5))
    figure = Lines(title="t", x_label="step", y_label="loss", series=(band,), rules=(Rule(label="floor", value=0.25),))
    heads, cells, _ = table_of(figure)
    assert heads[:4] == ["step", "a", "a, from", "a, to"]
    assert cells[-2:] == ["floor", "0.25"]
    apart = Lines(title="t", x_label="step", y_label="loss", series=(band, Series(name="b", x=(5.0,), y=(1.0,))))
    assert table_of(apart)[0] == ["curve", "step", "loss", "from", "to"]


def test_a_long_table_keeps_the_extremes_and_is_short():
    y = [0.0] * 20_000
    y[12_345] = 7.5
    figure = Lines(title="t", x_label="step", y_label="loss", series=(Series(name="a", x=tuple(map(float, range(20_000))), y=tuple(y)),))
    _, cells, _ = table_of(figure)
    assert len(cells) <= 2 * ROWS
    assert "7.5" in cells


def test_many_long_curves_share_the_rows():
    many = tuple(
        Series(name=f"s{i}", x=tuple(float(j) for j in range(900 + i)), y=tuple(float(j % 7) for j in range(900 + i))) for i in range(8)
    )
    _, cells, _ = table_of(Lines(title="t", x_label="step", y_label="loss", series=many))
    assert len(cells) <= 3 * ROWS
    assert {f"s{i}" for i in range(8)} <= set(cells)


def test_values_that_are_no_numbers_are_named_in_the_table():
    figure = Bars(title="t", value_label="v", bars=tuple(Bar(label=str(v), value=v) for v in (*BAD, 1.0)))
    _, cells, _ = table_of(figure)
    assert cells[1::2] == ["not a number", "infinite", "minus infinite", "1"]


def test_bars_with_intervals_and_notes():
    heads, cells, _ = table_of(
        Bars(title="t", value_label="v", bars=(Bar(label="a", value=1.0, low=0.5, high=1.5, note="n"), Bar(label="b", value=2.0)))
    )
    assert heads == ["", "v", "from", "to", "note"]
    assert cells == ["a", "1", "0.5", "1.5", "n", "b", "2", "", "", ""]


def test_no_curve_is_no_row():
    assert "No rows" in data_table(Lines(title="t", x_label="x", y_label="y", series=()))
