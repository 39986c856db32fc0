"""Whatever a run holds can be shown without acting."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.report.untrusted import anchor, html_block, html_line, line, link, png_source
from report.example_record import png
from report.read_page import read


@given(st.text())
def test_a_line_is_one_line_without_acting_characters(text):
    shown = line(text)
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert all(c == "\u200d" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"} for c in shown)
    shown.encode("utf-8")


@given(st.text())
def test_html_keeps_the_text_and_adds_no_element(text):
    shown = read(f"<p title='{html_line(text)}'>{html_line(text)}</p>")
    assert [e.tag for e in shown.elements] == ["p"]
    assert html.unescape(html_line(text)) == line(text)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a\nb\tc", "a b c"),
        ("\x1b[31mred", "[31mred"),
        ("abc\u202edef", "abcdef"),
        ("bell\x07", "bell"),
        ("  spaced  out  ", "spaced out"),
        ("\ud800lone", "lone"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("naïve Übung 数", "naïve Übung 数"),
        ("", ""),
        (None, "None"),
        (3, "3"),
    ],
)
def test_line(given_text, shown):
    assert line(given_text) == shown


def test_html_escapes_both_quotes_and_angles():
    assert html_line("""<a href='x' title="y">&""") == "&lt;a href=&#x27;x&#x27; title=&quot;y&quot;&gt;&amp;"


def test_a_block_keeps_its_spaces():
    assert html_block("a  b\tc<d>") == "a  b    c&lt;d&gt;"
    assert html_block("a\x1bb\u202ec\r\n") == "abc"


def test_an_https_address_becomes_a_link():
    element = read(link("https://example.org/a?b=c&d=e#f")).one("a")
    assert element.attrs["href"] == "https://example.org/a?b=c&d=e#f"
    assert "noopener" in element.attrs["rel"]


@pytest.mark.parametrize(
    "source",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "http://example.org",
        "data:text/html,<script>",
        "//example.org",
        " https://a b",
        'https://a"onmouseover="x',
        "https://a'b",
        "https://a<b>",
        "see https://example.org",
        "Wilson 1927",
        "",
    ],
)
def test_anything_else_stays_text(source):
    assert "<" not in link(source)
    assert "href" not in link(source)


def test_a_png_becomes_a_data_address():
    assert png_source(png(40)) == f"data:image/png;base64,{png(40)}"


@pytest.mark.parametrize(
    "data",
    ["", "AAAA", "iVBORw0KGgo", 'iVBORw0KGgo" onerror="x', "iVBORw0KGgo=====", "iVBORw0KGgoA\nAAA", "data:image/png;base64,AAAA", "<svg>"],
)
def test_anything_else_is_no_picture(data):
    assert png_source(data) is None


@given(st.text())
def test_an_anchor_is_a_plain_id(text):
    assert anchor(text)
    assert all(c.isascii() and (c.isalnum() or c in "-_") for c in anchor(text))


def test_a_code_is_its_own_anchor():
    assert anchor("SKE120") == "SKE120"
    assert anchor("a b<c>") == "a-b-c"
    assert anchor("數") == "x"
