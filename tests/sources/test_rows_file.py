"""Rows written for a spreadsheet compute nothing there."""

import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nohero.cli import main
from nohero.report.rows_text import rows_text
from nohero.sources.collection import Collection
from nohero.sources.rows_file import harmless, rows_csv, rows_of


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\tx", "\r=1", "--1", "-", "+1 2", "=", "-1e", "-inf", "＝1+1", "\n=1"])
def test_what_a_spreadsheet_would_compute_is_told_as_text(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "-3", "+4.5", "-1e-5", "-.5", "a=1", "word", "1-2", "é"])
def test_numbers_and_words_stay(cell):
    assert harmless(cell) == cell


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_every_csv_is_read_back_without_a_formula(rows):
    text = rows_csv(["=head", "b"], rows)
    back = list(csv.reader(io.StringIO(text, newline="")))
    assert back[0] == ["'=head", "b"]
    assert back[1:] == [[harmless(cell) for cell in row] for row in rows]
    assert not any(cell.startswith(("=", "@", "\t", "\r")) for row in back for cell in row)


def test_the_item_the_fields_asked_for_and_the_label_come_first():
    frame = pl.DataFrame({"a": [1, 2], "b": [1.0, 2.5], "y": ["p", None]})
    toy = Collection(name="t", source="t", kind="row", frame=frame, items=("row 1", "row 2"), label="y")
    assert rows_of(toy, [1], ("b", "item")) == (["item", "b", "y", "a"], [["row 2", "2.5", "", "2"]])


@pytest.mark.parametrize("width", [30, 50, 200])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_page_of_rows_fits_its_terminal(width, ascii_only):
    shown = rows_text(["item", "a", "b"], [["row 1", "long " * 30, "x"], ["row 2", "日本語" * 20, "\x1b[31mred"]], width=width, ascii_only=ascii_only)
    assert all(len(line) <= width for line in shown.splitlines() if line.isascii() and not line.startswith("and"))
    assert "\x1b" not in shown
    assert not ascii_only or shown.isascii()
    assert ("more field" in shown) == (width < 200)


@pytest.fixture
def mails(tmp_path):
    path = tmp_path / "mails.csv"
    rows = ["text,label,score"] + [f"{'=' if i == 3 else ''}word {'long ' * i},{'spam' if i % 2 else 'ham'},{-i}" for i in range(12)]
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def test_the_verb_shows_a_page(mails, capsys):
    assert main(["audit", mails, "--where", "len(text) > 30 and label == 'spam'", "--sort=-len(text)", "--limit", "2", "--plain"]) == 0
    said = capsys.readouterr()
    assert [line.split()[1] for line in said.out.splitlines()[1:]] == ["12", "10"]
    assert "3 of 12 items, 2 shown" in said.err


def test_the_verb_writes_all_rows(mails, tmp_path, capsys):
    assert main(["audit", mails, "--where", "score < 0", "-o", str(tmp_path / "rows.csv")]) == 0
    rows = list(csv.DictReader((tmp_path / "rows.csv").open()))
    assert len(rows) == 11
    assert rows[0]["score"] == "-1"
    assert rows[2]["text"].startswith("'=word")
    capsys.readouterr()
    assert main(["audit", mails, "--where", "score < 0", "-o", str(tmp_path / "rows.html")]) == 2
    assert "rows.csv" in capsys.readouterr().err
    assert main(["audit", mails, "--where", "scor < 0"]) == 2
    assert "did you mean `score`?" in capsys.readouterr().err
