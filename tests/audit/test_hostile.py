"""Sources that are broken, or made to harm: a plain word about each, never a traceback, never a wait without end; whole and in parts alike."""

import json
import os
import pickle
import shutil
import sqlite3

import numpy as np
import polars as pl
import pytest
from PIL import Image

import nohero
from nohero.cli import main
from nohero.run.errors import DataError
from nohero.sources import tables
from nohero.sources.opening import open_source

HEAD = "a,b,label\n"
ROWS = [f"{i},{i % 7},{'yes' if i % 2 else 'no'}\n" for i in range(80)]
PLAIN = HEAD + "".join(ROWS)


@pytest.fixture(params=["whole", "in parts"], autouse=True)
def way(request, monkeypatch):
    if request.param == "in parts":
        monkeypatch.setattr(tables, "is_large", lambda *_: True)
    return request.param


@pytest.fixture
def told(capsys):
    """Audit from the command line: exit code and what is said."""

    def run(*words):
        code = main(["audit", *map(str, words), "-q", "--plain"])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out + said.err

    return run


def parquet(frame, path):
    frame.write_parquet(path)
    return path.read_bytes()


REFUSED = {  # name of the file, content (or what makes it), what is said
    "an archive": ("a.csv", lambda _: b"PK\x03\x04" + b"x" * 99, "zip archive"),
    "a pickle": ("a.csv", lambda _: pickle.dumps([1]), "pickle"),
    "a pickle by its name": ("a.pkl", lambda _: pickle.dumps([1]), "not read"),
    "nothing": ("a.csv", lambda _: b"", "is empty"),
    "blank lines": ("a.csv", lambda _: b"\n\n \n", "is empty"),
    "a header alone": ("a.csv", lambda _: HEAD.encode(), "no rows"),
    "one word": ("a.csv", lambda _: b"a", "no rows"),
    "a zero byte": ("a.csv", lambda _: PLAIN.replace("5,5,", "5,\0,").encode(), "is binary"),
    "UTF-16 without its mark": ("a.csv", lambda _: PLAIN.encode("utf-16-be"), "UTF-16"),
    "half a parquet file": ("a.parquet", lambda p: parquet(pl.DataFrame({"a": range(999)}), p)[:2000], "cannot be read as parquet"),
    "the beginning of one": ("a.parquet", lambda _: b"PAR1", "cannot be read as parquet"),
    "a parquet file without rows": ("a.parquet", lambda p: parquet(pl.DataFrame({"a": []}), p), "no rows"),
    "nested values alone": ("a.parquet", lambda p: parquet(pl.DataFrame({"a": [[1], [2]]}), p), "one value a row"),
    "no json": ("a.jsonl", lambda _: b"nothing\n[1]\n", "no "),
    "json within json": ("a.json", lambda _: b"[" * 200_000, "not JSON"),
    "no database": ("a.db", lambda _: b"no database at all " * 90, "not a database"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_three_parts(name, tmp_path, told):
    file, make, what = REFUSED[name]
    path = tmp_path / file
    content = make(path)
    path.write_bytes(content)
    code, said = told(path)
    assert code == 2
    assert what in said
    assert [line[:10] for line in said.splitlines()[-2:]] == ["  expected", "  help    "]


READ = {  # content, rows that are read, unusable rows
    "a mark for the order of bytes": (b"\xef\xbb\xbf" + PLAIN.encode(), 80, []),
    "UTF-16": (PLAIN.encode("utf-16"), 80, []),
    "Windows-1252": (PLAIN.replace("5,5,", "5,caf\xe9,").encode("latin-1"), 80, []),
    "one row": ((HEAD + ROWS[0]).encode(), 1, []),
    "one column": ("a\n" + "".join(f"{i}\n" for i in range(50)), 50, []),
    "one name twice": (PLAIN.replace("a,b", "a,a"), 80, []),
    "lines of three ends": (PLAIN[:300].replace("\n", "\r\n") + PLAIN[300:600].replace("\n", "\r") + PLAIN[600:], 80, []),
    "the ends of old": (PLAIN.replace("\n", "\r"), 80, []),
    "a quotation never closed": (PLAIN.replace("40,5", '40,"5'), 80, []),
    "a mark for inches": (PLAIN.replace("40,5", '40,5" wide'), 80, []),
    "a line within a cell": (PLAIN.replace("40,5", '40,"5\n6"'), 80, []),
    "rows of another width": (PLAIN + "1\n1,2,3,4,5\n,,\n", 81, ["row 81", "row 82"]),
    "a zero byte far down": (HEAD + "".join(f"{i},{i % 7},{'yes' if i % 2 else 'no'}\n" for i in range(9000)) + "1,\0x,yes\n", 9001, []),
}


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_read(name, tmp_path):
    content, rows, unusable = READ[name]
    path = tmp_path / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    collection = open_source(str(path))
    assert collection.total == rows
    assert [u.where for u in collection.unusable] == unusable
    report = nohero.audit(str(path), progress=False, select="tables,copies,items")
    assert [f for f in report.all if f.status == "ERROR"] == []


LINES = {
    "broken lines": ([*(json.dumps({"a": i}) for i in range(50)), '{"a":', "[1]", '"x"', "null", '{"a": NaN}'], 51, 4),
    "a line of brackets": (["[" * 100_000, *(json.dumps({"a": i}) for i in range(50))], 50, 1),
    "numbers beyond all machines": ([json.dumps({"a": 10**30 + i, "b": 1e308 * 10}) for i in range(50)], 50, 0),
    "halves of letters": ([f'{{"a": "\\ud800", "\\ud801": {i}}}' for i in range(50)], 50, 0),
    "other fields in every line": ([json.dumps({f"k{i}": i, "a": i if i % 2 else "x"}) for i in range(80)], 80, 0),
}


@pytest.mark.parametrize("name", LINES)
def test_json_lines(name, tmp_path):
    lines, rows, lost = LINES[name]
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(lines))
    collection = open_source(str(path))
    assert (collection.total, len(collection.unusable)) == (rows, lost)
    report = nohero.audit(str(path), progress=False)
    assert [f.message for f in report.all if f.status == "ERROR"] == []
    report.save(tmp_path / "page.html")


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute('create table "t; drop table t" (a, b)')
    connection.execute('insert into "t; drop table t" values (1, 2)')
    connection.execute("create table t (a, b)")
    connection.executemany("insert into t values (?, ?)", [(i, i % 3) for i in range(50)])
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize("asked", ["nope", "t; drop table u", "select * from t; drop table t", "drop table t", "with x as (select 1) delete from t", "select load_extension('x')", "attach 'x' as y"])
def test_a_query_does_nothing_but_read(asked, base, told):
    before = base.read_bytes()
    code, said = told(f"sqlite:{base}::{asked}")
    assert code == 2
    assert "expected" in said
    assert base.read_bytes() == before


def test_a_table_with_a_command_for_a_name_is_a_table(base):
    assert open_source(f"sqlite:{base}::t; drop table t").total == 1
    assert open_source(f"sqlite:{base}::t").total == 50


def test_a_locked_database_is_said(base, tmp_path, told):
    copy = shutil.copy(base, tmp_path / "locked.db")
    held = sqlite3.connect(copy, isolation_level=None)
    held.execute("begin exclusive")
    code, said = told(f"sqlite:{copy}::t")
    held.close()
    assert code == 2
    assert "locked" in said
    assert "let the other program finish" in said


def test_a_file_that_may_not_be_read(tmp_path, told, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text(PLAIN)

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)  # a superuser may read everything
    monkeypatch.setattr(type(path), "read_bytes", refuse)
    code, said = told(path)
    assert code == 2
    assert "Permission denied" in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path, told):
    os.mkfifo(tmp_path / "a.csv")
    code, said = told(tmp_path / "a.csv")
    assert code == 2
    assert "neither a file nor a folder" in said


def pictures(folder, count=6):
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(np.random.default_rng(i).integers(0, 255, (9, 9, 3), dtype=np.uint8)).save(folder / name / f"{i}.png")
    return folder


def test_links_that_go_round_or_out_are_not_followed(tmp_path, way):
    if way != "whole":
        pytest.skip("of tables alone")
    folder = pictures(tmp_path / "pictures")
    (tmp_path / "secret.png").write_bytes((folder / "cat" / "0.png").read_bytes())
    (folder / "cat" / "again").symlink_to(folder)
    (folder / "cat" / "out.png").symlink_to(tmp_path / "secret.png")
    os.mkfifo(folder / "dog" / "pipe.png")
    collection = open_source(str(folder))
    assert len(collection) == 12
    assert {u.where: u.reason for u in collection.unusable} == {
        "cat/again": "a link to a folder, not followed", "cat/out.png": "a link that leaves the folder, not followed", "dog/pipe.png": "not a plain file",
    }  # fmt: skip
    texts = tmp_path / "texts" / "a"
    texts.mkdir(parents=True)
    for i in range(8):
        (texts / f"{i}.txt").write_text(f"some words in the file number {i}")
    (texts / "again").symlink_to(tmp_path / "texts")
    assert len(open_source(str(tmp_path / "texts"))) == 8


def test_a_bomb_of_a_picture_is_set_aside(tmp_path, way):
    if way != "whole":
        pytest.skip("of tables alone")
    folder = pictures(tmp_path / "pictures")
    Image.new("1", (14_000, 14_000)).save(folder / "dog" / "bomb.png")  # 196 megapixels in 25 kB
    report = nohero.audit(str(folder), progress=False, select="items")
    assert report["unreadable-items"].items == ("dog/bomb.png",)


def test_objects_in_arrays_are_refused(tmp_path, way):
    ran = tmp_path / "ran"

    class Harm:
        def __reduce__(self):
            return (os.mkdir, (str(ran),))

    np.save(tmp_path / "a.npy", np.array([Harm()], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "b.npz", x=np.array([Harm()], dtype=object))
    for name in ("a.npy", "b.npz"):
        with pytest.raises(DataError, match="cannot be read as arrays"):
            open_source(str(tmp_path / name))
    assert not ran.exists()


def test_markup_and_formulas_stay_text(tmp_path, capsys):
    path, page, rows = tmp_path / "a.csv", tmp_path / "page.html", tmp_path / "rows.csv"
    marked = PLAIN.replace("a,b", "<script>alert(1)</script>,<img src=x onerror=alert(2)>").replace("yes", "<b onclick=alert(3)>").replace("40,5,no", "40,5,=cmd|' /C calc'!A0")
    path.write_text(marked)
    assert main(["audit", str(path), "-q", "-o", str(page)]) == 0
    assert not any(sign in page.read_text() for sign in ("<script>alert", "onerror=alert(2)>", "<b onclick"))
    assert main(["audit", str(path), "--where", "item == 'row 41'", "-o", str(rows)]) == 0
    assert "'=cmd|" in rows.read_text()
    assert "\x1b" not in capsys.readouterr().out


def test_ten_thousand_columns(tmp_path, way):
    count = 10_000 if way == "whole" else 1_500  # in parts a column takes two milliseconds
    path = tmp_path / "wide.csv"
    path.write_text("\n".join([",".join(f"c{i}" for i in range(count)), *(",".join(str((i * 7 + j) % 13) for j in range(count)) for i in range(12))]))
    assert nohero.audit(str(path), progress=False, select="items")["unreadable-items"].status == "PASS"


def test_cells_of_five_megabytes(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("\n".join(["text,label", *(f"{'word ' * 1_000_000},{i % 2}" for i in range(3)), *(f"short {i},{i % 2}" for i in range(60))]))
    collection = open_source(str(path))
    assert collection.total == 63
    assert [f for f in nohero.audit(str(path), progress=False, select="tables,copies,items").all if f.status == "ERROR"] == []
