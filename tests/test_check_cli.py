"""`nohero check` on the command line: targets, formats, exit codes, errors."""

import json

import pytest

from nohero.cli import main

GOOD = """
import torch
from torch import nn
def setup():
    x = torch.randn(96, 5, generator=torch.Generator().manual_seed(1))
    y = (x[:, 0] + x[:, 1] * x[:, 2] > 0).long()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 2))
    return {"model": model, "loss": nn.CrossEntropyLoss(), "train": (x, y)}
"""
BAD = GOOD.replace("nn.CrossEntropyLoss()", "lambda out, y: -nn.functional.cross_entropy(out, y)")


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("good.py", GOOD), ("bad.py", BAD), ("empty.py", "x = 1\n"), ("raises.py", "def setup():\n    raise KeyError('no')\n"), ("odd.py", "def setup():\n    return {'modle': 1}\n"), ("broken.py", "def setup(:\n")):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_sound_set_up_prints_one_line(files, capsys):
    assert main(["check", "good.py", "--select", "loss"]) == 0
    out = capsys.readouterr().out
    assert len(out.strip().splitlines()) == 1
    assert "checks" in out


def test_a_fault_is_told_and_counts(files, capsys):
    assert main(["check", "bad.py", "--select", "loss"]) == 1
    assert "reversed-loss" in capsys.readouterr().out
    assert main(["check", "bad.py", "--select", "loss", "--fail-on", "never"]) == 0


def test_a_reason_passes_it(files, capsys):
    assert main(["check", "bad.py", "--select", "SKE344", "--format", "json"]) in (0, 1)
    code = next(f["code"] for f in json.loads(capsys.readouterr().out)["findings"])
    assert main(["check", "bad.py", "--select", code, "--ignore", f'{code}="on purpose"', "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"][0]["ignored"] in ("on purpose", "")
    assert main(["check", "bad.py", "--ignore", code]) == 2


@pytest.mark.parametrize("form", ["json", "jsonl", "sarif", "junit", "github", "html"])
def test_every_format(files, capsys, form):
    assert main(["check", "bad.py", "--select", "loss", "--format", form]) == 1
    assert capsys.readouterr().out.strip()


def test_a_module_and_a_function(files, capsys):
    assert main(["check", "good:setup", "--select", "SKE34"]) == 0


def test_the_page_is_written_beside(files, capsys):
    main(["check", "bad.py", "--select", "loss", "--report", "r.html"])
    assert "reversed-loss" in (files / "r.html").read_text()


ERRORS = {
    "no file": (["check", "none.py"], 2, "there is no file none.py"),
    "no module": (["check", "no_such_module:setup"], 2, "no module"),
    "no function": (["check", "empty.py"], 2, "no function setup"),
    "a function that raises": (["check", "raises.py"], 3, "KeyError"),
    "a file that is no Python": (["check", "broken.py"], 3, "SyntaxError"),
    "an unknown key": (["check", "odd.py"], 2, "did you mean `model`"),
    "an unknown format": (["check", "good.py", "--format", "pdf"], 2, "unknown format"),
    "a selection of nothing": (["check", "good.py", "--select", "XYZ"], 2, "chooses no check"),
    "a budget that is none": (["check", "good.py", "--budget", "soon"], 2, "budget"),
    "no time at all": (["check", "good.py", "--budget", "0s"], 4, "too little"),
}


@pytest.mark.parametrize("what", ERRORS)
def test_errors_have_three_parts(files, capsys, what):
    arguments, code, words = ERRORS[what]
    assert main(arguments) == code
    told = capsys.readouterr().err
    assert words in told
    assert "expected" in told
    assert "help" in told
    assert "Traceback" not in told
