"""Bars show values, intervals and roles, and say where they begin."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.report.draw import draw
from nohero.report.draw_bars import BARS, ROLES, WIDTH, draw_bars
from nohero.run.figure import Bar, Bars, Rule
from report.read_page import assert_sound, read

ANY = st.floats(allow_nan=True, allow_infinity=True)


def bars(*found, **rest):
    return Bars(**{"title": "t", "value_label": "accuracy", "bars": tuple(found), **rest})


def boxes(html):
    return read(html).with_class("bar")


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(Bar, label=st.text(max_size=30), value=ANY, low=st.none() | ANY, high=st.none() | ANY, role=st.sampled_from(ROLES)),
        max_size=8,
    ),
    st.none() | st.floats(-10, 10),
    ANY,
)
def test_any_floats_can_be_drawn_and_stay_on_the_paper(found, start, level):
    html = draw(bars(*found, start=start, rules=(Rule(label="r", value=level),)), "f")
    assert_sound(html)
    for box in boxes(html):
        x, width = float(box.attrs["x"]), float(box.attrs["width"])
        assert x >= -0.1
        assert x + width <= WIDTH + 0.6


@pytest.mark.parametrize("figure", [bars(), bars(Bar(label="x", value=math.nan)), bars(Bar(label="x", value=math.inf))])
def test_nothing_to_draw_is_said(figure):
    page = assert_sound(draw(figure, "f"))
    assert "No finite value to draw" in page.text


def test_a_value_that_is_none_keeps_its_row_and_says_so():
    html = draw_bars(bars(Bar(label="a", value=1.0), Bar(label="b", value=math.nan)), "f")
    assert len(boxes(html)) == 1
    assert "not a number" in html


def test_widths_are_proportional_from_zero():
    one, two = boxes(draw_bars(bars(Bar(label="a", value=1.0), Bar(label="b", value=2.0)), "f"))
    assert float(two.attrs["width"]) == pytest.approx(2 * float(one.attrs["width"]), abs=0.2)


def test_negative_values_go_the_other_way():
    left, right = boxes(draw_bars(bars(Bar(label="a", value=-1.0), Bar(label="b", value=1.0)), "f"))
    assert float(left.attrs["x"]) + float(left.attrs["width"]) == pytest.approx(float(right.attrs["x"]), abs=0.2)


def test_bars_that_do_not_begin_at_zero_say_so():
    close = bars(Bar(label="a", value=0.957), Bar(label="b", value=0.984), start=None)
    assert "not at 0" in draw_bars(close, "f")
    assert "not at 0" not in draw_bars(bars(Bar(label="a", value=0.957), start=0.0), "f")


def test_a_ladder_from_near_zero_begins_at_zero():
    assert "not at 0" not in draw_bars(bars(Bar(label="a", value=0.02), Bar(label="b", value=0.984), start=None), "f")


def test_a_zoomed_picture_shows_the_difference():
    small, large = (
        float(b.attrs["width"]) for b in boxes(draw_bars(bars(Bar(label="a", value=0.957), Bar(label="b", value=0.984), start=None), "f"))
    )
    assert large > 2 * small


def test_a_start_of_one_s_own_is_kept():
    assert "Bars begin at 0.5, not at 0" in draw_bars(bars(Bar(label="a", value=0.9), start=0.5), "f")


def test_intervals_have_whiskers():
    page = read(draw_bars(bars(Bar(label="a", value=0.9, low=0.85, high=0.95), Bar(label="b", value=0.8)), "f"))
    assert len(page.with_class("whisker")) == 1
    assert "0.90 [0.85, 0.95]" in page.text


def test_each_role_is_told_without_colour():
    html = draw_bars(bars(*(Bar(label=role, value=1.0, role=role) for role in ROLES)), "f")
    texts = {e.text: e.attrs.get("class") for e in read(html).all("text")}
    assert "✓ good" in texts
    assert "✗ bad" in texts
    assert texts["▸ ours"] == "strong"
    assert [b.attrs["class"] for b in boxes(html)] == [f"bar {role}" for role in ROLES]
    assert "url(#f-hatch)" in html


def test_an_unknown_role_is_plain():
    (box,) = boxes(draw_bars(bars(Bar(label="a", value=1.0, role='x" onclick="y')), "f"))
    assert box.attrs["class"] == "bar plain"


def test_two_figures_do_not_share_ids():
    bad = bars(Bar(label="a", value=1.0, role="bad"))
    assert_sound(draw(bad, "one") + draw(bad, "two"))


def test_short_labels_stand_beside_and_long_ones_above_their_bars():
    (short,) = boxes(draw_bars(bars(Bar(label="7", value=1.0)), "f"))
    (long,) = boxes(draw_bars(bars(Bar(label="a rather long description of a model", value=1.0)), "f"))
    assert float(short.attrs["x"]) > float(long.attrs["x"])
    assert float(long.attrs["y"]) > float(short.attrs["y"])


def test_a_very_long_label_takes_two_lines_and_an_ellipsis():
    page = read(draw_bars(bars(Bar(label="word " * 60, value=1.0)), "f"))
    label = [e.text for e in page.all("text") if e.text.startswith("word")]
    assert len(label) == 2
    assert label[1].endswith("…")


def test_a_note_stands_under_its_bar():
    assert "tried on a copy" in read(draw_bars(bars(Bar(label="a", value=1.0, note="tried on a copy")), "f")).text


def test_rules_are_named_with_their_value_and_their_labels_do_not_touch():
    rules = tuple(Rule(label=f"a level called {i}", value=0.5 + i / 100) for i in range(4))
    page = read(draw_bars(bars(Bar(label="a", value=1.0), rules=rules), "f"))
    labels = page.with_class("on-paper")
    assert {e.text for e in labels} == {f"a level called {i} {0.5 + i / 100:g}" for i in range(4)}
    assert len({e.attrs["y"] for e in labels}) == 4
    assert all(re.search(r"V\d", rule.attrs["d"]) for rule in page.with_class("rule"))


def test_too_many_bars_are_cut_and_said():
    html = draw_bars(bars(*(Bar(label=str(i), value=float(i)) for i in range(BARS + 30))), "f")
    assert len(boxes(html)) == BARS
    assert f"The first {BARS} of {BARS + 30} bars are drawn." in html
