"""Text is broken and shortened so that it fits and nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nohero.report.lettering import cells, pixels, shorten, wrap

WORDS = st.text(alphabet="abcdef ghi 数é.", max_size=120)


@given(WORDS, st.integers(4, 40))
def test_wrapped_lines_fit_and_keep_every_letter(text, width):
    lines = wrap(text, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(WORDS, st.integers(4, 40))
def test_a_shortened_text_fits(text, width):
    short = shorten(text, width)
    assert cells(short) <= width
    assert short == text or short.endswith("…")


def test_east_asian_letters_take_two_cells_and_accents_none():
    assert cells("abc") == 3
    assert cells("数据") == 4
    assert cells("e\u0301") == 1


def test_long_words_are_cut_unless_told_otherwise():
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap("see abcdefgh now", 5, cut=False) == ["see", "abcdefgh", "now"]


def test_nothing_is_one_empty_line():
    assert wrap("", 10) == [""]


def test_pixels_grow_with_the_letters_and_the_size():
    assert pixels("iii", 12) < pixels("nnn", 12) < pixels("mmm", 12) < pixels("数数数", 12)
    assert pixels("abc", 24) == 2 * pixels("abc", 12)
    assert pixels("e\u0301", 10) == pixels("e", 10)
