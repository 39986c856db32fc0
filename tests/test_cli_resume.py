"""A run that is killed, interrupted or held by another process goes on as if nothing had happened, and repeats nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from nohero.cli import main
from nohero.options import Options
from nohero.run.directory import find
from nohero.run.errors import RunError, UsageError
from nohero.run.journal import content
from nohero.run.lock import locked
from nohero.sitting import begin, take_up
from nohero.stored import options_of, record_of
from small_runs import finished, nohero, write_shop

ENVIRONMENT = {**os.environ, "NOHERO_EFFORT": "tiny", "OMP_NUM_THREADS": "1"}
KILLS = ("decision", "training", "stage")  # kinds of events after which a kill falls, in three sittings
WAIT = 60.0  # seconds at most until such an event


def started(folder, *words):
    command = [sys.executable, "-m", "nohero", "run", *words, "--out", str(folder / "runs"), "--no-progress"]
    return subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def text_of(folder):
    path = folder / "runs" / "latest" / "journal.jsonl"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def wait_for_more(folder, process, kind, count):
    end = time.monotonic() + WAIT
    while text_of(folder).count(f'"event":"{kind}"') < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, f"no {kind} in {WAIT} s"
        time.sleep(0.01)


def test_a_killed_run_ends_as_an_undisturbed_one(tmp_path):
    write_shop(tmp_path / "shop.csv")
    words = ("shop.csv", "--target", "price", "--budget", "none")
    whole = tmp_path / "whole"
    whole.mkdir()
    write_shop(whole / "shop.csv")
    ending = started(whole, *words)
    for kind in KILLS:
        process = started(tmp_path, *(("--resume",) if text_of(tmp_path) else words))
        wait_for_more(tmp_path, process, kind, text_of(tmp_path).count(f'"event":"{kind}"') + 2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    last = started(tmp_path, "--resume")
    last.communicate()
    ending.communicate()
    assert last.returncode == ending.returncode
    one, other = find(tmp_path / "runs"), find(whole / "runs")
    assert content(one.journal.events) == content(other.journal.events)
    assert len([e for e in one.journal.events if e["event"] == "resumed"]) == len(KILLS)
    assert not list(one.path.rglob(".*.part"))


def test_an_interrupt_keeps_what_was_done_and_says_how_to_go_on(tmp_path):
    write_shop(tmp_path / "shop.csv")
    process = started(tmp_path, "shop.csv", "--target", "price", "--budget", "none")
    wait_for_more(tmp_path, process, "evidence", 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=WAIT)
    assert process.returncode == 130
    assert out == ""
    assert "nohero run --resume" in err
    assert "Traceback" not in err
    run = find(tmp_path / "runs")
    assert "stopped by the user" in record_of(run).interrupted
    assert "stopped by the user" in (run.path / "report.html").read_text()
    again = nohero("run", "--resume", "--until", "data", cwd=tmp_path, env=ENVIRONMENT)
    assert again.returncode in (0, 1)
    assert record_of(find(tmp_path / "runs")).interrupted == "" or again.returncode == 1


def test_a_second_interrupt_stops_at_once(tmp_path):
    write_shop(tmp_path / "shop.csv")
    process = started(tmp_path, "shop.csv", "--target", "price", "--budget", "none")
    wait_for_more(tmp_path, process, "evidence", 1)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=WAIT)
    assert process.returncode == 130
    assert find(tmp_path / "runs").journal.events


@pytest.fixture
def looked(tmp_path, monkeypatch):
    """A run that stopped after the first stage."""
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path / "shop.csv")
    begin(Options(source="shop.csv", target="price", until="data", effort="tiny"), out=tmp_path / "runs")
    return tmp_path


def test_a_finished_run_says_so(looked, capsys):
    assert main(["run", "--resume"]) == 0
    assert "is finished up to the data stage" in capsys.readouterr().err


def test_going_on_after_a_stage(looked):
    again = take_up(looked / "runs", changes={"until": "skeleton"})
    assert [e["name"] for e in again.directory.journal.every("stage")] == ["data", "skeleton"]


def test_changed_data_is_refused(looked):
    with (looked / "shop.csv").open("a") as file:
        file.write("1.0,red,2024-01-01,5.0,1.0,yes\n")
    with pytest.raises(RunError, match="has changed"):
        take_up(looked / "runs", changes={"until": "skeleton"})


def test_a_source_that_was_moved_can_be_named_anew(looked):
    (looked / "shop.csv").rename(looked / "moved.csv")
    with pytest.raises(UsageError, match="no file"):
        take_up(looked / "runs", changes={"until": "skeleton"})
    again = take_up(looked / "runs", changes={"until": "skeleton", "source": "moved.csv"})
    assert options_of(again.directory).source == "moved.csv"


@pytest.mark.parametrize(("name", "value"), [("seed", 3), ("target", "sold"), ("threads", 7), ("task", "binary")])
def test_what_a_run_began_with_cannot_change(looked, name, value):
    with pytest.raises(UsageError, match=f"--{name}"):
        take_up(looked / "runs", changes={name: value, "until": "skeleton"})


def test_one_writer_at_a_time(looked):
    run = find(looked / "runs")
    with locked(run.path), pytest.raises(RunError, match=f"process {os.getpid()}"):
        take_up(looked / "runs", changes={"until": "skeleton"})
    assert take_up(looked / "runs").already


def test_a_lock_goes_with_its_process(looked):
    run = find(looked / "runs")
    code = f"import os\nfrom pathlib import Path\nfrom nohero.run.lock import locked\nwith locked(Path({str(run.path)!r})):\n    os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    with locked(run.path):
        pass


def test_a_journal_that_ended_before_it_began(looked):
    run = find(looked / "runs")
    (run.path / "journal.jsonl").write_text('{"event":"sta')
    with pytest.raises(RunError, match="does not say how"):
        take_up(looked / "runs")


def test_the_journal_keeps_no_name_of_a_home(tmp_path, monkeypatch):
    home = tmp_path / "home" / "jane"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    write_shop(home / "shop.csv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOHERO_EFFORT", "tiny")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert main(["run", str(home / "shop.csv"), "--target", "price", "--until", "data", "-q"]) in (0, 1)
    run = find(tmp_path / "elsewhere" / "runs")
    told = json.dumps([e for e in run.journal.events if e["event"] in ("started", "facts")])
    assert "jane" not in told
    assert options_of(run).source == "~/shop.csv"
    assert "~/shop.csv" in record_of(run).command
    assert take_up(tmp_path / "elsewhere" / "runs", changes={"until": "skeleton"}).record.stages[1].state != "waiting"


def test_the_end_is_reached_only_once(tmp_path):
    write_shop(tmp_path / "shop.csv")
    run = finished(tmp_path / "runs", tmp_path / "shop.csv", target="sold")
    before = (run.path / "journal.jsonl").read_bytes()
    again = take_up(tmp_path / "runs")
    assert again.already
    assert (run.path / "journal.jsonl").read_bytes() == before
    assert [e["until"] for e in run.journal.every("finished")] == [None]
