"""`nohero label` from its words to what it keeps, and two annotations compared."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import polars as pl
import pytest

from nohero.cli import main
from nohero.labelling.sheet import make_sheet
from nohero.run.errors import NoheroError
from nohero.sources.collection import Collection
from real_files import real


@pytest.fixture
def pets(tmp_path):
    path = tmp_path / "pets.csv"
    rows = [f"{'miaow' if i % 2 else 'wuff'},{'cat' if i % 2 or i == 4 else 'dog'},{'cat' if i % 2 else 'dog'}" for i in range(20)]
    path.write_text("\n".join(["says,kind,kind_by_ann", *rows]) + "\n")
    return path


def started(pets, *more):
    command = [sys.executable, "-m", "nohero", "label", str(pets), "--target", "kind", "-n", "8", "--out", str(pets.parent / "runs"), *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    address = re.search(r"http://127\.0\.0\.1:\d+/[\w-]+/", process.stderr.readline())[0]
    return process, address


def opened(address, data=None):
    asked = urllib.request.Request(address, data=data)  # noqa: S310 (the desk's own address)
    with urllib.request.urlopen(asked) as page:  # noqa: S310
        return page.read().decode()


def answered(address, number, word):
    return opened(f"{address}answer/{number}", f"answer={word}".encode())


def test_a_stop_keeps_what_was_labelled_and_the_next_call_goes_on(pets):
    process, address = started(pets)
    for number in (1, 2, 3):
        answered(address, number, 0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert out.startswith("human: ")
    assert "the same command goes on from here" in err
    process, address = started(pets)
    page = opened(address)
    assert "3 labelled" in page
    for number in range(4, 9):
        answered(address, number, "u")
    opened(f"{address}finish", b"")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "5 items could not be told" in out
    kept = json.loads(next((pets.parent / "runs").glob("labels-pets-*.json")).read_text())
    assert (kept["answered"], kept["cannot_tell"], kept["asked"]) == (8, 5, 8)
    assert kept["pair"]["share"]["of"] == 3
    assert len(kept["differing"]) == 3 - kept["pair"]["share"]["hits"]


def test_a_kill_loses_nothing(pets):
    process, address = started(pets)
    answered(address, 1, 1)
    process.kill()
    process.communicate(timeout=30)
    lines = next((pets.parent / "runs").glob("labels-pets-*.jsonl")).read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["begun", "answer"]


def test_two_fields_are_compared_without_a_page(pets, capsys):
    assert main(["label", str(pets), "--target", "kind", "--second", "kind_by_ann"]) == 0
    said = capsys.readouterr().out
    assert "20 items annotated twice" in said
    assert "agree  0.95 [0.76, 0.99]" in said
    assert "kappa  0.9" in said
    assert "1  cat / dog" in said
    assert main(["label", str(pets), "--target", "kind", "--second", "kind_by_ann", "--format", "json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["share"]["hits"] == 19
    assert values["kappa"] == pytest.approx(0.9)


def test_a_file_is_a_second_annotation_too(pets, tmp_path, capsys):
    (tmp_path / "ann.csv").write_text("item,kind\nrow 1,cat\nrow 2,cat\nrow 99,cat\n")
    assert main(["label", str(pets), "--target", "kind", "--second", str(tmp_path / "ann.csv")]) == 0
    assert "2 items annotated twice, 18 not" in capsys.readouterr().out
    lines = [{"event": "answer", "item": f"row {i + 1}", "answer": "dog"} for i in range(3)] + [{"event": "answer", "item": "row 1", "answer": None}]
    (tmp_path / "bob.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    assert main(["label", str(pets), "--target", "kind", "--second", str(tmp_path / "bob.jsonl")]) == 0
    assert "2 items annotated twice" in capsys.readouterr().out
    for name, content, said in [("odd.csv", "a,b\n1,2\n", "no columns `item`"), ("other.csv", "item,kind\nx,cat\n", "names no item"), ("none.csv", "", "")]:
        (tmp_path / name).write_text(content)
        assert main(["label", str(pets), "--target", "kind", "--second", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err
    assert main(["label", str(pets), "--target", "kind", "--second", "kind_by_anna"]) == 2
    assert "did you mean `kind_by_ann`" in capsys.readouterr().err
    assert main(["label", str(pets), "--second", "kind_by_ann"]) == 2
    assert "--target" in capsys.readouterr().err


def test_what_cannot_be_labelled_is_said(pets, capsys):
    for more, said in [(["-n", "0"], "-n 0"), (["--hide", "sayz"], "did you mean `says`"), (["--target", "says", "--classes", "x", "-n", "-1"], "-n -1")]:
        assert main(["label", str(pets), "--target", "kind", *more]) == 2
        assert said in capsys.readouterr().err
    frame = pl.DataFrame({"y": [float(i) for i in range(200)]})
    source = Collection(name="n", source="n", kind="row", frame=frame, items=tuple(map(str, range(200))), label="y")
    with pytest.raises(NoheroError, match="has 200 values"):
        make_sheet(source, number=10, seed=0)
    with pytest.raises(NoheroError, match="no label"):
        make_sheet(source.with_(label=""), number=10, seed=0)
    assert make_sheet(source.with_(label=""), number=10, seed=0, classes=["a", "b"]).given == (None,) * 10


def test_numbers_are_one_answer_however_they_are_written():
    frame = pl.DataFrame({"y": [10.0, 2.0, None, 3.0]})
    source = Collection(name="n", source="n", kind="row", frame=frame, items=("a", "b", "c", "d"), label="y")
    assert make_sheet(source, number=4, seed=0).classes == ("2", "3", "10")


def test_real_people_compared(capsys):
    path = str(real("cifar10-small/train_human_labels.csv"))
    assert main(["label", path, "--target", "clean_label", "--second", "random_label1"]) == 0
    said = capsys.readouterr().out
    assert "3,000 items annotated twice" in said
    assert "agree  0.825 [0.811, 0.838]" in said
    assert "truck / automobile" in said


def test_three_annotators_at_once(capsys):
    path = str(real("cifar10-small/train_human_labels.csv"))
    assert main(["label", path, "--target", "random_label1", "--second", "random_label2", "--second", "random_label3"]) == 0
    said = capsys.readouterr().out
    assert "all 3 annotations: alpha 0.667" in said
    assert "weighted" not in said


def test_a_near_miss_counts_less_where_answers_are_numbers(tmp_path, capsys):
    rows = [f"{i % 5},{min(4, i % 5 + (i % 3 == 0))}" for i in range(60)]
    (tmp_path / "stars.csv").write_text("\n".join(["mine,yours", *rows]) + "\n")
    assert main(["label", str(tmp_path / "stars.csv"), "--target", "mine", "--second", "yours"]) == 0
    said = capsys.readouterr().out
    assert "weighted kappa  0.9" in said
    assert "(ordinal)" in said


def test_fields_of_real_people_are_hidden_from_the_one_who_labels():
    from nohero.sources.opening import open_source

    sheet = make_sheet(open_source(str(real("cifar10-small/train_human_labels.csv")), target="clean_label"), number=10, seed=0)
    assert not [name for name in sheet.shown if "label" in name]


def test_the_file_of_answers_lies_beside_the_runs(pets):
    process, _ = started(pets, "--annotator", "ann", "--seed", "4")
    process.kill()
    process.communicate(timeout=30)
    first = next((pets.parent / "runs").glob("*.jsonl"))
    assert Path(first).name.startswith("labels-pets-")
    assert json.loads(first.read_text())["annotator"] == "ann"
