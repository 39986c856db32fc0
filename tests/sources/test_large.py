"""A table that is read in parts says what it says when it is read whole."""

import csv
import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import nohero
from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.cli import main
from nohero.run.errors import UsageError
from nohero.sources import large, row_store
from nohero.sources.large import read_large, read_large_sqlite
from nohero.sources.memory import is_large, memory_of
from nohero.sources.opening import open_source
from nohero.sources.table import read_table

ROWS = 12_000
EXACT = ("hidden-missing", "mixed-cells", "garbled-cells", "formula-cells", "sentinel-numbers", "cut-values", "repeated-rows", "contrary-rows", "shared-rows", "idle-fields", "identifier-fields", "rare-classes", "spelling-variants")
HEAD = ("number", "height", "income", "visits", "town", "note", "nothing", "one", "split", "label")


def planted(seed=5):
    """Rows with one of each fault, far from the beginning."""
    draw = random.Random(seed)
    rows = []
    for i in range(ROWS):
        height = -999 if i % 1500 == 700 else round(draw.gauss(170, 9), 1)
        income = min(60_000, round(draw.lognormvariate(10.2, 0.5)))
        town = draw.choice(["Cork", "Faro", "Delft", "Espoo"])
        town = {3001: "?", 9000: "MalmÃ¶", 9001: "=SUM(A1)", 7000: "cork", 7001: "cork"}.get(i, town)
        visits = "many" if i in (5000, 11_000) else str(draw.randrange(900))
        rows.append([i + 1, height, income, visits, town, f"told, on day {draw.randrange(10**6)}", "", "same", "test" if i % 5 == 0 else "train", "rare" if i in (40, 8000) else draw.choice(["yes", "no"])])
    for i in range(100):
        rows[6000 + i][1:] = rows[1000 + i][1:]  # copies but for the number
    for i in range(7):
        rows[10_000 + i] = [*rows[2000 + i][:-1], {"yes": "no", "no": "yes"}.get(rows[2000 + i][-1], "no")]  # contrary in all but the label
    rows[4321] = list(rows[4320])
    return rows


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "people.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *planted()])
    return path


def in_parts(paths, memory=4e6, label="label", split="split"):
    found = read_large(paths, str(paths[0]), memory=memory, seed=0, choose=lambda columns: (label, split))
    return found.with_(label=label, split=found.split or split)


def told(collection, every=False):
    return {f.name: f for f in examine_collection(collection, checks=None if every else [find_check(name) for name in EXACT]).findings}


@pytest.fixture(scope="module")
def both(table):
    whole = told(read_table([table], str(table)).with_(label="label", split="split"))
    return whole, told(in_parts([table]), every=True)


@pytest.mark.parametrize("name", EXACT)
def test_what_needs_all_rows_is_counted_on_all(both, name):
    whole, parts = both
    assert parts[name].status == whole[name].status
    if name != "identifier-fields":  # how sure it is stands in the words
        assert parts[name].message.split("median")[0] == whole[name].message.split("median")[0]  # the median is the sample's
    assert (parts[name].where == whole[name].where) or name == "contrary-rows"
    assert parts[name].observed == whole[name].observed
    assert set(parts[name].items) <= set(whole[name].items)


def test_the_faults_are_there_and_named_by_the_rows_of_the_source(both):
    _, parts = both
    assert parts["sentinel-numbers"].observed.n == 8
    assert "row 3002" in parts["hidden-missing"].items
    assert "row 9001" in parts["garbled-cells"].items
    assert "row 9002" in parts["formula-cells"].items
    assert "row 4322" in parts["repeated-rows"].items
    assert set(parts["mixed-cells"].items) == {"row 5001", "row 11001"}


def test_nothing_breaks_and_the_sample_is_said(both, table):
    _, parts = both
    assert [f.name for f in parts.values() if f.status == "ERROR"] == []
    collection = in_parts([table])
    assert (len(collection), collection.total) == (2000, ROWS)
    assert any("2,000 of 12,000 rows" in note for note in collection.notes)
    assert f"{ROWS:,} rows" in examine_collection(collection).parts


def test_the_numbers_of_the_fields(table):
    from nohero.evidence.audit.profile import measure

    whole, parts = (measure(c) for c in (read_table([table], "t").with_(label="label"), in_parts([table])))
    for one, other in zip(whole.fields, parts.fields, strict=True):
        assert (one.name, one.kind, one.num_rows, one.num_missing) == (other.name, other.kind, other.num_rows, other.num_missing)
        assert other.num_distinct == one.num_distinct
        assert (other.minimum, other.maximum) == (one.minimum, one.maximum)
        if one.mean is not None:
            assert other.mean == pytest.approx(one.mean, rel=1e-9)
            assert other.std == pytest.approx(one.std, rel=1e-9)
            assert other.median == pytest.approx(one.median, abs=0.1 * one.std)
    assert parts.classes == whole.classes


def rewritten(table, folder, form):
    frame = pl.read_csv(table, infer_schema_length=None, schema_overrides={"visits": pl.String})
    path = folder / f"people.{form}"
    if form == "tsv":
        frame.write_csv(path, separator="\t")
    elif form == "parquet":
        frame.write_parquet(path, row_group_size=1000)
    elif form == "jsonl":
        path.write_text("\n".join(json.dumps(row) for row in frame.iter_rows(named=True)))
    else:
        with sqlite3.connect(path) as base:
            base.execute("create table people (" + ", ".join(f"[{c}]{' text' if frame[c].dtype == pl.String else ''}" for c in HEAD) + ")")
            base.executemany("insert into people values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", frame.rows())
    return path


@pytest.mark.parametrize("form", ["tsv", "parquet", "jsonl", "db"])
def test_every_form_is_read_in_parts(table, tmp_path, form):
    path = rewritten(table, tmp_path, form)
    words = {"memory": 4e6, "seed": 0, "choose": lambda columns: ("label", "split")}
    collection = (read_large_sqlite(path, "people", "t", **words) if form == "db" else read_large([path], "t", **words)).with_(label="label", split="split")
    found = told(collection)
    assert collection.total == ROWS
    assert found["sentinel-numbers"].observed.n == 8
    assert found["repeated-rows"].observed.value == 101
    assert found["contrary-rows"].observed.value == 7
    assert form == "parquet" or "row 3002" in found["hidden-missing"].items  # marks in a parquet file are read as missing


def test_several_files_are_parts_of_one_table(table, tmp_path):
    lines = table.read_text().splitlines(keepends=True)
    cut = [line.replace(",train,", ",").replace(",test,", ",").replace(",split,", ",") for line in lines]
    (tmp_path / "train.csv").write_text("".join(cut[:9001]))
    (tmp_path / "test.csv").write_text("".join([cut[0], *cut[9001:], *cut[1:51]]))
    paths = [tmp_path / "train.csv", tmp_path / "test.csv"]
    parts, whole = (told(c) for c in (in_parts(paths, split="part"), read_table(paths, "t").with_(label="label")))
    assert parts["shared-rows"].message == whole["shared-rows"].message
    assert parts["repeated-rows"].message == whole["repeated-rows"].message
    assert "test.csv row 3001" in parts["shared-rows"].items


def test_a_store_on_disk_says_what_one_in_memory_says(table, monkeypatch):
    one = in_parts([table]).whole.repeats
    monkeypatch.setattr(row_store, "BUFFER", 500)
    other = in_parts([table]).whole.repeats
    assert one.sizes == other.sizes
    for kind in ("repeated", "unnamed", "contrary"):
        assert getattr(one, kind).count == getattr(other, kind).count
        assert set(getattr(one, kind).rows) == set(getattr(other, kind).rows)
    assert {k: v.count for k, v in one.shared.items()} == {k: v.count for k, v in other.shared.items()}


def test_one_row_many_times_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr(row_store, "BUFFER", 1000)
    path = tmp_path / "same.csv"
    path.write_text("a,b,c\n" + "1,2,x\n" * 30_000 + "3,4,y\n")
    assert in_parts([path], label="", split="").whole.repeats.repeated.count == 29_999


MEASURE = """
import sys
from nohero.sources.opening import open_source
collection = open_source(sys.argv[1], memory="50MB")
assert collection.total == int(sys.argv[2]), collection.total
with open("/proc/self/status") as file:
    print(next(line for line in file if line.startswith("VmHWM")).split()[1])  # kB at the most, of this process alone
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the system does not tell a process's greatest memory")
def test_memory_does_not_grow_with_the_table(tmp_path):
    draw = random.Random(0)
    lines = [f"{draw.random():.6f},{draw.randrange(10**6)},{draw.choice(['red', 'blue'])},a note of some length number {i},{i % 2}\n" for i in range(20_000)]
    peaks = []
    for times in (8, 32):
        path = tmp_path / f"{times}.csv"
        path.write_text("a,b,c,d,label\n" + "".join(lines) * times)
        done = subprocess.run([sys.executable, "-c", MEASURE, str(path), str(times * len(lines))], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) * 1024)
        size = path.stat().st_size
    assert size > 30e6
    assert peaks[1] - peaks[0] < 25e6  # the larger table is 27 MB larger, and would take 270 MB more if it were held


@pytest.mark.parametrize(("asked", "bytes_"), [("2GB", 2e9), ("500 mb", 5e8), (1e8, 1e8), ("1.5gb", 1.5e9)])
def test_sizes_are_read(asked, bytes_):
    assert memory_of(asked) == bytes_


@pytest.mark.parametrize("asked", ["much", "2 lots", "-3GB", "1kb", "nan", "1e30"])
def test_what_is_no_size_is_said(asked):
    with pytest.raises(UsageError, match="memory"):
        memory_of(asked)


def test_half_of_what_is_free_is_the_rule(table):
    assert 1e7 < memory_of(None) < 1e13
    assert not is_large([table], memory_of("50MB"))
    assert open_source(str(table)).whole is None


def test_what_needs_every_row_is_refused(table, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("nohero.sources.tables.is_large", lambda *_: True)
    assert main(["audit", str(table), "--memory", "50MB", "--write-split", str(tmp_path / "s")]) == 2
    assert "--memory" in capsys.readouterr().err
    monkeypatch.setattr(large, "SAMPLE", 3000)
    report = nohero.audit(str(table), progress=False, memory="50MB")
    assert any("3,000 of 12,000 rows" in note for note in report.checked.notes)
    assert report["repeated-rows"].observed.n == ROWS
    main(["audit", str(table), "--memory", "50MB", "--where", "income > 0", "--plain"])
    assert "drawn evenly from 12,000 rows" in capsys.readouterr().err
