"""Decisions are tried whole before one is done, and the source is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nohero.cli import main
from nohero.data.read import read
from nohero.run.errors import NoheroError
from nohero.sources.collection import Collection
from nohero.sources.decisions import apply, apply_to_raw, read_decisions
from nohero.sources.opening import open_source
from small_runs import write_pictures, write_shop

HEAD = "item,decision,value,reason\n"


@pytest.fixture
def write(tmp_path):
    def written(text, name="decisions.csv"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return written


def toy(**more):
    frame = pl.DataFrame({"x": [1, 2, 3, 4], "y": ["cat", "dog", "cat", None]})
    return Collection(name="t", source="t", kind="row", frame=frame, items=("row 1", "row 2", "row 3", "row 4"), label="y", sha256="s", **more)


def test_drop_relabel_and_keep(write):
    decisions = read_decisions(write(HEAD + 'row 2,drop,,"blurred, and small"\nrow 3,relabel,dog,it barks\nrow 1,keep,,odd but right\n\n'))
    before = toy()
    after = apply(before, decisions)
    assert after.items == ("row 1", "row 3", "row 4")
    assert after.frame["y"].to_list() == ["cat", "dog", None]
    assert before.frame["y"].to_list() == ["cat", "dog", "cat", None]
    assert "row 2 left out: blurred, and small" in after.notes
    assert "row 3 called `dog`: it barks" in after.notes
    assert not any("row 1" in note for note in after.notes)
    assert after.sha256 != before.sha256
    assert decisions.counts() == {"drop": 1, "relabel": 1, "keep": 1}


def test_all_that_belongs_to_an_item_goes_with_it(write):
    boxes = pl.DataFrame({"item": [0, 1, 1, 3], "label": ["a", "b", "c", "d"]})
    named = pl.DataFrame({"item": ["row 1", "row 2", "row 4"], "label": ["a", "b", "d"]})
    before = toy(
        files=("a", "b", "c", "d"), masks=("a.png", "b.png", "c.png", "d.png"), texts=pl.Series(["A", "B", "C", "D"]), pictures=np.arange(4), boxes=boxes,
        cells=pl.DataFrame({"x": ["1", "2", "3", "4"], "y": ["cat", "dog", "cat", ""]}), kept={"shared": 1},
    )  # fmt: skip
    decisions = read_decisions(write(HEAD + "row 2,drop,,why\nrow 4,relabel,cat,why\n"))
    after = apply(before, decisions)
    assert (after.files, after.masks) == (("a", "c", "d"), ("a.png", "c.png", "d.png"))
    assert after.texts.to_list() == ["A", "C", "D"]
    assert after.pictures.tolist() == [0, 2, 3]
    assert after.boxes.rows() == [(0, "a"), (2, "d")]
    assert after.cells["y"].to_list() == ["cat", "cat", "cat"]
    assert after.kept == {}
    assert apply(before.with_(boxes=named), decisions).boxes["label"].to_list() == ["a", "d"]


FAULTS = {
    "row 9,drop,,why\n": ["line 2: there is no item `row 9`", "did you mean `row"],
    "row 1,drop,,a\nrow 1,keep,,b\n": ["`row 1` is decided 2 times (lines 2, 3)"],
    "row 1,drop,,\n": ["row 1 is decided without a reason"],
    "row 1,dorp,,why\n": ["unknown decision `dorp`", "did you mean `drop`?"],
    "row 1,relabel,,why\n": ["relabelled with no value"],
    "row 1,relabel,dgo,why\n": ["`dgo`, which is no class", "did you mean `dog`?"],
    "row 1,drop,dog,why\n": ["only relabel takes a value"],
    ",drop,,why\n": ["no item is named"],
    "row 1,drop,,why, and why\n": ["more cells than columns"],
    "row 1,drop,,why\nrow 2,drop,,why\nrow 3,drop,,why\nrow 4,drop,,why\n": ["leaves no item"],
    "": ["holds no decision"],
    '"row 1,drop,,why\n': ["no csv file"],
    "".join(f"row {i},drop,,\n" for i in range(20)): ["line 2", "and 15 more"],
}


@pytest.mark.parametrize("lines", FAULTS)
def test_what_does_not_fit_is_told(lines, write):
    with pytest.raises(NoheroError) as caught:
        apply(toy(), read_decisions(write(HEAD + lines)))
    assert all(part in caught.value.what for part in FAULTS[lines]), caught.value.what


def test_other_files_are_refused(write, tmp_path):
    with pytest.raises(NoheroError, match="no column `value`, `reason`"):
        read_decisions(write("item,decision\nrow 1,drop\n"))
    with pytest.raises(NoheroError, match="cannot be read"):
        read_decisions(tmp_path / "absent.csv")
    with pytest.raises(NoheroError, match="cannot be read"):
        read_decisions(tmp_path)
    with pytest.raises(NoheroError, match="--target"):
        apply(toy().with_(label=""), read_decisions(write(HEAD + "row 1,relabel,dog,why\n")))
    (tmp_path / "odd.csv").write_bytes(bytes(range(256)))
    with pytest.raises(NoheroError):
        read_decisions(tmp_path / "odd.csv")


@pytest.mark.parametrize(("values", "given", "fits"), [
    ([1, 2, 1, 2], "2", True), ([1, 2, 1, 2], "3", False), ([1.5, 2.5, 3.0, 4.0], "7.25", True), ([1.5, 2.5, 3.0, 4.0], "seven", False), ([1.0, 2.0, 1.0, 2.0], "1", True),
])  # fmt: skip
def test_labels_that_are_numbers(values, given, fits, write):
    source = toy().with_(frame=pl.DataFrame({"y": values}))
    decisions = read_decisions(write(HEAD + f"row 1,relabel,{given},why\n"))
    if fits:
        assert apply(source, decisions).frame["y"][0] == float(given)
    else:
        with pytest.raises(NoheroError):
            apply(source, decisions)


def test_many_notes_are_told_in_one(write):
    source = toy().with_(frame=pl.DataFrame({"y": ["a"] * 100}), items=tuple(f"row {i}" for i in range(100)))
    after = apply(source, read_decisions(write(HEAD + "".join(f"row {i},drop,,why\n" for i in range(90)))))
    assert len(after.notes) == 42
    assert after.notes[-1] == "and 50 more decisions of decisions.csv"


def test_a_run_and_an_audit_name_the_same_rows(tmp_path, write):
    write_shop(tmp_path / "shop.csv")
    raw, source = read(str(tmp_path / "shop.csv"), target="sold"), open_source(str(tmp_path / "shop.csv"), target="sold")
    assert raw.items.tolist() == list(source.items)
    other = "yes" if raw.target[4] == "-no" else "-no"
    decisions = read_decisions(write(HEAD + f"row 2,drop,,why\nrow 5,relabel,{other},why\n"))
    decided, seen = apply_to_raw(raw, decisions), apply(source, decisions)
    assert decided.items.tolist() == list(seen.items)
    assert decided.target.tolist() == seen.labels.to_list()
    assert (decided.target[3], raw.target[4]) == (other, "yes" if other == "-no" else "-no")
    assert decided.sha256 != raw.sha256


def test_pictures_are_decided_by_their_path(tmp_path, write):
    raw = read(str(write_pictures(tmp_path / "pictures", per_class=3)))
    after = apply_to_raw(raw, read_decisions(write(HEAD + "left/0.png,drop,,why\nleft/1.png,relabel,right,why\n")))
    assert len(after) == len(after.images) == 8
    assert dict(zip(after.items.tolist(), after.target.tolist(), strict=True))["left/1.png"] == "right"


def test_the_audit_shows_what_would_be_done(tmp_path, write, capsys):
    write_shop(tmp_path / "shop.csv")
    path = write(HEAD + "row 2,drop,,the scale was off\n")
    assert main(["audit", str(tmp_path / "shop.csv"), "--target", "sold", "--decide", str(path), "--plain"]) == 0
    said = capsys.readouterr()
    assert "the scale was off" in said.out
    assert "140 items become 139" in said.err
    path.write_text(HEAD + "row 2000,drop,,why\n")
    assert main(["audit", str(tmp_path / "shop.csv"), "--decide", str(path)]) == 2
    assert "there is no item `row 2000`" in capsys.readouterr().err


def test_a_run_follows_decisions_and_keeps_their_hash(tmp_path, write, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOHERO_EFFORT", "tiny")
    write_shop(Path("shop.csv"))
    path = write(HEAD + "row 2,drop,,the scale was off\nrow 3,keep,,right\n")
    assert main(["run", "shop.csv", "--target", "sold", "--decisions", "decisions.csv", "--until", "data", "-q"]) in (0, 1)
    events = [json.loads(line) for line in Path("runs/latest/journal.jsonl").read_text().splitlines()]
    kept = next(e for e in events if e["event"] == "decisions")
    assert kept["sha256"] == read_decisions(path).sha256
    facts = next(e for e in events if e["event"] == "facts")["facts"]
    assert facts["items"] == "139"
    assert "row 2 left out: the scale was off" in facts["reading"]
    assert Path("runs/latest/decisions.csv").read_text() == path.read_text()
    capsys.readouterr()
    path.write_text(HEAD + "row 2,drop,,another reason\n")
    assert main(["run", "--resume", "--until", "skeleton", "-q"]) == 2
    assert "has changed" in capsys.readouterr().err


def test_a_project_decides_for_itself(tmp_path, capsys):
    (tmp_path / "project.py").write_text("def project(): ...\n")
    assert main(["run", str(tmp_path / "project.py"), "--decisions", "x.csv"]) == 2
    assert "project file" in capsys.readouterr().err
