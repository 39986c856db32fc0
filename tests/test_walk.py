"""The walk keeps the gates, writes everything once, and measures nothing that was not asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nohero.engine import Engine
from nohero.options import Options
from nohero.run.errors import BudgetError
from nohero.run.finding import failed, passed, skipped, warned
from nohero.run.gate import judge_gate
from nohero.run.journal import Journal, content
from nohero.sitting import _refuse_empty, begin, seconds_so_far, take_up
from nohero.stored import judge_again, record_of
from nohero.walk import answered, append_once, state_of, summary
from small_runs import write_shop


@pytest.fixture
def shop(tmp_path):
    return str(write_shop(tmp_path / "shop.csv"))


def leaky(tmp_path):
    """The target once more, under another name: the gate of the first stage must close."""
    path = write_shop(tmp_path / "leaky.csv")
    lines = path.read_text().splitlines()
    told = [lines[0] + ",answer", *(f"{line},{'paid' if line.endswith('yes') else 'open'}" for line in lines[1:])]
    path.write_text("\n".join(told) + "\n")
    return str(path)


def walked(source, out, **options):
    return begin(Options(source=source, effort="tiny", **options), out=out)


def names(journal, event):
    return [line["name"] for line in journal.every(event)]


def test_until_stops_after_a_stage_and_says_how_to_go_on(shop, tmp_path):
    outcome = walked(shop, tmp_path / "runs", target="sold", until="data")
    journal = outcome.directory.journal
    assert names(journal, "stage") == ["data"]
    assert outcome.record.finished
    assert not any(e["type"] in ("Baselines", "TestOpening") for e in journal.every("evidence"))
    assert "--until final" in outcome.record.next_step


def test_a_summary_measures_nothing(shop, tmp_path):
    outcome = walked(shop, tmp_path / "runs", target="sold", until="data")
    before = content(outcome.directory.journal.events)
    told = summary(Engine(outcome.directory), None)
    assert told["ladder"] is None
    assert content(outcome.directory.journal.events) == before


def test_a_closed_gate_stops_the_run_and_a_reason_opens_it(tmp_path):
    outcome = walked(leaky(tmp_path), tmp_path / "runs", target="sold", until="data")
    assert outcome.gate is not None
    assert "DAT170" in outcome.gate.closed_by
    assert not outcome.record.finished
    assert names(outcome.directory.journal, "stage") == ["data"]
    assert "--pass DAT170" in outcome.record.next_step
    again = take_up(tmp_path / "runs", passes={"DAT170": "the test wants it"})
    assert again.gate is None
    stage = again.record.stages[0]
    assert stage.state == "passed"
    assert stage.passed_by == {"DAT170": "the test wants it"}
    assert next(f for f in stage.findings if f.code == "DAT170").ignored == "the test wants it"
    assert judge_again(again.directory).stages[0].state == "passed"


def test_taking_up_a_closed_run_without_a_reason_repeats_nothing(tmp_path):
    outcome = walked(leaky(tmp_path), tmp_path / "runs", target="sold")
    before = content(outcome.directory.journal.events)
    again = take_up(tmp_path / "runs")
    assert again.gate is not None
    assert content(again.directory.journal.events) == before


def test_an_answer_marks_only_what_needs_one():
    reasons = {"DAT110": "known"}
    assert answered(replace(failed("bad"), code="DAT110"), reasons).ignored == "known"
    assert answered(replace(warned("odd"), code="DAT110"), reasons).ignored == "known"
    assert answered(replace(passed("fine"), code="DAT110"), reasons).ignored == ""
    assert answered(replace(skipped("no"), code="DAT110"), reasons).ignored == ""
    assert answered(replace(failed("bad"), code="DAT120"), reasons).ignored == ""


def test_states():
    bad = replace(failed("bad"), code="DAT110")
    assert state_of(judge_gate("data", [bad], {})) == "closed"
    assert state_of(judge_gate("data", [bad], {"DAT110": "known"})) == "passed"
    assert state_of(judge_gate("data", [passed("fine")], {})) == "open"


def test_an_event_is_appended_once_unless_it_says_something_new(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    append_once(journal, "stage", {"name": "data"}, name="data", findings=(passed("x"),), seconds=1.0)
    append_once(journal, "stage", {"name": "data"}, name="data", findings=(passed("x"),), seconds=2.0)
    assert len(journal.events) == 1
    append_once(journal, "stage", {"name": "data"}, name="data", findings=(failed("x"),), seconds=2.0)
    append_once(journal, "stage", {"name": "tune"}, name="tune", findings=(failed("x"),), seconds=2.0)
    assert len(journal.events) == 3


def test_the_time_of_all_sittings_is_added_up(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.events = [
        {"event": "started", "at": 100.0, "start_up": 2.0}, {"event": "stage", "at": 110.0},
        {"event": "resumed", "at": 500.0, "start_up": 3.0}, {"event": "stage", "at": 520.0},
        {"event": "resumed", "at": 900.0},
    ]  # fmt: skip
    assert seconds_so_far(journal) == pytest.approx(12 + 23 + 0)


def test_a_stage_says_what_it_left_out_for_want_of_time(shop, tmp_path):
    outcome = walked(shop, tmp_path / "runs", target="sold", budget=10.0)
    left = [what for stage in outcome.record.stages for what in stage.left_out]
    told = [line["what"] for line in outcome.directory.journal.every("left_out")]
    assert sorted(left) == sorted(told)


def test_the_split_is_written_with_its_hash(shop, tmp_path):
    outcome = walked(shop, tmp_path / "runs", target="sold", until="data")
    files = {path.name: path.read_text() for path in (outcome.directory.path / "split").iterdir()}
    assert set(files) == {"train.csv", "val.csv", "test.csv"}
    assert all(outcome.record.facts["split sha256"] in text.splitlines()[0] for text in files.values())
    assert outcome.record.facts["items"] == "140"
    assert record_of(outcome.directory) == outcome.record


def test_a_budget_that_bought_no_network_is_an_error(shop, tmp_path):
    run = walked(shop, tmp_path / "runs", target="sold", until="data").directory
    _refuse_empty(run, 20.0)
    run.journal.append("left_out", key="evidence/SkeletonRun", what="SkeletonRun: about 1 s")
    _refuse_empty(run, None)
    with pytest.raises(BudgetError, match="dullest network") as caught:
        _refuse_empty(run, 20.0)
    assert caught.value.exit_code == 4


def test_a_test_set_that_was_not_opened_is_said(shop, tmp_path):
    run = walked(shop, tmp_path / "runs", target="sold", until="data").directory
    run.journal.append("stage", name="final", state="open", left_out=[])
    told = summary(Engine(run), None)
    assert told["headline"].startswith("The test set was not opened")
    assert "larger --budget" in told["next_step"] or ":" in told["next_step"]
