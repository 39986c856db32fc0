"""Sources of tables: what they become, and what is said where they cannot be read."""

import json
import sqlite3

import polars as pl
import pytest

import nohero
from nohero.cli import main
from nohero.run.errors import DataError, UsageError
from nohero.sources.opening import open_source

HEAD, ROWS = "age,town,label", [f"{20 + i % 50},{'Cork' if i % 3 else 'Faro'},{'yes' if i % 2 else 'no'}" for i in range(120)]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("\n".join([HEAD, *ROWS]))
    return path


def test_a_csv(table):
    collection = open_source(str(table))
    assert (len(collection), collection.label, collection.frame.columns) == (120, "label", ["age", "town", "label"])
    assert collection.items[0] == "row 1"


def test_parts_by_the_files_names(tmp_path):
    for name, rows in (("train", ROWS[:90]), ("test", ROWS[90:])):
        (tmp_path / f"{name}.csv").write_text("\n".join([HEAD, *rows]))
    for sources in ((str(tmp_path),), (str(tmp_path / "*.csv"),), (str(tmp_path / "train.csv"), str(tmp_path / "test.csv"))):
        collection = open_source(*sources)
        assert collection.parts == ("train", "test")
        assert collection.part("test").sum() == 30


def test_json_lines_with_a_broken_line(tmp_path):
    lines = [json.dumps({"age": i, "home": {"town": "Cork", "rooms": i % 4}, "tags": ["a"]}) for i in range(60)]
    path = tmp_path / "people.jsonl"
    path.write_text("\n".join([*lines[:30], "{not json", "[1, 2]", *lines[30:]]))
    collection = open_source(str(path))
    assert collection.frame.columns == ["age", "home.town", "home.rooms", "tags"]
    assert [u.where for u in collection.unusable] == ["line 31", "line 32"]
    assert nohero.audit(str(path), progress=False)["unreadable-items"].items == ("line 31", "line 32")


def test_parquet(tmp_path):
    pl.DataFrame({"age": range(50), "town": ["Cork"] * 50}).write_parquet(tmp_path / "people.parquet")
    assert open_source(str(tmp_path / "people.parquet")).frame.height == 50


def test_sqlite_is_opened_read_only(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as base:
        base.execute("create table orders (amount real, town text)")
        base.executemany("insert into orders values (?, ?)", [(i * 1.5, "Cork") for i in range(40)])
        base.execute("create table others (x int)")
    before, dear, writing = path.read_bytes(), "select * from orders where amount > 30", "with x as (select 1) insert into orders values (1, 'x')"
    assert len(open_source(f"sqlite:{path}::orders")) == 40
    assert len(open_source(f"sqlite:{path}::{dear}")) == 19
    with pytest.raises(DataError, match="2 tables"):
        open_source(f"sqlite:{path}")
    with pytest.raises(DataError, match="drop table orders"):
        open_source(f"sqlite:{path}::drop table orders")
    with pytest.raises(DataError):
        open_source(f"sqlite:{path}::{writing}")
    assert path.read_bytes() == before


def test_names_that_stand_twice_and_ragged_lines_are_no_end(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(["age,town,town", *(f"{i},a{i % 3},b{i % 4}" for i in range(60)), "1,2,3,4"]))
    report = nohero.audit(str(path), progress=False)
    assert report["unreadable-items"].items == ("row 61",)
    assert "`town`" in " ".join(report.checked.notes)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"PK\x03\x04rest", "zip archive"),
        ("b.csv", b"\x80\x04\x95pickle", "pickle"),
        ("c.csv", b"", "is empty"),
        ("d.parquet", b"no parquet", "cannot be read as parquet"),
        ("e.jsonl", b"nothing\n", "no JSON objects"),
        ("f.xyz", b"\x00\x01\x02\xff" * 50, "of a kind that is not read"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        open_source(str(tmp_path / name))


def test_a_source_that_is_not_there(tmp_path):
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="no file or folder") as caught:
        open_source(str(tmp_path / "peple.csv"))
    assert "people.csv" in caught.value.mend


def test_the_verb_tells_and_writes(table, tmp_path, capsys):
    before = table.read_bytes()
    page = tmp_path / "report.html"
    code = main(["audit", str(table), "-q", "-o", str(page)])
    assert code == 0
    assert "checks" in capsys.readouterr().out
    assert "Fields" in page.read_text()
    assert table.read_bytes() == before


def test_markup_in_cells_is_escaped(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["name,label", *(f"<script>alert({i % 9})</script>,{'yes' if i % 2 else 'no'}" for i in range(100))]))
    page = tmp_path / "report.html"
    nohero.audit(str(path), progress=False).save(page)
    assert "<script>" not in page.read_text()


def test_ten_thousand_columns_and_long_cells(tmp_path):
    wide = tmp_path / "wide.csv"
    wide.write_text("\n".join([",".join(f"c{i}" for i in range(3000)), *(",".join(str((i * 7 + j) % 13) for j in range(3000)) for i in range(40))]))
    assert nohero.audit(str(wide), budget=30, progress=False)["unreadable-items"].status == "PASS"
    long = tmp_path / "long.csv"
    long.write_text("\n".join(["text,label", *(f"{'word ' * 200_000},{i % 2}" for i in range(3)), *(f"short {i},{i % 2}" for i in range(60))]))
    assert nohero.audit(str(long), progress=False).all


def test_the_items_of_a_finding_are_named_in_terminal_and_page(tmp_path, capsys):
    path, page = tmp_path / "people.csv", tmp_path / "report.html"
    path.write_text("\n".join([HEAD, *(row.replace("Faro", "?") if i in (30, 60) else row for i, row in enumerate(ROWS))]))
    main(["audit", str(path), "-q", "--plain", "-o", str(page)])
    assert "row 31, row 61" in capsys.readouterr().out
    assert "<code>row 31</code>, <code>row 61</code>" in page.read_text()
