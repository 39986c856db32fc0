"""Tables in all the forms that people have: packed, JSON, Arrow, workbooks, arrays; one content, one collection."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import pickle
import zipfile

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.data.read import read
from nohero.run.errors import DataError
from nohero.run.finding import Status
from nohero.sources.opening import open_source

ROWS = 60
FRAME = pl.DataFrame({"size": [i / 7 for i in range(ROWS)], "count": list(range(ROWS)), "colour": ["red" if i % 3 else "blue" for i in range(ROWS)], "label": ["a" if i % 2 else "b" for i in range(ROWS)]})
RECORDS = FRAME.to_dicts()
COLUMNS = {name: {str(i): v for i, v in enumerate(FRAME[name].to_list())} for name in FRAME.columns}
JSONS = {
    "list of objects": RECORDS,
    "under a name": {"version": 2, "rows": RECORDS},
    "split": {"columns": FRAME.columns, "index": list(range(ROWS)), "data": [list(r) for r in FRAME.rows()]},
    "columns of objects": COLUMNS,
    "columns of lists": FRAME.to_dict(as_series=False),
}


def same(path):
    for found in (open_source(str(path)).frame, read(str(path)).frame.with_columns(FRAME["label"])):
        assert found.select(FRAME.columns).equals(FRAME), path.name


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_packed_tables(tmp_path, suffix, pack):
    for name, content in (("rows.csv", FRAME.write_csv()), ("rows.jsonl", FRAME.write_ndjson())):
        path = tmp_path / f"{name}.{suffix}"
        path.write_bytes(pack(content.encode()))
        same(path)
        assert open_source(str(path)).name == "rows"


@pytest.mark.parametrize("form", sorted(JSONS))
def test_json_in_its_usual_forms(tmp_path, form):
    (tmp_path / "rows.json").write_text(json.dumps(JSONS[form], indent=1))
    same(tmp_path / "rows.json")


def test_lines_called_json(tmp_path):
    (tmp_path / "rows.json").write_text(FRAME.write_ndjson())
    same(tmp_path / "rows.json")


def test_arrow_files(tmp_path):
    FRAME.write_ipc(tmp_path / "rows.feather")
    FRAME.write_ipc_stream(tmp_path / "rows.arrow")
    same(tmp_path / "rows.feather")
    same(tmp_path / "rows.arrow")


def workbook(path, frame, titles=(), above=0):
    """The least that a workbook is made of, strings in their cells."""

    def cell(value):
        text = value.replace("&", "&amp;").replace("<", "&lt;") if isinstance(value, str) else ""
        return f'<c t="inlineStr"><is><t>{text}</t></is></c>' if isinstance(value, str) else f"<c><v>{value}</v></c>"

    rows = "".join(f'<row r="{above + i}">{"".join(cell(v) for v in row)}</row>' for i, row in enumerate((*((t,) for t in titles), frame.columns, *frame.rows()), start=1))
    main, package = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Rows" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_workbooks(tmp_path):
    pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
    workbook(tmp_path / "rows.xlsx", FRAME)
    same(tmp_path / "rows.xlsx")
    (tmp_path / "torn.xlsx").write_bytes((tmp_path / "rows.xlsx").read_bytes()[:300])
    with pytest.raises(DataError, match="as a workbook"):
        open_source(str(tmp_path / "torn.xlsx"))


def test_titles_above_the_names_of_a_sheet(tmp_path):
    pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
    workbook(tmp_path / "rows.xlsx", FRAME, titles=("Sizes and colours", "by order of arrival"))
    found = open_source(str(tmp_path / "rows.xlsx"))
    assert found.frame.columns == FRAME.columns
    assert found.frame["count"].to_list() == FRAME["count"].to_list()
    assert "below `Sizes and colours`" in " ".join(found.notes)


@pytest.mark.parametrize(("above", "most"), [(0, 3), (9, 4)])
def test_a_sheet_is_read_a_few_times_to_find_its_names(tmp_path, monkeypatch, above, most):
    """Empty lines above the titles, and one below, do not make it more."""
    pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
    workbook(tmp_path / "rows.xlsx", FRAME, titles=("Sizes and colours", ""), above=above)
    read, times = pl.read_excel, []
    monkeypatch.setattr(pl, "read_excel", lambda *given, **how: times.append(1) or read(*given, **how))
    found = open_source(str(tmp_path / "rows.xlsx")).frame
    assert (found.columns, found.height) == (FRAME.columns, ROWS)
    assert found["count"].to_list() == FRAME["count"].to_list()
    assert len(times) <= most


def test_a_workbook_without_its_reader_says_what_is_missing(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "fastexcel", None)
    workbook(tmp_path / "rows.xlsx", FRAME)
    with pytest.raises(DataError, match="fastexcel is not installed") as error:
        open_source(str(tmp_path / "rows.xlsx"))
    assert "nohero[excel]" in str(error.value.mend)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.csv.gz", gzip.compress(FRAME.write_csv().encode())[:-40], "cannot be unpacked|cannot be read"),
        ("rows.csv.gz", b"size,count\n1,2\n", "cannot be"),
        ("rows.json", b'[{"a": 1}, {"a": ', "is not JSON"),
        ("rows.json", b'{"version": 2}', "no rows"),
        ("rows.json", b"[1, 2, 3]", "a list of 3"),
        ("rows.feather", b"ARROW1 torn", "Arrow"),
        ("rows.pkl", pickle.dumps([1]), "of a kind that is not read"),
    ],
)
def test_what_is_torn_or_refused_is_said_plainly(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        open_source(str(tmp_path / name))


def test_a_packed_table_beyond_its_memory_is_read_in_parts(tmp_path):
    lines = "a,b,label\n" + "".join(f"{i},{i % 7},{'xy'[i % 2]}\n" for i in range(600_000))
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(lines.encode(), 1))
    collection = open_source(str(tmp_path / "rows.csv.gz"), memory=50e6)
    assert collection.whole is not None
    assert collection.total == 600_000
    assert collection.whole.columns["a"].field(collection.frame["a"], target=False).maximum == 599_999


def test_a_table_in_arrays(tmp_path):
    x, y = np.random.default_rng(0).normal(size=(50, 3)), np.arange(50) % 3
    np.savez(tmp_path / "both.npz", x_train=x[:40], y_train=y[:40], x_test=x[38:], y_test=y[38:])
    found = open_source(str(tmp_path / "both.npz"))
    assert (len(found), found.label, found.split, found.frame.columns) == (52, "label", "part", ["x0", "x1", "x2", "label", "part"])
    shared = examine_collection(found, checks=[find_check("DAT550")]).findings[0]
    assert shared.status == Status.FAIL
    assert shared.observed.value == pytest.approx(2 / 12)
    np.savez(tmp_path / "named.npz", X=x, y=y, feature_names=np.array(["width", "height", "depth"]))
    assert open_source(str(tmp_path / "named.npz")).frame.columns == ["width", "height", "depth", "label"]
    np.save(tmp_path / "alone.npy", x)
    assert open_source(str(tmp_path / "alone.npy")).frame.shape == (50, 3)


def windows(generator):
    """[N, T, C] of three sensors, a random walk each."""
    return np.cumsum(generator.normal(size=(300, 64, 3)), axis=1).astype(np.float32), generator.integers(0, 2, 300)


def test_series_are_told_by_their_channels(tmp_path):
    x, y = windows(np.random.default_rng(1))
    healthy = open_source(str(saved(tmp_path / "fine.npz", x, y)))
    assert healthy.frame.height == 300
    assert {"x0 mean", "x2 last"} <= set(healthy.frame.columns)
    assert said(healthy) == {}
    x[250:256], y[250:256] = x[:6], y[:6]
    x[30:34, :, 1] = x[30:34, :1, 1]
    x[60, 4:9, 2] = np.nan
    found = said(open_source(str(saved(tmp_path / "ill.npz", x, y))))
    assert set(found["DAT540"]) == {f"item {i}" for i in range(250, 256)}
    assert set(found["DAT578"]) == {"item 30", "item 31", "item 32", "item 33", "item 60"}


def saved(path, x, y):
    np.savez(path, x=x, y=y)
    return path


def said(collection):
    findings = examine_collection(collection, checks=[find_check(c) for c in ("DAT514", "DAT520", "DAT522", "DAT530", "DAT540", "DAT578")]).findings
    return {f.code: f.items for f in findings if f.status in (Status.FAIL, Status.WARN, Status.UNSURE)}


def test_strings_of_json_and_sqlite_are_looked_at_as_those_of_a_csv(tmp_path):
    import sqlite3

    values = [str(i / 3) if i % 20 else "n.v." for i in range(200)]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps({"id": f"9{i:022d}", "a": v, "b": i % 5}) for i, v in enumerate(values)))
    base = sqlite3.connect(tmp_path / "rows.db")
    base.execute("create table t (id text, a text, b integer)")
    base.executemany("insert into t values (?, ?, ?)", [(f"9{i:022d}", v, i % 5) for i, v in enumerate(values)])
    base.commit()
    base.close()
    for source in (str(tmp_path / "rows.jsonl"), f"sqlite:{tmp_path / 'rows.db'}::t"):
        collection = open_source(source)
        assert collection.frame["id"].n_unique() == 200, "an id of 23 digits is no number"
        mixed = examine_collection(collection, checks=[find_check("DAT512")]).findings[0]
        assert (mixed.status, len(mixed.items)) == (Status.WARN, 10)


def test_files_whose_columns_were_renamed_are_named_with_both_names(tmp_path):
    FRAME[:30].write_csv(tmp_path / "part1.csv")
    FRAME[30:].rename({"colour": "color"}).write_csv(tmp_path / "part2.csv")
    finding = examine_collection(open_source(str(tmp_path / "part*.csv")), checks=[find_check("DAT553")]).findings[0]
    assert finding.status == Status.WARN
    assert "`colour`" in finding.message
    assert "`color`" in finding.message
