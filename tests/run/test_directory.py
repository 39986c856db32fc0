"""A run's folder: numbered, found again, and written so that a kill leaves the old file or the new one."""

import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nohero.run.directory import RunDirectory, create, find, fingerprint, link_latest, list_runs, write_whole
from nohero.run.errors import RunError


def made(out, name="wine"):
    run = create(out, name)
    run.journal.append("started", name=run.name)
    return run


def test_runs_are_numbered_after_those_that_exist(tmp_path):
    out = tmp_path / "a" / "runs"
    assert [made(out, n).name for n in ("wine", "digits", "wine")] == ["0001-wine", "0002-digits", "0003-wine"]
    (out / "0041-gone").mkdir()
    (out / "notes").mkdir()
    (out / "²²²²-odd").mkdir()  # digits to str.isdigit, but no number
    assert made(out).name == "0042-wine"
    assert [run.name for run in list_runs(out)] == ["0001-wine", "0002-digits", "0003-wine", "0042-wine"]


def test_more_than_four_digits(tmp_path):
    (tmp_path / "9999-old").mkdir()
    first, second = made(tmp_path), made(tmp_path)
    assert (first.name, second.name) == ("10000-wine", "10001-wine")
    assert find(tmp_path).name == "10001-wine"
    assert find(tmp_path, "10000").name == "10000-wine"


@given(st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_name_makes_a_plain_folder(tmp_path, name):
    run = create(tmp_path, name)
    assert run.path.parent == tmp_path
    assert run.path.is_dir()
    assert run.name.isascii()
    assert "/" not in run.name


def test_a_run_is_found_by_path_name_number_or_as_the_newest(tmp_path):
    one, two = made(tmp_path, "wine"), made(tmp_path, "digits")
    assert find(tmp_path).path == two.path
    for word in (str(one.path), one.name, "1", "0001"):
        assert find(tmp_path, word).path == one.path
    assert find(tmp_path / "elsewhere", str(one.path)).path == one.path


def test_a_link_to_the_newest_is_not_another_run(tmp_path):
    one, two = made(tmp_path), made(tmp_path)
    link_latest(tmp_path, one)
    link_latest(tmp_path, two)
    assert [run.name for run in list_runs(tmp_path)] == [one.name, two.name]
    for word in (None, "latest", str(tmp_path / "latest")):
        assert find(tmp_path, word).name == two.name


def test_what_is_not_there_gets_a_hint(tmp_path):
    with pytest.raises(RunError, match="no run in"):
        find(tmp_path)
    with pytest.raises(RunError, match="nohero run"):
        find(tmp_path / "nowhere", "x")
    made(tmp_path)
    with pytest.raises(RunError, match="did you mean `0001-wine`"):
        find(tmp_path, "0001-wien")
    for odd in ("²", "9", "no such thing", "a\0b"):
        with pytest.raises(RunError, match="no run"):
            find(tmp_path, odd)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("here already")
    with pytest.raises(RunError, match="--out"):
        create(tmp_path / "file", "wine")


def test_write_whole_replaces_the_old_file(tmp_path):
    path = tmp_path / "deep" / "page.html"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["page.html"]


def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    write_whole(path, b"old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left on device"):
        write_whole(path, b"new, but only in part")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path, monkeypatch):
    run = made(tmp_path)
    run.write("page.html", b"old")

    def killed(_descriptor):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            run.write("page.html", b"new")
    assert (run.path / "page.html").read_bytes() == b"old"
    assert list(run.path.glob(".*.part"))
    run.clean()
    assert not list(run.path.glob(".*.part"))
    assert (run.path / "page.html").read_bytes() == b"old"


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_text("")
    for path in (tmp_path / "file" / "page.html", tmp_path / "folder"):
        with pytest.raises(RunError, match="cannot be written"):
            write_whole(path, b"data")
    assert not list(tmp_path.rglob(".*.part"))


def test_files_are_readable_by_others(tmp_path):
    write_whole(tmp_path / "page.html", b"")
    assert (tmp_path / "page.html").stat().st_mode & stat.S_IRUSR


def test_a_fingerprint_tells_parts_apart():
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint(1, 2.0) == fingerprint("1", "2.0")
    assert len(fingerprint()) == 16


def test_an_opened_run_knows_its_events(tmp_path):
    assert [e["event"] for e in RunDirectory(made(tmp_path).path).journal.events] == ["started"]
