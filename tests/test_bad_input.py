"""What cannot be used is answered in three parts, with the right exit code and never a traceback."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from nohero.cli import main
from nohero.run.directory import find
from nohero.stored import record_of
from small_runs import write_pictures, write_shop


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """Run nohero here and give back exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOHERO_EFFORT", "tiny")

    def run(*words):
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


def assert_three_parts(said: str) -> None:
    lines = said.splitlines()
    assert [line[:2] for line in lines[-2:]] == ["  ", "  "]
    assert lines[-3].startswith("error: ")
    assert lines[-2].startswith("  expected  ")
    assert lines[-1].startswith("  help      ")
    assert all(len(line) > 12 for line in lines[-3:])


def rows(count=60, head="a,b,label", label=lambda i: i % 2):
    return "\n".join([head, *(f"{i * 7 % 31},{i * 13 % 17},{label(i)}" for i in range(count))]) + "\n"


HOPELESS = {  # file's content, further words, what the error must say, what the help must say
    "an empty file": ("", ["--target", "label"], "is empty", ""),
    "a header alone": ("a,b,label\n", ["--target", "label"], "no rows", ""),
    "no such target": (rows(), ["--target", "lable"], "no column `lable`", "did you mean `label`"),
    "no target named": (rows(head="a,b,c"), [], "which column", "--target"),
    "a constant target": (rows(label=lambda _: 1), ["--target", "label"], "same value", "--target"),
    "a target that is missing throughout": (rows(label=lambda _: ""), ["--target", "label"], "missing in all", "--target"),
    "duplicate column names": (rows(head="a,a,label"), ["--target", "label"], "stands 2 times", "rename"),
    "too few rows": (rows(count=9), ["--target", "label"], "usable rows", "more data"),
    "a target like free text": (rows(label=lambda i: f"name {i}"), ["--target", "label"], "too many for classes", "--target"),
    "binary data": ("a,b,label\n\0\0\0", ["--target", "label"], "binary", ""),
    "a picture called csv": ("%PDF-1.4 nothing", ["--target", "label"], "PDF", ""),
    "the target alone": ("label\n" + "1\n0\n" * 30, ["--target", "label"], "no column to predict from", ""),
    "regression on labels": (rows(label=lambda i: "xy"[i % 2]), ["--target", "label", "--task", "regression"], "holds labels", "--task"),
    "an unknown task": (rows(), ["--target", "label", "--task", "binry"], "unknown task", "did you mean `binary`"),
    "no such group": (rows(), ["--target", "label", "--group", "lab"], "no column `lab`", "`label`"),
}


@pytest.mark.parametrize("name", HOPELESS)
def test_tables_that_cannot_be_used(name, told, tmp_path):
    content, words, what, mend = HOPELESS[name]
    (tmp_path / "data.csv").write_text(content)
    code, out, err = told("run", "data.csv", *words)
    assert code == 2
    assert out == ""
    assert_three_parts(err)
    assert what in err
    assert mend in err.splitlines()[-1]
    assert not (tmp_path / "runs").exists()


USABLE = {  # file's content, what the report must say
    "a class with one member": (rows(label=lambda i: "rare" if i == 3 else "xy"[i % 2]), "rare"),
    "text in a numeric column": (rows().replace("\n7,13,1\n", "\nmany,13,1\n"), "`many` in row 2"),
    "rows without a target": (rows(label=lambda i: "" if i < 4 else i % 2), "`label` is missing"),
    "rows of another width": (rows() + "1,2\n", "2 cells where most rows have 3"),
    "a column that is missing throughout": (rows(head="a,b,c,label", label=lambda i: f",{i % 2}"), "empty"),
}


@pytest.mark.parametrize("name", USABLE)
def test_what_cannot_be_used_is_counted_and_listed(name, told, tmp_path):
    content, what = USABLE[name]
    (tmp_path / "data.csv").write_text(content)
    code, out, err = told("run", "data.csv", "--target", "label", "--until", "data")
    assert code in (0, 1), err
    directory = find(tmp_path / "runs")
    page = (directory.path / "report.html").read_text()
    assert what in page
    lost = record_of(directory).facts.get("not used", "0")
    assert int(lost) == {"rows without a target": 4, "rows of another width": 1}.get(name, 0)
    assert "data" in out


def test_other_encodings_are_read_and_said(told, tmp_path):
    (tmp_path / "data.csv").write_bytes(rows(label=lambda i: ("caf\xe9", "th\xe9")[i % 2]).encode("latin-1"))
    code, _, err = told("run", "data.csv", "--target", "label", "--until", "data")
    assert code in (0, 1), err
    directory = find(tmp_path / "runs")
    assert "not UTF-8" in record_of(directory).facts["reading"]
    assert "café" in (directory.path / "report.html").read_text()


def test_a_feature_that_is_the_target_closes_the_gate(told, tmp_path):
    path = write_shop(tmp_path / "shop.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",again", *(f"{line},{line.rsplit(',', 1)[1]}" for line in lines[1:])]))
    code, out, _ = told("run", "shop.csv", "--target", "sold")
    assert code == 1
    assert "DAT170" in out
    assert "`again`" in out or "again" in out
    code, out, _ = told("run", "--resume", "--pass", "DAT170=known to be so", "--until", "data")
    assert code == 0
    assert "known to be so" in out


def test_pictures_of_all_kinds(told, tmp_path):
    folder = write_pictures(tmp_path / "squares")
    (folder / "left" / "0.png").write_bytes(b"")
    (folder / "left" / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    Image.fromarray(np.zeros((40, 30, 3), dtype=np.uint8)).save(folder / "left" / "2.png")
    Image.fromarray(np.zeros((12, 12, 4), dtype=np.uint8), "RGBA").save(folder / "left" / "3.png")
    (folder / "left" / "note.txt").write_text("hello")
    code, _, err = told("run", "squares", "--until", "data")
    assert code in (0, 1), err
    facts = record_of(find(tmp_path / "runs")).facts
    assert facts["not used"] == "2"
    assert "sizes" in facts["reading"]
    assert "RGBA" in facts["reading"]
    page = (find(tmp_path / "runs").path / "report.html").read_text()
    assert "left/0.png" in page
    assert "left/1.png" in page


@pytest.mark.parametrize(("keep", "what"), [(("left",), "one class folder"), ((), "no pictures")])
def test_folders_without_two_classes(keep, what, told, tmp_path):
    folder = write_pictures(tmp_path / "squares")
    for inner in folder.iterdir():
        if inner.name not in keep:
            for path in inner.iterdir():
                path.unlink()
            inner.rmdir()
    code, _, err = told("run", "squares")
    assert code == 2
    assert what in err
    assert_three_parts(err)


MISUSE = {  # words, exit code, what the error must say, what the help must say
    "a budget too small for anything": (["run", "built-in:wine", "--budget", "1s"], 4, "too little for anything", "--budget"),
    "a budget that is no time": (["run", "built-in:wine", "--budget", "soon"], 2, "`soon`", "--budget"),
    "a folder that cannot be written": (["run", "built-in:wine", "--out", "file/runs"], 2, "cannot be made", "--out"),
    "an unknown flag": (["run", "built-in:wine", "--bugdet", "9s"], 2, "`--bugdet`", "did you mean `--budget`"),
    "an unknown verb": (["rnu", "built-in:wine"], 2, "`rnu`", "did you mean `run`"),
    "an unknown stage": (["run", "built-in:wine", "--until", "skelton"], 2, "`skelton`", "did you mean `skeleton`"),
    "an unknown code": (["run", "built-in:wine", "--pass", "DAT11=x"], 2, "`DAT11`", "did you mean"),
    "a pass without a reason": (["run", "built-in:wine", "--pass", "DAT110"], 2, "no reason", "--pass DAT110"),
    "an empty reason": (["run", "built-in:wine", "--pass", "DAT110= "], 2, "no reason", "--pass DAT110"),
    "an unknown source": (["run", "built-in:wines"], 2, "`wines`", "did you mean `wine`"),
    "a file that is not there": (["run", "gone.csv"], 2, "`gone.csv`", ""),
    "a kind of file that is not read": (["run", "file"], 2, "not read", ""),
    "no source": (["run"], 2, "no source", "built-in:digits"),
    "a word for a number": (["run", "built-in:wine", "--seed", "abc"], 2, "--seed", ""),
    "a seed below zero": (["run", "built-in:wine", "--seed", "-3"], 2, "--seed -3", ""),
    "a device that is not served": (["run", "built-in:wine", "--device", "cuda"], 2, "`cuda`", "--device"),
    "no threads": (["run", "built-in:wine", "--threads", "0"], 2, "--threads 0", ""),
    "a target where there are no columns": (["run", "built-in:wine", "--target", "x"], 2, "--target", ""),
    "two sources": (["run", "built-in:wine", "built-in:digits"], 2, "built-in:digits", "-h"),
    "a format that is not written": (["run", "built-in:wine", "--format", "jsn"], 2, "`jsn`", "did you mean `json`"),
    "nothing to resume": (["run", "--resume"], 2, "no run", "nohero run"),
    "no such run": (["report", "7"], 2, "no run", "nohero run"),
    "an unknown code to explain": (["explain", "DAT11"], 2, "`DAT11`", "did you mean"),
    "an unknown list": (["list", "chekcs"], 2, "`chekcs`", "did you mean `checks`"),
    "a verb without its word": (["explain"], 2, "is missing", "-h"),
    "a run to predict with that is not there": (["predict", "7", "file"], 2, "no run", "nohero run"),
    "a project that raises": (["run", "broken.py"], 3, "ZeroDivisionError", "-v"),
    "a project without project()": (["run", "empty.py"], 2, "project()", ""),
}


@pytest.mark.parametrize("name", MISUSE)
def test_misuse(name, told, tmp_path):
    words, exit_code, what, mend = MISUSE[name]
    (tmp_path / "file").write_text("a file")
    (tmp_path / "broken.py").write_text("def project():\n    return 1 / 0\n")
    (tmp_path / "empty.py").write_text("")
    code, out, err = told(*words)
    assert code == exit_code, err
    assert out == ""
    assert_three_parts(err)
    assert what in err
    assert mend in err.splitlines()[-1]


def test_hostile_names_do_not_reach_the_terminal(told, tmp_path):
    (tmp_path / "data.csv").write_text(rows(head="a,b,\x1b[31mlabel"))
    code, out, err = told("run", "data.csv", "--target", "nothing")
    assert code == 2
    assert "\x1b" not in out + err
