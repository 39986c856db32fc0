"""Curves are drawn whole, with gaps where there is nothing, and told apart without colour."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.report.draw import draw
from nohero.report.draw_lines import CURVES, HEIGHT, POINTS, WIDTH, draw_lines
from nohero.run.figure import Lines, Rule, Series
from report.read_page import assert_sound, read

NUMBER = re.compile(r"-?\d+\.?\d*")
FLOATS = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30)


def lines(*series, **rest):
    return Lines(**{"title": "t", "x_label": "step", "y_label": "loss", "series": tuple(series), **rest})


def series(name, y, **rest):
    return Series(name=name, x=tuple(map(float, range(len(y)))), y=tuple(map(float, y)), **rest)


def curves(svg):
    return [e for e in read(svg).with_class("curve") if e.path[-1] == "svg" and "swatch" not in e.path and e.attrs["d"] != "M1 6H29"]


def drawn_marks(svg):
    return [e for e in read(svg).with_class("mark") if "ul" not in e.path]


@settings(max_examples=40)
@given(FLOATS, FLOATS, FLOATS, st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_any_floats_can_be_drawn_and_stay_on_the_paper(x, y, band, choices):
    log_x, log_y, points = choices
    curve = Series(name="s", x=tuple(x), y=tuple(y), low=tuple(band), high=tuple(band))
    html = draw(lines(curve, log_x=log_x, log_y=log_y, points=points, rules=(Rule(label="r", value=y[0] if y else math.nan),)), "f")
    page = assert_sound(html)
    assert "nan" not in re.sub(r"not a number|infinite", "", " ".join(e.attrs.get("d", "") for e in page.elements))
    for element in page.elements:
        if element.attrs.get("class", "").startswith(("curve c", "band c")) and element.attrs.get("d") != "M1 6H29":
            for place in re.findall(r"(-?\d+\.\d) (-?\d+\.\d)", element.attrs["d"]):
                assert -1 <= float(place[0]) <= WIDTH + 1
                assert -1 <= float(place[1]) <= HEIGHT + 1


@pytest.mark.parametrize(
    "figure", [lines(), lines(series("empty", ())), lines(series("nan", (math.nan, math.inf))), lines(series("zero", (0.0,)), log_y=True)]
)
def test_nothing_to_draw_is_said(figure):
    page = assert_sound(draw(figure, "f"))
    assert "No finite value to draw" in page.text
    assert page.all("svg") == []


def test_a_gap_is_a_gap():
    (curve,) = curves(draw_lines(lines(series("s", (1, 2, math.nan, 3, 4)))))
    assert curve.attrs["d"].count("M") == 2
    assert "Left out: 1 value (not finite)" in draw_lines(lines(series("s", (1, 2, math.nan, 3, 4))))


def test_a_lonely_point_between_gaps_is_a_mark():
    y = [float(i) for i in range(40)]
    y[20] = y[22] = math.nan
    assert len(drawn_marks(draw_lines(lines(series("s", y))))) == 1


def test_what_a_log_scale_cannot_show_is_counted():
    assert "not above 0 on a log scale" in draw_lines(lines(series("s", (1, 0, 10)), log_y=True))
    assert "loss (log scale)" in draw_lines(lines(series("s", (1, 10)), log_y=True))
    assert "step (log scale)" in draw_lines(lines(series("s", (1, 10)), log_x=True))


def test_the_lowest_value_stands_lowest():
    (curve,) = curves(draw_lines(lines(series("s", (5, 1, 3)))))
    heights = [float(pair.split()[1]) for pair in curve.attrs["d"][1:].split("L")]
    assert heights[1] > heights[2] > heights[0]


def test_a_long_curve_is_short_in_bytes_and_keeps_its_spike():
    y = [1.0] * 100_000
    y[777] = 50.0
    html = draw_lines(lines(series("s", y)))
    assert len(html) < 30_000
    (curve,) = curves(html)
    heights = [float(pair.split()[1]) for pair in curve.attrs["d"][1:].split("L")]
    assert min(heights) < HEIGHT / 4


def test_curves_differ_in_colour_dash_and_mark():
    html = draw_lines(lines(*(series(f"s{i}", (i, i + 1)) for i in range(6))))
    found = curves(html)
    assert len({c.attrs["class"] for c in found}) == 6
    assert len({c.attrs.get("stroke-dasharray") for c in found}) == 6
    assert len({m.attrs["d"] for m in drawn_marks(html)}) == 6


def test_a_figure_that_says_what_is_dashed_is_obeyed():
    found = curves(draw_lines(lines(series("a", (1, 2)), series("b", (2, 3), dashed=True), series("c", (3, 4)))))
    assert [("stroke-dasharray" in c.attrs) for c in found] == [False, True, False]


def test_the_legend_names_every_curve_but_not_a_single_one_that_is_the_axis():
    assert [e.tag for e in read(draw_lines(lines(series("a", (1, 2)), series("b", (2, 3))))).all("li")] == ["li", "li"]
    assert "legend" not in draw_lines(lines(series("loss", (1, 2))))
    assert "legend" in draw_lines(lines(series("something else", (1, 2))))


def test_a_band_is_drawn_where_it_has_both_edges():
    curve = series("s", (1, 2, 3), low=(0.5, 1.5, 2.5), high=(1.5, 2.5, 3.5))
    assert len(read(draw_lines(lines(curve))).with_class("band")) == 1
    assert read(draw_lines(lines(series("s", (1, 2, 3), low=(0.5, 1, 2))))).with_class("band") == []


def test_rules_lie_within_the_picture_and_their_labels_apart():
    rules = tuple(Rule(label=f"level {i}", value=1 + i / 1000) for i in range(4))
    page = read(draw_lines(lines(series("s", (0, 2)), rules=rules)))
    labels = list(page.with_class("on-paper"))
    heights = sorted(float(e.attrs["y"]) for e in labels)
    assert len(labels) == 4
    assert all(b - a >= 13 for a, b in itertools.pairwise(heights))
    assert labels[0].text.startswith("level 3")  # the highest on top


def test_a_rule_far_away_is_still_shown():
    page = read(draw_lines(lines(series("s", (1, 2)), rules=(Rule(label="far", value=100.0),))))
    (rule,) = page.with_class("rule")
    assert 0 < float(NUMBER.findall(rule.attrs["d"])[1]) < HEIGHT


def test_a_rule_s_label_avoids_the_curve():
    falling = [10 * math.exp(-i / 5) for i in range(60)]
    (label,) = read(draw_lines(lines(series("s", falling), rules=(Rule(label="floor", value=0.0),)))).with_class("on-paper")
    assert label.attrs["text-anchor"] == "start"


def test_a_scatter_has_marks_and_no_line():
    html = draw_lines(lines(series("s", (1, 3, 2)), points=True))
    assert curves(html) == []
    assert len(drawn_marks(html)) == 3


def test_a_large_scatter_is_thinned_and_says_so():
    html = draw_lines(lines(series("s", [float(i % 97) for i in range(9000)]), points=True))
    assert len(drawn_marks(html)) == POINTS
    assert f"At most {POINTS:,} points" in html


def test_too_many_curves_are_thinned_and_said():
    html = draw_lines(lines(*(series(f"s{i}", (i, i + 1)) for i in range(CURVES + 9))))
    assert len(curves(html)) == CURVES
    assert f"The first {CURVES} of {CURVES + 9} curves are drawn." in html


def test_x_and_y_of_different_length_are_cut_to_the_shorter():
    assert_sound(draw(lines(Series(name="s", x=(1.0, 2.0, 3.0), y=(1.0, 2.0))), "f"))


def test_long_axis_names_are_shortened():
    page = read(draw_lines(lines(series("s", (1, 2)), x_label="x" * 500, y_label="y" * 500)))
    assert all(len(e.text) < 100 for e in page.with_class("label"))
