"""The journal keeps what was written whole, forgives a torn last line and nothing else."""

import json
import math

import pytest

from nohero.run.errors import RunError
from nohero.run.journal import Journal, content


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def test_what_is_appended_is_read_back(path):
    journal = Journal(path)
    journal.append("facts", task="binary", numbers=(1, 2.5, None, True), loss=math.nan)
    told = journal.append("stage", name="data")
    again = Journal(path)
    assert again.events == journal.events
    assert again.last("stage") == told
    assert again.last("stage", name="skeleton") is None
    assert again.every("facts")[0]["loss"] == {"float": "nan"}
    assert path.read_text().count("\n") == 2


def test_the_newest_event_with_these_values_counts(path):
    journal = Journal(path)
    for state in ("closed", "open"):
        journal.append("stage", name="data", state=state)
    journal.append("stage", name="tune", state="closed")
    assert journal.last("stage", name="data")["state"] == "open"
    assert [e["name"] for e in journal.every("stage")] == ["data", "data", "tune"]


@pytest.mark.parametrize("torn", [b'{"event":"b"', b'{"event":"b"}', b"\x00\x00\x00", b"{\n", b"5\n", b'{"at":1}\n', b"\xff\xfe"])
def test_a_torn_last_line_is_passed_over_and_work_goes_on(path, torn):
    Journal(path).append("a")
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    journal = Journal(path)
    assert [e["event"] for e in journal.events] == ["a"]
    assert path.read_bytes() == whole + torn  # reading changes nothing: another process may be writing
    journal.append("c")
    journal.append("d")
    assert [e["event"] for e in Journal(path).events] == ["a", "c", "d"]
    assert path.read_bytes().startswith(whole + b'{"event":"c"')


def test_a_kill_at_any_byte_loses_the_torn_line_only(path):
    journal = Journal(path)
    for number in range(3):
        journal.append("step", number=number, text="naïve \u2028 line\r\n")
    whole = path.read_bytes()
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        assert Journal(path).events == journal.events[: whole[:cut].count(b"\n")]


@pytest.mark.parametrize("damage", [b"garbage\n", b"garbage\n{", b'garbage\n{"event":"z"}\n', b"\n\n"])
def test_a_damaged_middle_is_refused(path, damage):
    Journal(path).append("a")
    sound = path.stat().st_size
    path.write_bytes(path.read_bytes() + damage + b'{"event":"b"}\n')
    with pytest.raises(RunError) as caught:
        Journal(path)
    assert f"after byte {sound}" in caught.value.what
    assert f"head -c {sound}" in caught.value.mend


def test_a_bad_line_before_a_torn_one_is_damage_too(path):
    path.write_bytes(b'{"event":"a"}\ngarbage\n{"event')
    with pytest.raises(RunError):
        Journal(path)


def test_paths_that_cannot_be_written_or_read(tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        Journal(tmp_path / "nowhere" / "journal.jsonl").append("a")
    with pytest.raises(RunError, match="cannot be read"):
        Journal(tmp_path)


def test_a_refused_value_leaves_the_journal_as_it_was(path):
    journal = Journal(path)
    journal.append("a")
    with pytest.raises(TypeError):
        journal.append("b", value={1, 2})
    assert [e["event"] for e in Journal(path).events] == ["a"] == [e["event"] for e in journal.events]


def test_half_a_surrogate_pair_from_an_odd_file_name_is_kept(path):
    name = b"pict\xff.png".decode("utf-8", "surrogateescape")
    Journal(path).append("facts", items=name)
    assert Journal(path).events[0]["items"] == name
    assert json.loads(path.read_text("utf-8"))["items"] == name


def test_content_is_free_of_clocks_and_of_the_process(path):
    one, two = Journal(path), Journal(path.with_name("other.jsonl"))
    for journal, pause in ((one, 1.0), (two, 2.0)):
        journal.append("started", seed=pause)
        journal.append("stage", name="data", seconds=pause, findings=[{"numbers": {"x": 1.0}, "seconds": pause}])
        journal.append("training", key="k", step_seconds=pause, val_losses=(0.5,))
    two.append("interrupted", reason="stopped")
    two.append("resumed")
    assert content(one.events) == content(two.events)
    assert content(one.events)[0] == {"event": "stage", "name": "data", "findings": [{"numbers": {"x": 1.0}}]}
