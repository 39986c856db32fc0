"""Text and marks can be read on their paper, light and dark, and old browsers get the light one."""

from __future__ import annotations

import re

import pytest

from nohero.report.stylesheet import figure_style, page_style

PAIRS = {name: (light, dark) for name, light, dark in re.findall(r"--(\w+): light-dark\((#\w+), (#\w+)\)", page_style())}
TEXT = ["ink", "quiet", "accent", "good", "bad", "warn", "busy"]
MARKS = ["plain", *(f"c{i}" for i in range(8))]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("ground", ["paper", "card"])
@pytest.mark.parametrize("name", TEXT)
def test_text_reaches_four_and_a_half(name, ground, theme):
    assert contrast(PAIRS[name][theme], PAIRS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("name", MARKS)
def test_marks_reach_three(name, theme):
    assert contrast(PAIRS[name][theme], PAIRS["card"][theme]) >= 3


def test_the_fallback_holds_every_colour_in_its_light_form():
    fallback = figure_style().split("@supports not")[1]
    for name, (light, _) in PAIRS.items():
        assert f"--{name}: {light};" in fallback


def test_the_style_can_stand_within_an_element():
    style = page_style()
    assert "<" not in style
    assert style.count("{") == style.count("}")
    assert "/*" not in style


@pytest.mark.parametrize("needed", ["prefers-reduced-motion", "@media print", ":focus-visible", "tabular-nums", "70ch"])
def test_what_a_reader_is_owed(needed):
    assert needed in page_style()
