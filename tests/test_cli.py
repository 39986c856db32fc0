"""The command line: what each verb prints, where it prints it, and what it costs to ask."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

import nohero as face
from nohero.checks.check import all_checks
from nohero.cli import VERBS, main, prepared
from nohero.report.result import as_json
from nohero.run.directory import find
from nohero.run.finding import Status, broken, failed, passed
from nohero.run.record import Record, StageRecord
from nohero.run.stages import STAGES
from nohero.run.values import loads
from nohero.stored import exit_code, judge_again, record_of
from small_runs import finished, nohero, write_shop

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x1b]")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A finished run and the folder of runs it stands in."""
    folder = tmp_path_factory.mktemp("shop")
    write_shop(folder / "shop.csv")
    finished(folder / "runs", folder / "shop.csv", target="sold")
    return folder


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_helps_with_examples_first(verb, capsys):
    assert main([verb, "-h"]) == 0
    said = capsys.readouterr().out
    assert said.index(f"\n  nohero {verb}") < said.index("Options:")
    assert said.index(f"\n  nohero {verb}") < 120


def test_alone_it_says_what_there_is(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out
    assert all(f"\n  {verb} " in said for verb in VERBS)
    assert main(["-h"]) == 0
    assert main(["--version"]) == 0
    assert face.__version__ in capsys.readouterr().out


def test_flags_may_stand_before_the_verb():
    assert prepared(["-v", "--plain", "run", "x.csv"]) == ["run", "-v", "--plain", "x.csv"]
    assert prepared(["-h"]) == ["-h"]
    assert prepared(["-v"]) == ["-v"]


def test_resume_takes_a_run_or_none():
    assert prepared(["run", "--resume"]) == ["run", "--resume="]
    assert prepared(["run", "--resume", "--pass", "A=b"]) == ["run", "--resume=", "--pass", "A=b"]
    assert prepared(["run", "--resume", "3", "-q"]) == ["run", "--resume", "3", "-q"]


def test_a_run_prints_results_on_stdout_and_all_else_on_stderr(tmp_path):
    write_shop(tmp_path / "shop.csv")
    done = nohero("run", "shop.csv", "--target", "sold", "--until", "data", cwd=tmp_path, env={**os.environ, "NOHERO_EFFORT": "tiny"})
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.startswith("nohero  0001-shop")
    assert done.stdout.rstrip().endswith("report: runs/0001-shop/report.html")
    assert re.fullmatch(r"data +(open|closed|passed) .*\n", done.stderr)
    assert not CONTROL.search(done.stdout + done.stderr)
    assert (tmp_path / "runs" / "latest").readlink().name == "0001-shop"


@pytest.mark.parametrize(("form", "kind"), [("json", dict), ("jsonl", dict)])
def test_a_run_for_other_programs(form, kind, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path / "shop.csv")
    assert main(["run", "shop.csv", "--target", "sold", "--until", "data", "--effort", "tiny", "--format", form]) in (0, 1)
    said = capsys.readouterr().out
    parts = [json.loads(said)] if form == "json" else [json.loads(line) for line in said.splitlines()]
    assert all(isinstance(part, kind) for part in parts)
    assert parts[0]["name"] == "0001-shop"


def test_quiet_is_findings_and_a_verdict(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path / "shop.csv")
    assert main(["run", "shop.csv", "--target", "sold", "--until", "data", "--effort", "tiny", "-q"]) in (0, 1)
    said = capsys.readouterr()
    assert said.err == ""
    assert "report:" not in said.out


def test_plain_is_ascii(shop, capsys):
    assert main(["report", "--out", str(shop / "runs"), "--plain"]) == 0
    assert capsys.readouterr().out.isascii()


def test_no_color_is_respected(shop):
    environment = {**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "1"}
    done = nohero("report", "--out", shop / "runs", env=environment)
    assert not CONTROL.search(done.stdout)


class Requests(HTMLParser):
    """Whatever a page would fetch."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "srcset") and not value.startswith("data:")]
        self.found += [value for name, value in attrs if name == "href" and tag == "link"]


def test_the_report_is_made_again_from_the_journal(shop, capsys):
    run = find(shop / "runs")
    path = run.path / "report.html"
    before = path.read_text()
    path.unlink()
    assert main(["report", "--out", str(shop / "runs"), "--where"]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    assert path.read_text() == before
    parser = Requests()
    parser.feed(before)
    assert not parser.found
    assert len(before.encode()) < 3_000_000
    assert all(f'id="{stage}"' in before or stage.capitalize() in before for stage in STAGES)


def test_the_report_in_other_forms(shop, tmp_path, capsys):
    runs = str(shop / "runs")
    assert main(["report", "1", "--out", runs, "--format", "json", "-o", str(tmp_path / "r.json")]) == 0
    text = (tmp_path / "r.json").read_text()
    assert text == as_json(record_of(find(shop / "runs"))) == as_json(loads(Record, text))
    capsys.readouterr()
    assert main(["report", "latest", "--out", runs, "--format", "html"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert main(["report", "1", "--out", runs, "--format", "text", "-o", str(tmp_path)]) == 2


def test_judging_again_says_what_the_run_said(shop, capsys):
    run = find(shop / "runs")
    before = (run.path / "journal.jsonl").read_bytes()
    record, again = record_of(run), judge_again(run)
    assert [(f.code, f.status, f.message) for f in again.findings] == [(f.code, f.status, f.message) for f in record.findings]
    assert [s.state for s in again.stages] == [s.state for s in record.stages]
    assert main(["judge", "--out", str(shop / "runs")]) == exit_code(record)
    assert record.name in capsys.readouterr().out
    assert (run.path / "journal.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("findings", "code"),
    [((), 0), ((passed("x"),), 0), ((failed("x"),), 1), ((broken("x"),), 3), ((broken("x"), failed("x")), 1), ((failed("x", ignored="why"),), 0)],
)
def test_exit_codes(findings, code):
    record = Record(name="r", source="s", stages=(StageRecord(name="data", findings=findings),))
    assert exit_code(record) == code


def test_every_check_is_listed_and_explained(capsys):
    assert main(["list", "checks"]) == 0
    listed = capsys.readouterr().out
    for check in all_checks():
        assert check.code in listed
        assert main(["explain", check.name.upper()]) == 0
        said = capsys.readouterr().out
        assert said.startswith(f"{check.code} {check.name}")
        assert all(head in said for head in ("Mend", "Source", "Rests on", "Proved"))
        assert max(map(len, said.splitlines())) <= 140


@pytest.mark.parametrize("stage", STAGES)
def test_stages_are_explained(stage, capsys):
    assert main(["explain", stage]) == 0
    assert "Handed on" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["checks", "runs", "tasks", "data", "stages"])
def test_lists(what, shop, capsys):
    assert main(["list", what, "--out", str(shop / "runs")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main(["list", what, "--out", str(shop / "runs"), "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(lines) > 0


def test_runs_that_never_began_are_listed_too(tmp_path, capsys):
    (tmp_path / "0001-x").mkdir()
    (tmp_path / "0001-x" / "journal.jsonl").write_text("")
    assert main(["list", "runs", "--out", str(tmp_path)]) == 0
    assert "0001-x" in capsys.readouterr().out
    assert main(["list", "runs", "--out", str(tmp_path / "none")]) == 0


def test_doctor(tmp_path, capsys):
    assert main(["doctor", "--out", str(tmp_path / "a" / "b")]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("torch", "devices", "cores", "free disk", "can be kept"))
    assert not (tmp_path / "a").exists()
    (tmp_path / "file").write_text("")
    assert main(["doctor", "--out", str(tmp_path / "file" / "x")]) == 2
    assert "cannot be kept" in capsys.readouterr().out


def test_a_fault_of_our_own_is_written_down(shop, tmp_path, monkeypatch, capsys):
    def broken_page(_record):
        raise RuntimeError("oops")

    monkeypatch.setattr("nohero.report.page.page", broken_page)
    write_shop(tmp_path / "shop.csv")
    words = ["run", str(tmp_path / "shop.csv"), "--target", "sold", "--until", "data", "--effort", "tiny", "--out", str(tmp_path / "runs")]
    assert main(words) == 3
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "error: nohero broke: RuntimeError: oops" in said
    crash = next((tmp_path / "runs").glob("0001-shop/crash-*.txt"))
    assert str(crash) in said
    assert "broken_page" in crash.read_text()
    assert main([*words, "-v"]) == 3
    assert "Traceback" in capsys.readouterr().err


TORCH_FREE = [["list", "checks"], ["list", "runs"], ["list", "tasks"], ["list", "data"], ["list", "stages"], ["explain", "DAT110"], ["explain", "final"], ["report"], ["judge"], ["run", "-h"], ["-h"]]


@pytest.mark.parametrize("words", TORCH_FREE, ids=" ".join)
def test_reading_needs_no_torch(words, shop):
    code = f"import sys\nfrom nohero.cli import main\ncode = main({words!r})\nassert 'torch' not in sys.modules, 'torch'\nassert 'sklearn' not in sys.modules, 'sklearn'\nsys.exit(code)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=shop, check=False)
    assert done.returncode in ((0, 1, 3) if words == ["judge"] else (0,)), done.stderr
    assert done.stdout


def test_importing_changes_and_costs_nothing():
    code = "import sys, os, logging, signal\nbefore = (dict(os.environ), logging.root.handlers[:], signal.getsignal(signal.SIGINT))\nimport nohero\n"
    code += "assert before == (dict(os.environ), logging.root.handlers[:], signal.getsignal(signal.SIGINT))\n"
    code += "assert not {'torch', 'numpy', 'typer', 'polars', 'rich'} & set(sys.modules)\nassert len(nohero.__all__) <= 20"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_face_is_complete():
    assert face.__all__ == [
        "Check", "Finding", "NoheroError", "Problem", "Project", "Record", "Report", "Status", "__version__", "assert_exact_resume", "assert_no_leak",
        "assert_trainable", "audit", "check", "check_layer", "equivalent", "predict", "read_run", "run_recipe", "watch",
    ]
    for name in face.__all__:
        assert getattr(face, name) is not None
    assert set(face.__all__) <= set(dir(face))
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        face.nothing_of_the_kind  # noqa: B018


def test_the_version_is_that_of_the_package():
    import tomllib
    from pathlib import Path

    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert project["version"] == face.__version__


def test_a_run_from_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path / "shop.csv")
    record = face.run_recipe("shop.csv", target="sold", until="data", budget="none")
    assert record.stages[0].state in ("open", "closed")
    assert face.read_run("1") == record
    assert record.count(Status.ERROR) == 0


def test_prove_prints_the_matrix(capsys):
    assert main(["prove", "DAT120", "--workers", "1"]) == 0
    said = capsys.readouterr()
    assert "sabotages caught by their own check" in said.out
    assert "healthy" not in said.out.splitlines()[0]
    assert "1/" in said.err
